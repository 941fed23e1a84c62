// Mean and squared distances of a value's planes in one tile, for values that no convolution has stored.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/pointwise_pass.wgsl>
#import <common/bindings.wgsl>

@group(0) @binding(1) var<storage, read_write> source: array<Stored>;

// A lane takes one block and all pixels of the tile, so the order of additions is fixed.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let tile = tile_of(group, pass_.tiles);
    if tile == NO_TILE {
        return;
    }
    let corner = vec2u(tile % pass_.tiles.columns * TILE_WIDTH, tile / pass_.tiles.columns * TILE_HEIGHT);
    let end = min(corner + vec2u(TILE_WIDTH, TILE_HEIGHT), vec2u(pass_.a.width, pass_.a.height));
    let count = f32((end.x - corner.x) * (end.y - corner.y));
    let row = pass_.partials + tile * (2u * pass_.blocks + 1u);
    if lane == 0u {
        tables[row] = vec4f(count);
    }
    for (var block = lane; block < pass_.blocks; block += 64u) {
        var sum = vec4f(0.0);
        for (var y = corner.y; y < end.y; y += 1u) {
            for (var x = corner.x; x < end.x; x += 1u) {
                sum += widened(source[(y * pass_.a.width + x) * pass_.a.pitch + pass_.a.first + block]);
            }
        }
        let mean = sum / count;
        var squares = vec4f(0.0);
        for (var y = corner.y; y < end.y; y += 1u) {
            for (var x = corner.x; x < end.x; x += 1u) {
                let apart = widened(source[(y * pass_.a.width + x) * pass_.a.pitch + pass_.a.first + block]) - mean;
                squares += apart * apart;
            }
        }
        tables[row + 1u + 2u * block] = mean;
        tables[row + 2u + 2u * block] = squares;
    }
}
