// Joins the tiles' statistics into scale and shift of each plane: the second level of a norm.

struct Pass {
    partials: u32,
    count: u32,
    blocks: u32,
    // Where `scale, shift` go.
    table: u32,
    // Where batch norm's `weight, bias` of each block lie, or NO_VECTORS.
    affine: u32,
    epsilon: f32,
    // Where `mean, deviation` of each block in the last exact run lie, or NO_VECTORS.
    exact: u32,
    // Where each block's drift goes.
    drift: u32,
    channels: u32,
    flat_deviation: f32,
    run: u32,
    unused: u32,
}

#import <common/bindings.wgsl>

const NO_VECTORS: u32 = 0xffffffffu;

// Kinds of runs; in the third, an edit computed the whole value, so nothing that is kept of it can be wrong.
const EXACT: u32 = 0u;
const EDIT: u32 = 1u;

struct Moments {
    count: f32,
    mean: vec4f,
    squares: vec4f,
}

var<workgroup> moments: array<Moments, 256>;

// Chan, Golub and LeVeque 1979: exact where a sum of squares would cancel.
fn joined(a: Moments, b: Moments) -> Moments {
    let count = a.count + b.count;
    if count == 0.0 {
        return a;
    }
    let apart = b.mean - a.mean;
    let mean = a.mean + apart * (b.count / count);
    return Moments(count, mean, a.squares + b.squares + apart * apart * (a.count * b.count / count));
}

// Keeps an exact run's statistics, or adds up how far an edit moved them from there, in that run's deviations.
fn compare(block: u32, mean: vec4f, deviation: vec4f) {
    let at = pass_.exact + 2u * block;
    if pass_.run == EXACT {
        tables[at] = mean;
        tables[at + 1u] = deviation;
    }
    var gone = vec4f(0.0);
    if pass_.run == EDIT {
        let was = tables[at + 1u];
        let moved = (mean - tables[at]) / was;
        let spread = (deviation - was) / was;
        // A plane that is flat says nothing, and its tiny deviation would say it loudly.
        gone = select(vec4f(0.0), moved * moved + spread * spread, was > vec4f(pass_.flat_deviation));
    }
    // The first block of a norm says how many it has.
    let blocks = select(0u, pass_.blocks, block == 0u);
    tables[pass_.drift + block] = vec4f(dot(gone, vec4f(1.0)) / f32(max(pass_.channels, 1u)), f32(blocks), 0.0, 0.0);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let block = group.x;
    var found = Moments(0.0, vec4f(0.0), vec4f(0.0));
    for (var tile = lane; tile < pass_.count; tile += 256u) {
        let row = pass_.partials + tile * (2u * pass_.blocks + 1u);
        let tile_moments = Moments(tables[row].x, tables[row + 1u + 2u * block], tables[row + 2u + 2u * block]);
        found = joined(found, tile_moments);
    }
    moments[lane] = found;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            moments[lane] = joined(moments[lane], moments[lane + half]);
        }
    }
    if lane == 0u {
        let all = moments[0];
        let deviation = sqrt(all.squares / max(all.count, 1.0) + pass_.epsilon);
        if pass_.exact != NO_VECTORS {
            compare(block, all.mean, deviation);
        }
        var scale = 1.0 / deviation;
        var shift = -all.mean * scale;
        if pass_.affine != NO_VECTORS {
            let weight = tables[pass_.affine + 2u * block];
            scale *= weight;
            shift = fma(shift, weight, tables[pass_.affine + 2u * block + 1u]);
        }
        tables[pass_.table + 2u * block] = scale;
        tables[pass_.table + 2u * block + 1u] = shift;
    }
}
