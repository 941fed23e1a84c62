// Says how far an edit moved the norm that it moved furthest, and whether that is too far to keep what is around it.

struct Pass {
    // Where the drift of all norms' blocks lies; the verdict comes after it.
    drift: u32,
    count: u32,
    most: f32,
    unused: u32,
}

#import <common/bindings.wgsl>

var<workgroup> furthest: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
    var found = 0.0;
    for (var at = lane; at < pass_.count; at += 256u) {
        // Only the first block of a norm has blocks; the sum begins there.
        let end = at + u32(tables[pass_.drift + at].y);
        var squares = 0.0;
        for (var block = at; block < end; block += 1u) {
            squares += tables[pass_.drift + block].x;
        }
        found = max(found, sqrt(squares));
    }
    furthest[lane] = found;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            furthest[lane] = max(furthest[lane], furthest[lane + half]);
        }
    }
    if lane == 0u {
        let too_far = select(0.0, 1.0, furthest[0] > pass_.most);
        tables[pass_.drift + pass_.count] = vec4f(furthest[0], too_far, 0.0, 0.0);
    }
}
