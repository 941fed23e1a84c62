// The convolution on matrix units: 16x16 products of 16-bit floats, summed in 32 bits.
#import <common/operand.wgsl>
#import <common/tiles.wgsl>
#import <common/function.wgsl>
#import <common/convolution.wgsl>
#import <common/bindings.wgsl>
#import <common/epilogue.wgsl>
#import <common/gather.wgsl>

// 128 pixels by 32 channels, and 32 channels by 64 results; rows are 8 longer, so that they start in other banks.
const DEPTH: u32 = STEPS * 4u;
const PIXEL_ROW: u32 = DEPTH + 8u;
const WEIGHT_ROW: u32 = BLOCKS_N * 4u + 8u;
// A quarter of the results passes through here at a time: one matrix of each subgroup.
const RESULT_ROW: u32 = BLOCKS_N * 2u;

var<workgroup> pixels_tile: array<f16, PIXELS * PIXEL_ROW>;
var<workgroup> weights_tile: array<f16, DEPTH * WEIGHT_ROW>;
var<workgroup> results_tile: array<f32, PIXELS / 2u * RESULT_ROW>;

// Eight subgroups of 32 lanes: four along the pixels, two along the channels, each with 32 pixels by 32 channels.
@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_index) lane: u32,
    @builtin(subgroup_id) subgroup: u32,
) {
    let tile = tile_of(group, pass_.tiles);
    let phase_index = group.z / pass_.groups;
    let phase = pass_.phases[phase_index];
    let first_block = (group.z % pass_.groups) * BLOCKS_N;
    // All lanes must take part in products, so a workgroup without a tile goes through with nothing to multiply.
    let depth = select(phase.rows * phase.columns * pass_.source.blocks, 0u, tile == NO_TILE);
    let first_pixel = (subgroup / 2u) * 32u;
    let half = subgroup % 2u;

    var c00 = coop_mat16x16<f32, C>();
    var c01 = coop_mat16x16<f32, C>();
    var c10 = coop_mat16x16<f32, C>();
    var c11 = coop_mat16x16<f32, C>();

    for (var start = 0u; start < depth; start += STEPS) {
        for (var at = lane; at < PIXELS * STEPS; at += 256u) {
            let pixel = at / STEPS;
            let x = Stored(gathered(tile, pixel, start + at % STEPS, depth, phase));
            let place = pixel * PIXEL_ROW + (at % STEPS) * 4u;
            pixels_tile[place] = x.x;
            pixels_tile[place + 1u] = x.y;
            pixels_tile[place + 2u] = x.z;
            pixels_tile[place + 3u] = x.w;
        }
        for (var at = lane; at < DEPTH * BLOCKS_N; at += 256u) {
            let w = weight(start * 4u + at / BLOCKS_N, first_block + at % BLOCKS_N, depth, phase);
            let place = (at / BLOCKS_N) * WEIGHT_ROW + (at % BLOCKS_N) * 4u;
            weights_tile[place] = w.x;
            weights_tile[place + 1u] = w.y;
            weights_tile[place + 2u] = w.z;
            weights_tile[place + 3u] = w.w;
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k += 16u) {
            let a0 = coopLoadT<coop_mat16x16<f16, A>>(&pixels_tile[first_pixel * PIXEL_ROW + k], PIXEL_ROW);
            let a1 = coopLoadT<coop_mat16x16<f16, A>>(&pixels_tile[(first_pixel + 16u) * PIXEL_ROW + k], PIXEL_ROW);
            let b0 = coopLoadT<coop_mat16x16<f16, B>>(&weights_tile[k * WEIGHT_ROW + half * 32u], WEIGHT_ROW);
            let b1 = coopLoadT<coop_mat16x16<f16, B>>(&weights_tile[k * WEIGHT_ROW + half * 32u + 16u], WEIGHT_ROW);
            c00 = coopMultiplyAdd(a0, b0, c00);
            c01 = coopMultiplyAdd(a0, b1, c01);
            c10 = coopMultiplyAdd(a1, b0, c10);
            c11 = coopMultiplyAdd(a1, b1, c11);
        }
        workgroupBarrier();
    }

    // A lane's eight pixels and four channels all come from one of its subgroups' four matrices.
    let lane_n = lane % BLOCKS_N;
    let lane_m = lane / BLOCKS_N;
    let mine = (lane_m / 2u) % 2u * 2u + (lane_n / 4u) % 2u;
    let corner = (subgroup / 2u) * 16u * RESULT_ROW + half * 16u;
    var acc: array<vec4f, PIXELS_PER_LANE>;
    coopStoreT(c00, &results_tile[corner], RESULT_ROW);
    take(&acc, mine == 0u, lane_m, lane_n);
    coopStoreT(c01, &results_tile[corner], RESULT_ROW);
    take(&acc, mine == 1u, lane_m, lane_n);
    coopStoreT(c10, &results_tile[corner], RESULT_ROW);
    take(&acc, mine == 2u, lane_m, lane_n);
    coopStoreT(c11, &results_tile[corner], RESULT_ROW);
    take(&acc, mine == 3u, lane_m, lane_n);
    if tile == NO_TILE {
        return;
    }
    finish(&acc, tile, phase_index, lane_m, lane_n, first_block + lane_n);
}

// Takes the lane's results out of shared memory, if they are the ones that lie there now.
fn take(acc: ptr<function, array<vec4f, PIXELS_PER_LANE>>, mine: bool, lane_m: u32, lane_n: u32) {
    workgroupBarrier();
    if mine {
        let column = (lane_n / 8u) * 16u + (lane_n % 4u) * 4u;
        for (var i = 0u; i < PIXELS_PER_LANE; i += 1u) {
            let pixel = lane_m * PIXELS_PER_LANE + i;
            let at = ((pixel / 32u) * 16u + pixel % 16u) * RESULT_ROW + column;
            (*acc)[i] = vec4f(results_tile[at], results_tile[at + 1u], results_tile[at + 2u], results_tile[at + 3u]);
        }
    }
    workgroupBarrier();
}
