// The first convolution over a label map: weight columns are gathered by label instead of multiplied by ones and zeros.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/convolution.wgsl>
#import <common/bindings.wgsl>
#import <common/epilogue.wgsl>

// Planes beside the labels.
@group(0) @binding(1) var<storage, read_write> source: array<Stored>;
// Four labels a word.
@group(0) @binding(3) var<storage, read_write> labels: array<u32>;
@group(0) @binding(5) var<storage, read> weights: array<Stored>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let tile = tile_of(group, pass_.tiles);
    if tile == NO_TILE {
        return;
    }
    let phase = pass_.phases[0];
    let lane_n = lane % BLOCKS_N;
    let lane_m = lane / BLOCKS_N;
    let first_block = group.z * BLOCKS_N;
    let block = first_block + lane_n;
    var acc: array<vec4f, PIXELS_PER_LANE>;
    // Weights of a tap: a row for each class, then four for each block of other planes.
    let rows = pass_.classes + pass_.dense * pass_.source.blocks * 4u;
    for (var i = 0u; i < PIXELS_PER_LANE; i += 1u) {
        if block >= pass_.blocks_out {
            continue;
        }
        let place = place_in_tile(tile, lane_m * PIXELS_PER_LANE + i) * pass_.stride;
        var sum = vec4f(0.0);
        for (var tap = 0u; tap < phase.rows * phase.columns; tap += 1u) {
            let row = place.y + phase.origin_y + i32(tap / phase.columns);
            let column = place.x + phase.origin_x + i32(tap % phase.columns);
            let origin = pixel_of(row, column, pass_.source);
            if origin < 0 {
                continue;
            }
            let label = extractBits(labels[u32(origin) / 4u], (u32(origin) % 4u) * 8u, 8u);
            sum += widened(weights[(tap * rows + label) * pass_.blocks_out + block]);
            if pass_.dense != 0u {
                for (var other = 0u; other < pass_.source.blocks; other += 1u) {
                    let x = widened(source[u32(origin) * pass_.source.pitch + pass_.source.first + other]);
                    let at = (tap * rows + pass_.classes + other * 4u) * pass_.blocks_out + block;
                    sum = fma(vec4f(x.x), widened(weights[at]), sum);
                    sum = fma(vec4f(x.y), widened(weights[at + pass_.blocks_out]), sum);
                    sum = fma(vec4f(x.z), widened(weights[at + 2u * pass_.blocks_out]), sum);
                    sum = fma(vec4f(x.w), widened(weights[at + 3u * pass_.blocks_out]), sum);
                }
            }
        }
        acc[i] = sum;
    }
    finish(&acc, tile, 0u, lane_m, lane_n, block);
}
