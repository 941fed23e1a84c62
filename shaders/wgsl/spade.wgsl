// Spatially adaptive modulation: `x · (1 + gamma) + beta`.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>
#import <common/load_b.wgsl>

@group(0) @binding(3) var<storage, read_write> source_c: array<Stored>;

fn computed(item: Item) -> vec4f {
    let pixel = u32(item.row) * pass_.c.width + u32(item.column);
    let beta = deferred(widened(source_c[pixel * pass_.c.pitch + pass_.c.first + item.block]), pass_.c, item.block);
    let gamma = load_b(item.row, item.column, item.block);
    return fma(load_a(item.row, item.column, item.block), 1.0 + gamma, beta);
}
