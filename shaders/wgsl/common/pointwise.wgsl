// What passes without a convolution share: up to three operands and one result, a tile of pixels to a workgroup.
#import <common/pointwise_pass.wgsl>

struct Item {
    row: i32,
    column: i32,
    block: u32,
    inside: bool,
}

// What number `index` of a tile's pixels and blocks stands for; neighbours share a pixel.
fn item(tile: u32, index: u32) -> Item {
    let pixel = index / pass_.blocks;
    let row = (tile / pass_.tiles.columns) * TILE_HEIGHT + pixel / TILE_WIDTH;
    let column = (tile % pass_.tiles.columns) * TILE_WIDTH + pixel % TILE_WIDTH;
    let inside = row < pass_.destination.height && column < pass_.destination.width;
    return Item(i32(row), i32(column), index % pass_.blocks, inside);
}

fn store(item: Item, value: vec4f) {
    let pixel = u32(item.row) * pass_.destination.width + u32(item.column);
    stored[pixel * pass_.destination.pitch + pass_.destination.first + item.block] = narrowed(applied(value, pass_.function));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let tile = tile_of(group, pass_.tiles);
    if tile == NO_TILE {
        return;
    }
    for (var index = lane; index < TILE_WIDTH * TILE_HEIGHT * pass_.blocks; index += 256u) {
        let item = item(tile, index);
        if item.inside {
            store(item, computed(item));
        }
    }
}
