// Loads the second operand.
@group(0) @binding(2) var<storage, read_write> source_b: array<Stored>;

fn load_b(row: i32, column: i32, block: u32) -> vec4f {
    let origin = u32(row) * pass_.b.width + u32(column);
    return deferred(widened(source_b[origin * pass_.b.pitch + pass_.b.first + block]), pass_.b, block);
}
