// Loads the first operand anywhere, its border included.
@group(0) @binding(1) var<storage, read_write> source_a: array<Stored>;

fn load_a(row: i32, column: i32, block: u32) -> vec4f {
    let origin = pixel_of(row, column, pass_.a);
    if origin < 0 {
        return vec4f(0.0);
    }
    return deferred(widened(source_a[u32(origin) * pass_.a.pitch + pass_.a.first + block]), pass_.a, block);
}
