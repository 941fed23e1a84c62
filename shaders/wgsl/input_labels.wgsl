// Spreads labels into one-hot planes, for those that do not gather by label.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>

@group(0) @binding(3) var<storage, read_write> labels: array<u32>;

fn computed(item: Item) -> vec4f {
    let pixel = u32(item.row) * pass_.destination.width + u32(item.column);
    let label = extractBits(labels[pixel / 4u], (pixel % 4u) * 8u, 8u);
    return select(vec4f(0.0), vec4f(1.0), vec4u(label) == item.block * 4u + vec4u(0u, 1u, 2u, 3u));
}
