// Maximum over windows, which may hang over the right and lower edge.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

fn computed(item: Item) -> vec4f {
    var most = vec4f(-3.0e38);
    for (var y = 0; y < pass_.kernel; y += 1) {
        for (var x = 0; x < pass_.kernel; x += 1) {
            let row = item.row * pass_.stride + y;
            let column = item.column * pass_.stride + x;
            if row < i32(pass_.a.height) && column < i32(pass_.a.width) {
                most = max(most, load_a(row, column, item.block));
            }
        }
    }
    return most;
}
