// How a stored value is loaded: its place, the norm and rectifier that wait for it, and its border.

const NO_TABLE: u32 = 0xffffffffu;
const REFLECT: u32 = 1u;

struct Operand {
    height: u32,
    width: u32,
    // Blocks of four channels from one pixel to the next, and the first of this value.
    pitch: u32,
    first: u32,
    // Where `scale, shift` of each block lie in the tables.
    table: u32,
    // 0 is relu, 1 does nothing.
    slope: f32,
    border: u32,
    blocks: u32,
}

struct Target {
    height: u32,
    width: u32,
    pitch: u32,
    first: u32,
}

// The norm and rectifier of one block of channels.
fn deferred(value: vec4f, operand: Operand, block: u32) -> vec4f {
    var x = value;
    if operand.table != NO_TABLE {
        let at = operand.table + 2u * block;
        x = fma(x, tables[at], tables[at + 1u]);
    }
    return max(x, x * operand.slope);
}

// Where row or column `at` is found in a mirrored picture of `length`; callers stay within one reflection.
fn mirrored(at: i32, length: i32) -> i32 {
    let folded = abs(at);
    return select(folded, 2 * (length - 1) - folded, folded >= length);
}

// Index of a pixel around the border rule, or -1 for a zero.
fn pixel_of(y: i32, x: i32, operand: Operand) -> i32 {
    let height = i32(operand.height);
    let width = i32(operand.width);
    if operand.border == REFLECT {
        // Tiles hang over the picture; what they read there is not kept, but must lie within memory.
        let row = clamp(mirrored(y, height), 0, height - 1);
        let column = clamp(mirrored(x, width), 0, width - 1);
        return row * width + column;
    }
    let inside = y >= 0 && x >= 0 && y < height && x < width;
    return select(-1, y * width + x, inside);
}
