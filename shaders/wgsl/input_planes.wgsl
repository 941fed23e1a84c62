// Brings planes of the input, one after another as they were uploaded, into blocks of four channels.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>

@group(0) @binding(3) var<storage, read_write> uploaded: array<f32>;

fn computed(item: Item) -> vec4f {
    let pixels = pass_.destination.width * pass_.destination.height;
    let pixel = u32(item.row) * pass_.destination.width + u32(item.column);
    var value = vec4f(0.0);
    for (var lane = 0u; lane < 4u; lane += 1u) {
        let channel = item.block * 4u + lane;
        if channel < pass_.channels {
            value[lane] = uploaded[channel * pixels + pixel];
        }
    }
    return value;
}
