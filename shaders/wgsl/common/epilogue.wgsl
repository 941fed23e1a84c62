// The end of a convolution: bias, statistics of the tile in two exact steps, function, store.

var<workgroup> sums: array<vec4f, LANES_M * BLOCKS_N>;
var<workgroup> pixel_counts: array<u32, LANES_M>;

// Sum over the lanes of one block of channels; always in the same order, so pictures repeat to the bit.
fn summed(value: vec4f, lane_m: u32, lane_n: u32) -> vec4f {
    workgroupBarrier();
    sums[lane_m * BLOCKS_N + lane_n] = value;
    for (var half = LANES_M / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane_m < half {
            sums[lane_m * BLOCKS_N + lane_n] += sums[(lane_m + half) * BLOCKS_N + lane_n];
        }
    }
    workgroupBarrier();
    return sums[lane_n];
}

fn finish(result: ptr<function, array<vec4f, PIXELS_PER_LANE>>, tile: u32, phase_index: u32, lane_m: u32, lane_n: u32, block: u32) {
    let phase = pass_.phases[phase_index];
    let kept = block < pass_.blocks_out;
    var bias = vec4f(0.0);
    if kept {
        bias = tables[pass_.bias + block];
    }
    var total = vec4f(0.0);
    var count = 0u;
    for (var i = 0u; i < PIXELS_PER_LANE; i += 1u) {
        let at = output_pixel(place_in_tile(tile, lane_m * PIXELS_PER_LANE + i), phase);
        let value = (*result)[i] + bias;
        (*result)[i] = value;
        if at >= 0 {
            total += value;
            count += 1u;
            if kept {
                let place = u32(at) * pass_.destination.pitch + pass_.destination.first + block;
                stored[place] = narrowed(applied(value, pass_.function));
            }
        }
    }
    if pass_.partials == NO_TABLE {
        return;
    }
    if lane_n == 0u {
        pixel_counts[lane_m] = count;
    }
    let sum = summed(total, lane_m, lane_n);
    var pixels = 0u;
    for (var i = 0u; i < LANES_M; i += 1u) {
        pixels += pixel_counts[i];
    }
    let mean = sum / f32(max(pixels, 1u));
    var squares = vec4f(0.0);
    for (var i = 0u; i < PIXELS_PER_LANE; i += 1u) {
        if output_pixel(place_in_tile(tile, lane_m * PIXELS_PER_LANE + i), phase) >= 0 {
            let apart = (*result)[i] - mean;
            squares += apart * apart;
        }
    }
    let spread = summed(squares, lane_m, lane_n);
    if lane_m == 0u && kept {
        let row = pass_.partials + (phase_index * pass_.all_tiles + tile) * (2u * pass_.blocks_out + 1u);
        tables[row + 1u + 2u * block] = mean;
        tables[row + 2u + 2u * block] = spread;
        if block == 0u {
            tables[row] = vec4f(f32(pixels));
        }
    }
}
