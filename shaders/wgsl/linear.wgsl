// A fully connected layer: a workgroup for each pixel and block of the result, whose lanes share the inputs.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise_pass.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

@group(0) @binding(5) var<storage, read> weights: array<Stored>;

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let result = tile_of(group, pass_.tiles);
    if result == NO_TILE {
        return;
    }
    // Weights: for each block of inputs and each result, four blocks of outputs.
    let inputs = pass_.a.width * pass_.a.height * pass_.a.blocks;
    let results = pass_.destination.width * pass_.destination.height * pass_.blocks;
    var sum = vec4f(0.0);
    for (var at = lane; at < inputs; at += 256u) {
        let pixel = at / pass_.a.blocks;
        let x = load_a(i32(pixel / pass_.a.width), i32(pixel % pass_.a.width), at % pass_.a.blocks);
        for (var i = 0u; i < 4u; i += 1u) {
            sum = fma(vec4f(x[i]), widened(weights[(at * 4u + i) * results + result]), sum);
        }
    }
    sums[lane] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane == 0u {
        // The bias lies where a second operand's table would.
        let value = sums[0] + tables[pass_.b.table + result];
        let pixel = result / pass_.blocks;
        let place = pixel * pass_.destination.pitch + pass_.destination.first + result % pass_.blocks;
        stored[place] = narrowed(applied(value, pass_.function));
    }
}
