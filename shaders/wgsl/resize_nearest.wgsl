// Change of size by the nearest sample, as PyTorch's `nearest`.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

fn computed(item: Item) -> vec4f {
    let row = u32(item.row) * pass_.a.height / pass_.destination.height;
    let column = u32(item.column) * pass_.a.width / pass_.destination.width;
    return load_a(i32(row), i32(column), item.block);
}
