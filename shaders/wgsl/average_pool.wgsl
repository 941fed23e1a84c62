// Mean over windows; what lies outside the picture is not counted.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

fn computed(item: Item) -> vec4f {
    var sum = vec4f(0.0);
    var count = 0.0;
    for (var y = 0; y < pass_.kernel; y += 1) {
        for (var x = 0; x < pass_.kernel; x += 1) {
            let row = item.row * pass_.stride - pass_.padding + y;
            let column = item.column * pass_.stride - pass_.padding + x;
            if row >= 0 && column >= 0 && row < i32(pass_.a.height) && column < i32(pass_.a.width) {
                sum += load_a(row, column, item.block);
                count += 1.0;
            }
        }
    }
    return sum / max(count, 1.0);
}
