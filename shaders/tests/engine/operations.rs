//! Operations that no family needs yet, and combinations that cannot be deferred.

use daub_models::graph::{Activation, Extent, Filter, Graph, NodeId, NormStats, Op, PadMode, Plane, Range, Weight};
use daub_models::shape::Shape;
use daub_shaders::Precision;

use crate::support::compare;

fn conv(graph: &mut Graph, x: NodeId, key: &str, out_channels: usize, kernel: usize, padding: usize) -> NodeId {
    let weight = Weight::Plain(format!("{key}.weight"));
    let bias = Some(format!("{key}.bias"));
    graph.push(Op::Conv { weight, bias, out_channels, kernel, stride: 1, padding }, &[x])
}

fn check(name: &str, build: impl Fn(&mut Graph) -> NodeId, size: (usize, usize), seed: Option<u64>) {
    for (precision, least) in [(Precision::F32, 80.0), (Precision::F16, 40.0)] {
        let mut graph = Graph::default();
        let picture = build(&mut graph);
        graph.output("picture", picture, Range::Symmetric);
        let Some(found) = compare(graph, size, precision, seed) else { continue };
        println!("{name} {precision:?}: {found:.1?} dB");
        assert!(found.iter().all(|&decibels| decibels >= least), "{name} {precision:?}: {found:?} dB");
    }
}

#[test]
fn modulation() {
    let build = |graph: &mut Graph| {
        let labels = graph.push(Op::Input(Plane::Labels { classes: 6 }), &[]);
        let x = conv(graph, labels, "x", 10, 3, 1);
        let x = graph.push(Op::BatchNorm { prefix: "n".into(), affine: false, stats: NormStats::Running }, &[x]);
        let seen = conv(graph, labels, "shared", 8, 3, 1);
        let seen = graph.push(Op::Activation(Activation::Relu), &[seen]);
        let gamma = conv(graph, seen, "gamma", 10, 3, 1);
        let beta = conv(graph, seen, "beta", 10, 3, 1);
        let y = graph.push(Op::Spade, &[x, gamma, beta]);
        let y = graph.push(Op::Activation(Activation::LeakyRelu { slope: 0.2 }), &[y]);
        let y = graph.push(Op::Resize { filter: Filter::Nearest, to: Extent::Times(2) }, &[y]);
        let weight = Weight::Spectral("last".into());
        let y = graph.push(Op::Conv { weight, bias: None, out_channels: 3, kernel: 3, stride: 1, padding: 1 }, &[y]);
        graph.push(Op::Activation(Activation::Tanh), &[y])
    };
    check("modulation", build, (24, 20), None);
}

#[test]
fn instance_means_and_features() {
    let build = |graph: &mut Graph| {
        let rgb = graph.push(Op::Input(Plane::Rgb), &[]);
        let ids = graph.push(Op::Input(Plane::Instances), &[]);
        let x = conv(graph, rgb, "x", 6, 3, 1);
        let x = graph.push(Op::InstanceNorm, &[x]);
        let x = graph.push(Op::Activation(Activation::Tanh), &[x]);
        graph.push(Op::InstanceMean, &[x, ids])
    };
    check("instance mean", build, (33, 17), None);
}

#[test]
fn codes_and_linear_layers() {
    let build = |graph: &mut Graph| {
        let code = graph.push(Op::Input(Plane::Code { channels: 16 }), &[]);
        let (weight, bias) = (Weight::Plain("fc.weight".into()), Some("fc.bias".into()));
        let shape = Shape::new(7, 4, 5);
        let x = graph.push(Op::Linear { weight, bias, in_features: 16, shape }, &[code]);
        let weight = Weight::Plain("fc2.weight".into());
        let x = graph.push(Op::Linear { weight, bias: None, in_features: 140, shape: Shape::new(3, 6, 6) }, &[x]);
        let x = graph.push(Op::Resize { filter: Filter::Bilinear, to: Extent::Times(3) }, &[x]);
        graph.push(Op::Resize { filter: Filter::Nearest, to: Extent::Over(2) }, &[x])
    };
    check("linear", build, (9, 9), None);
}

#[test]
fn dropout_and_copies() {
    let build = |graph: &mut Graph| {
        let rgb = graph.push(Op::Input(Plane::Rgb), &[]);
        let hints = graph.push(Op::Input(Plane::Hints), &[]);
        let joined = graph.push(Op::Concat, &[rgb, hints]);
        let x = conv(graph, joined, "a", 9, 3, 0);
        let x = graph.push(Op::BatchNorm { prefix: "n".into(), affine: true, stats: NormStats::Image }, &[x]);
        let x = graph.push(Op::Activation(Activation::Relu), &[x]);
        let x = graph.push(Op::Dropout { probability: 0.5 }, &[x]);
        let x = graph.push(Op::Pad { mode: PadMode::Reflect, amount: 1 }, &[x]);
        let x = graph.push(Op::Pad { mode: PadMode::Reflect, amount: 2 }, &[x]);
        let x = conv(graph, x, "b", 5, 5, 0);
        // The same value twice, and once more with a norm: no layout can join these.
        let normed = graph.push(Op::InstanceNorm, &[x]);
        let x = graph.push(Op::Concat, &[x, normed, x]);
        let pooled = graph.push(Op::AvgPool { kernel: 3, stride: 2, padding: 1 }, &[x]);
        let weight = Weight::Plain("up.weight".into());
        let up = Op::ConvTranspose { weight, bias: None, out_channels: 6, kernel: 4, stride: 2, padding: 1, output_padding: 0 };
        let x = graph.push(up, &[pooled]);
        let weight = Weight::Plain("flat.weight".into());
        let flat = Op::ConvTranspose { weight, bias: None, out_channels: 6, kernel: 3, stride: 1, padding: 1, output_padding: 0 };
        let y = graph.push(flat, &[x]);
        let x = graph.push(Op::Add, &[x, y]);
        let x = graph.push(Op::InstanceNorm, &[x]);
        graph.push(Op::MaxPool { kernel: 2, stride: 2, ceil: true }, &[x])
    };
    check("dropout and copies", build, (27, 22), Some(11));
}
