// Convolution as a matrix product over tiles of pixels and channels; borders, norms and rectifiers happen on load.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/convolution.wgsl>
#import <common/bindings.wgsl>
#import <common/epilogue.wgsl>
#import <common/gather.wgsl>

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

    let depth = phase.rows * phase.columns * pass_.source.blocks;
    var acc: array<vec4f, PIXELS_PER_LANE>;

    for (var start = 0u; start < depth; start += STEPS) {
        for (var at = lane; at < PIXELS * STEPS; at += 256u) {
            // Neighbouring lanes read neighbouring channels.
            let pixel = at / STEPS;
            pixels_tile[(at % STEPS) * PIXELS + pixel] = gathered(tile, pixel, start + at % STEPS, depth, phase);
        }
        for (var at = lane; at < STEPS * 4u * BLOCKS_N; at += 256u) {
            weights_tile[at] = widened(weight(start * 4u + at / BLOCKS_N, first_block + at % BLOCKS_N, depth, phase));
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
