// What every convolution kernel shares: the pass, its sub-pixel phases and how a tile lies over the picture.

// One of the stride-squared sub-pixel convolutions of a transposed convolution; plain convolutions have one.
struct Phase {
    rows: u32,
    columns: u32,
    // Source pixel of the first tap for output pixel 0.
    origin_y: i32,
    origin_x: i32,
    // First block of the weights.
    weights: u32,
    shift_y: u32,
    shift_x: u32,
    unused: u32,
}

struct Pass {
    source: Operand,
    destination: Target,
    tiles: Tiles,
    // Source pixels from one output pixel, and from one tap, to the next.
    stride: i32,
    step: i32,
    // Pixels between the outputs of one phase.
    spread: u32,
    blocks_out: u32,
    bias: u32,
    // Where each tile's statistics go, or NO_TABLE.
    partials: u32,
    // Workgroups along the channels.
    groups: u32,
    function: u32,
    // Classes before the other planes of a one-hot stem.
    classes: u32,
    // Whether a one-hot stem has other planes.
    dense: u32,
    // Tiles of one phase, also where `tiles` counts only those of an edit.
    all_tiles: u32,
    unused: u32,
    phases: array<Phase, 16>,
}

// Output pixel of the phase's grid that `pixel` of the tile stands for.
fn place_in_tile(tile: u32, pixel: u32) -> vec2i {
    let corner = vec2u(tile % pass_.tiles.columns, tile / pass_.tiles.columns) * vec2u(TILE_WIDTH, TILE_HEIGHT);
    return vec2i(corner + vec2u(pixel % TILE_WIDTH, pixel / TILE_WIDTH));
}

// Index of the output pixel in the picture, or -1 outside of it.
fn output_pixel(place: vec2i, phase: Phase) -> i32 {
    let at = vec2u(place) * pass_.spread + vec2u(phase.shift_x, phase.shift_y);
    let inside = at.x < pass_.destination.width && at.y < pass_.destination.height;
    return select(-1, i32(at.y * pass_.destination.width + at.x), inside);
}
