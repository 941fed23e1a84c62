// The last pass: 8-bit levels by the official tools' rule, into the texture that the window shows.
#import <common/operand.wgsl>

struct Pass {
    source: Operand,
    // 1 for values in 0..1 instead of -1..1.
    unit: u32,
    channels: u32,
    // Where the verdict about an edit lies, or NO_TABLE.
    verdict: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> pass_: Pass;
@group(0) @binding(1) var<storage, read_write> source: array<Stored>;
@group(0) @binding(2) var<storage, read_write> tables: array<vec4f>;
@group(0) @binding(3) var picture: texture_storage_2d<rgba8unorm, write>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) at: vec3u) {
    if at.x >= pass_.source.width || at.y >= pass_.source.height {
        return;
    }
    // An edit that went too far is not shown; the exact picture follows.
    if pass_.verdict != NO_TABLE && tables[pass_.verdict].y != 0.0 {
        return;
    }
    let pixel = at.y * pass_.source.width + at.x;
    let value = deferred(widened(source[pixel * pass_.source.pitch + pass_.source.first]), pass_.source, 0u);
    var colour = value.xyz;
    if pass_.channels < 3u {
        colour = value.xxx;
    }
    if pass_.unit == 0u {
        colour = (colour + 1.0) * 0.5;
    }
    let levels = floor(clamp(colour, vec3f(0.0), vec3f(1.0)) * 255.0);
    textureStore(picture, at.xy, vec4f(levels / 255.0, 1.0));
}
