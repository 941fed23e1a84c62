// The numbers of a pass without a convolution.

struct Pass {
    a: Operand,
    b: Operand,
    c: Operand,
    destination: Target,
    tiles: Tiles,
    blocks: u32,
    function: u32,
    // Of a pool's window; the amount of a copied border.
    kernel: i32,
    stride: i32,
    padding: i32,
    channels: u32,
    partials: u32,
    unused: u32,
}
