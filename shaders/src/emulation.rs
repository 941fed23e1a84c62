//! Stands in for matrix units, so that the kernel around them can be tested on any adapter with 16-bit floats.

/// The text with products on matrix units done by each lane for eight of the 256 sums of its subgroup.
///
/// Subgroups become runs of 32 lanes, so the rest of the kernel runs unchanged on adapters of any subgroup size.
pub(crate) fn emulated_products(text: &str) -> String {
    if !text.contains("coopMultiplyAdd") {
        return text.to_owned();
    }
    let replaced = [
        ("enable wgpu_cooperative_matrix;\n", ""),
        ("    @builtin(subgroup_id) subgroup: u32,\n) {", ") {\n    let subgroup = lane / 32u;"),
        ("coop_mat16x16<f32, C>()", "array<f32, 8>()"),
        ("coopLoadT<coop_mat16x16<f16, A>>(&pixels_tile[", "("),
        ("coopLoadT<coop_mat16x16<f16, B>>(&weights_tile[", "("),
        ("coopStoreT(", "laid(lane, "),
        ("&results_tile[", ""),
        ("], PIXEL_ROW)", ")"),
        ("], WEIGHT_ROW)", ")"),
        ("], RESULT_ROW)", ")"),
        ("coopMultiplyAdd(", "multiplied(lane, "),
    ];
    let text = replaced.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text + EMULATION
}

/// Stands in for the built-in functions of matrix units.
const EMULATION: &str = "
fn multiplied(lane: u32, a: u32, b: u32, c: array<f32, 8>) -> array<f32, 8> {
    var sums = c;
    for (var i = 0u; i < 8u; i += 1u) {
        let element = lane % 32u * 8u + i;
        for (var k = 0u; k < 16u; k += 1u) {
            let x = f32(pixels_tile[a + element / 16u * PIXEL_ROW + k]);
            sums[i] += x * f32(weights_tile[b + k * WEIGHT_ROW + element % 16u]);
        }
    }
    return sums;
}

fn laid(lane: u32, c: array<f32, 8>, corner: u32) {
    var sums = c;
    for (var i = 0u; i < 8u; i += 1u) {
        let element = lane % 32u * 8u + i;
        results_tile[corner + element / 16u * RESULT_ROW + element % 16u] = sums[i];
    }
}
";
