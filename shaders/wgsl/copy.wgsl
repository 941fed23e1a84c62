// A value as it is loaded: norm, rectifier, dropout and border done.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

// Factors of a dropout, one for each value, or nothing.
@group(0) @binding(5) var<storage, read> weights: array<Stored>;

fn computed(item: Item) -> vec4f {
    let row = item.row - pass_.padding;
    let column = item.column - pass_.padding;
    let x = load_a(row, column, item.block);
    let origin = pixel_of(row, column, pass_.a);
    if pass_.kernel == 0 || origin < 0 {
        return x;
    }
    return x * widened(weights[u32(origin) * pass_.blocks + item.block]);
}
