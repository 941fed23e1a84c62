// Sum of two values, each with its own norm and rectifier.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>
#import <common/load_b.wgsl>

fn computed(item: Item) -> vec4f {
    return load_a(item.row, item.column, item.block) + load_b(item.row, item.column, item.block);
}
