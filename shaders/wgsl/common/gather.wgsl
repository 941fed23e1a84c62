// The two matrices of an implicit product: pixels as the kernel's taps see them, and the packed weights.

@group(0) @binding(1) var<storage, read_write> source: array<Stored>;
@group(0) @binding(5) var<storage, read> weights: array<Stored>;

// Block of four channels number `step` of all taps, for one pixel of the tile: border, norm and rectifier done.
fn gathered(tile: u32, pixel: u32, step: u32, depth: u32, phase: Phase) -> vec4f {
    if step >= depth {
        return vec4f(0.0);
    }
    let tap = step / pass_.source.blocks;
    let block = step % pass_.source.blocks;
    let place = place_in_tile(tile, pixel) * pass_.stride;
    let row = place.y + phase.origin_y + pass_.step * i32(tap / phase.columns);
    let column = place.x + phase.origin_x + pass_.step * i32(tap % phase.columns);
    let at = pixel_of(row, column, pass_.source);
    if at < 0 {
        return vec4f(0.0);
    }
    return deferred(widened(source[u32(at) * pass_.source.pitch + pass_.source.first + block]), pass_.source, block);
}

// Weights of one input channel of one tap for a block of results.
fn weight(row: u32, block: u32, depth: u32, phase: Phase) -> Stored {
    if row < depth * 4u && block < pass_.blocks_out {
        return weights[phase.weights + row * pass_.blocks_out + block];
    }
    return Stored();
}
