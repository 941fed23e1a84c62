// Change of size between the centres of pixels, as PyTorch's `bilinear` without aligned corners.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/pointwise.wgsl>
#import <common/bindings.wgsl>
#import <common/load_a.wgsl>

fn computed(item: Item) -> vec4f {
    let size = vec2f(f32(pass_.a.width), f32(pass_.a.height));
    let scale = size / vec2f(f32(pass_.destination.width), f32(pass_.destination.height));
    let at = clamp((vec2f(f32(item.column), f32(item.row)) + 0.5) * scale - 0.5, vec2f(0.0), size - 1.0);
    let low = vec2i(floor(at));
    let high = min(low + 1, vec2i(size) - 1);
    let part = at - floor(at);
    let upper = mix(load_a(low.y, low.x, item.block), load_a(low.y, high.x, item.block), part.x);
    let lower = mix(load_a(high.y, low.x, item.block), load_a(high.y, high.x, item.block), part.x);
    return mix(upper, lower, part.y);
}
