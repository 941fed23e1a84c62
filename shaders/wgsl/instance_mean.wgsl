// Mean over each instance: a workgroup for an instance, whose pixels come in a list.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise_pass.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

// First the ends of each instance's run of pixels, then the pixels, sorted by instance.
@group(0) @binding(3) var<storage, read_write> runs: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let pixels = pass_.a.width * pass_.a.height;
    // One end for each pixel, because there can be as many instances; those after the last are empty.
    let instance = tile_of(group, pass_.tiles);
    if instance == NO_TILE {
        return;
    }
    var start = 0u;
    if instance > 0u {
        start = runs[instance - 1u];
    }
    let end = runs[instance];
    for (var block = lane; block < pass_.blocks && start < end; block += 64u) {
        var sum = vec4f(0.0);
        for (var at = start; at < end; at += 1u) {
            let pixel = runs[pixels + at];
            sum += load_a(i32(pixel / pass_.a.width), i32(pixel % pass_.a.width), block);
        }
        let mean = narrowed(applied(sum / f32(end - start), pass_.function));
        for (var at = start; at < end; at += 1u) {
            stored[runs[pixels + at] * pass_.destination.pitch + pass_.destination.first + block] = mean;
        }
    }
}
