// Functions that are applied to what is stored.

fn applied(x: vec4f, function: u32) -> vec4f {
    switch function {
        case 1u: { return tanh(clamp(x, vec4f(-20.0), vec4f(20.0))); }
        case 2u: { return 1.0 / (1.0 + exp(-clamp(x, vec4f(-80.0), vec4f(80.0)))); }
        default: { return x; }
    }
}
