// Convolution as a matrix product over tiles of pixels and channels; borders, norms and rectifiers happen on load.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/convolution.wgsl>
#import <common/bindings.wgsl>
#import <common/epilogue.wgsl>

@group(0) @binding(1) var<storage, read_write> source: array<Stored>;
@group(0) @binding(5) var<storage, read> weights: array<Stored>;

// A tile's pixels, four channels a step, and the weights that meet them.
var<workgroup> pixels_tile: array<vec4f, PIXELS * STEPS>;
var<workgroup> weights_tile: array<vec4f, STEPS * 4u * BLOCKS_N>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let tile = tile_of(group, pass_.tiles);
    if tile == NO_TILE {
        return;
    }
    let phase_index = group.z / pass_.groups;
    let phase = pass_.phases[phase_index];
    let first_block = (group.z % pass_.groups) * BLOCKS_N;
    let lane_n = lane % BLOCKS_N;
    let lane_m = lane / BLOCKS_N;

    let blocks_in = pass_.source.blocks;
    let depth = phase.rows * phase.columns * blocks_in;
    var acc: array<vec4f, PIXELS_PER_LANE>;

    for (var start = 0u; start < depth; start += STEPS) {
        for (var at = lane; at < PIXELS * STEPS; at += 256u) {
            // Neighbouring lanes read neighbouring channels.
            let step = start + at % STEPS;
            let pixel = at / STEPS;
            var value = vec4f(0.0);
            if step < depth {
                let tap = step / blocks_in;
                let block = step % blocks_in;
                let place = place_in_tile(tile, pixel) * pass_.stride;
                let row = place.y + phase.origin_y + pass_.step * i32(tap / phase.columns);
                let column = place.x + phase.origin_x + pass_.step * i32(tap % phase.columns);
                let origin = pixel_of(row, column, pass_.source);
                if origin >= 0 {
                    let stored_value = source[u32(origin) * pass_.source.pitch + pass_.source.first + block];
                    value = deferred(widened(stored_value), pass_.source, block);
                }
            }
            pixels_tile[(at % STEPS) * PIXELS + pixel] = value;
        }
        for (var at = lane; at < STEPS * 4u * BLOCKS_N; at += 256u) {
            let row = start * 4u + at / BLOCKS_N;
            let block = first_block + at % BLOCKS_N;
            var value = vec4f(0.0);
            if row < depth * 4u && block < pass_.blocks_out {
                value = widened(weights[phase.weights + row * pass_.blocks_out + block]);
            }
            weights_tile[at] = value;
        }
        workgroupBarrier();
        for (var step = 0u; step < STEPS; step += 1u) {
            let row = step * 4u * BLOCKS_N + lane_n;
            let w0 = weights_tile[row];
            let w1 = weights_tile[row + BLOCKS_N];
            let w2 = weights_tile[row + 2u * BLOCKS_N];
            let w3 = weights_tile[row + 3u * BLOCKS_N];
            for (var i = 0u; i < PIXELS_PER_LANE; i += 1u) {
                let x = pixels_tile[step * PIXELS + lane_m * PIXELS_PER_LANE + i];
                acc[i] = fma(vec4f(x.x), w0, fma(vec4f(x.y), w1, fma(vec4f(x.z), w2, fma(vec4f(x.w), w3, acc[i]))));
            }
        }
        workgroupBarrier();
    }
    finish(&acc, tile, phase_index, lane_m, lane_n, first_block + lane_n);
}
