//! The CPU executor against the reference.

mod edits;

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::architecture::{Architecture, Family, InputKind};
use daub_models::checkpoint::Weights;
use daub_models::cpu::{Cpu, CpuOptions, vectors};
use daub_models::flex::Flex;
use daub_models::graph::{Activation, Extent, Filter, NodeId, NormStats, Op, PadMode, Plane, Range, Weight};
use daub_models::random::Draws;
use daub_models::shape::Shape;
use daub_models::{ExecuteError, Executor as _, Graph, Input, Interrupt, Model, Picture};
use proptest::prelude::*;

/// Peak signal-to-noise ratio in decibels of the first output, over the range of its values.
fn psnr(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width, a.height, a.outputs.len()), (b.width, b.height, b.outputs.len()));
    let (a, b) = (&a.outputs[0], &b.outputs[0]);
    assert_eq!((a.values.len(), &a.name), (b.values.len(), &b.name));
    let peak = if a.range == Range::Symmetric { 2.0 } else { 1.0 };
    let squares: f64 = a.values.iter().zip(&b.values).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    10.0 * (peak * peak / (squares / a.values.len() as f64).max(1e-20)).log10()
}

/// Planes for whatever the network reads: patches of labels and instances, smooth colours with noise.
fn example(graph: &Graph, width: usize, height: usize, seed: u64) -> Input {
    let mut draws = Draws::new(seed, 0);
    let mut input = Input { width, height, ..Input::default() };
    let patch = |x: usize, y: usize| (x / 9 * 7 + y / 7 * 5 + x * y / 300) % 251;
    let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let mut noise = |count: usize| -> Vec<f32> { (0..count).map(|_| draws.uniform() * 2.0 - 1.0).collect() };
    for plane in graph.planes() {
        match plane {
            Plane::Labels { classes } => input.labels = Some(places().map(|(x, y)| (patch(x, y) % classes) as u8).collect()),
            Plane::InstanceEdges | Plane::Instances => {
                input.instances = Some(places().map(|(x, y)| patch(x, y) as u32).collect());
            }
            Plane::Features { channels } => input.features = Some(noise(width * height * channels).into()),
            Plane::Hints => input.hints = Some(noise(width * height * 3).into()),
            Plane::Code { channels } => input.code = Some(noise(channels).into()),
            Plane::Values { .. } => panic!("no generator reads this"),
            Plane::Rgb | Plane::CaffeBgr | Plane::Lightness => {
                let noise = noise(width * height * 3);
                let colour =
                    |(x, y): (usize, usize), c: usize| 128.0 + 90.0 * ((x * (c + 1)) as f32 / 17.0 + y as f32 / 23.0).sin();
                let bytes = places()
                    .enumerate()
                    .flat_map(|(at, place)| [0, 1, 2].map(|c| (colour(place, c) + 20.0 * noise[at * 3 + c]) as u8));
                input.rgb = Some(bytes.collect());
            }
        }
    }
    input
}

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/models")
}

fn compare(name: &str, width: usize, height: usize, options: CpuOptions) -> f64 {
    let model = Model::open(&assets().join(format!("{name}.json"))).expect("a bundled model");
    let loaded = model.load(NormStats::Image).expect("its weights");
    let input = example(&loaded.graph, width, height, 1);
    let mut reference = Flex::new(loaded.graph.clone(), loaded.weights.clone(), options.dropout_seed);
    let mut cpu = Cpu::new(loaded.graph, loaded.weights, options).expect("a CPU");
    let expected = reference.run(&input, &Interrupt::default()).expect("a reference picture");
    let found = cpu.run(&input, &Interrupt::default()).expect("a picture");
    psnr(&expected, &found)
}

#[test]
fn bundled_models_agree_with_the_reference() {
    let sizes = [
        ("street", 64, 32),
        ("street", 72, 56),
        ("faces", 64, 64),
        ("photo2vangogh", 52, 36),
        ("vangogh2photo", 64, 64),
        ("facades", 256, 256),
        ("facades_hd", 96, 64),
        ("cats", 256, 256),
        ("hed_vgg16", 61, 47),
    ];
    for (name, width, height) in sizes {
        let psnr = compare(name, width, height, CpuOptions::default());
        assert!(psnr >= 60.0, "{name} at {width}x{height}: {psnr:.1} dB");
    }
}

#[test]
fn a_local_enhancer_with_every_plane_agrees_with_the_reference() {
    let architecture = Architecture {
        enhancers: 2,
        enhancer_blocks: 1,
        instance_edges: true,
        feature_channels: 3,
        ..Architecture::new(Family::Pix2pixhdLocal, InputKind::Labels, 35, 8, 2, 1)
    };
    let graph = Arc::new(architecture.graph(NormStats::Image).expect("a possible network"));
    let weights = Arc::new(Weights::random(&graph, 4).expect("weights"));
    let input = example(&graph, 80, 64, 4);
    let mut reference = Flex::new(Arc::clone(&graph), Arc::clone(&weights), None);
    let mut cpu = Cpu::new(graph, weights, CpuOptions::default()).expect("a CPU");
    let pictures = [reference.run(&input, &Interrupt::default()), cpu.run(&input, &Interrupt::default())];
    let psnr = psnr(pictures[0].as_ref().expect("a picture"), pictures[1].as_ref().expect("a picture"));
    assert!(psnr >= 60.0, "{psnr:.1} dB");
}

/// Draws graphs that use every operation, with every wiring that shapes allow.
struct Sketch {
    graph: Graph,
    draws: Draws,
    width: usize,
    height: usize,
}

impl Sketch {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.draws.uniform() * from.len() as f32) as usize]
    }

    fn shapes(&self) -> Vec<Shape> {
        self.graph.shapes(self.width, self.height).expect("only nodes that fit are kept")
    }

    /// Appends a node if its size works out and stays small.
    fn try_push(&mut self, op: Op, inputs: &[NodeId]) -> Option<NodeId> {
        let node = self.graph.push(op, inputs);
        let fits = self.graph.shapes(self.width, self.height).is_ok_and(|shapes| shapes[node.0].len() < 60_000);
        if !fits {
            self.graph.nodes.pop();
        }
        fits.then_some(node)
    }

    fn key(&self) -> String {
        format!("layer{}", self.graph.nodes.len())
    }

    fn conv(&mut self, x: NodeId, out_channels: usize, kernel: usize, stride: usize, padding: usize) -> Option<NodeId> {
        let key = self.key();
        let bias = self.pick(&[true, false]).then(|| format!("{key}.bias"));
        let weight = if self.pick(&[0, 0, 1]) == 1 { Weight::Spectral(key) } else { Weight::Plain(format!("{key}.weight")) };
        self.try_push(Op::Conv { weight, bias, out_channels, kernel, stride, padding }, &[x])
    }

    fn grow(&mut self, inputs: usize) {
        let shapes = self.shapes();
        let any = |this: &mut Self| NodeId((this.draws.uniform() * shapes.len() as f32) as usize);
        // Mostly the newest value, so that networks are deep.
        let x = if self.draws.uniform() < 0.7 { NodeId(shapes.len() - 1) } else { any(self) };
        let shape = shapes[x.0];
        let channels = self.pick(&[1, 3, 4, 5, 16, 17, 32, 33, 40, 64]);
        match self.pick(&[0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 6, 6, 6, 7, 8, 9, 10, 11, 12, 13]) {
            0 => {
                let (kernel, stride) = self.pick(&[(1, 1), (3, 1), (3, 1), (3, 1), (3, 2), (4, 2), (7, 1), (5, 3)]);
                let padding = self.pick(&[0, 1, kernel / 2]);
                self.conv(x, channels, kernel, stride, padding);
            }
            1 => {
                let (kernel, stride, padding, output_padding) =
                    self.pick(&[(3, 2, 1, 1), (4, 2, 1, 0), (2, 2, 0, 0), (3, 1, 1, 0), (5, 3, 1, 1)]);
                let key = self.key();
                let bias = Some(format!("{key}.bias"));
                let weight = Weight::Plain(format!("{key}.weight"));
                let op = Op::ConvTranspose { weight, bias, out_channels: channels, kernel, stride, padding, output_padding };
                self.try_push(op, &[x]);
            }
            2 => {
                let mode = self.pick(&[PadMode::Reflect, PadMode::Zero]);
                let amount = self.pick(&[1, 1, 2, 3]);
                self.try_push(Op::Pad { mode, amount }, &[x]);
            }
            // Statistics of a few pixels amplify rounding beyond what is compared here.
            3 if shape.pixels() >= 12 => {
                self.try_push(Op::InstanceNorm, &[x]);
            }
            4 if shape.pixels() >= 12 => {
                let prefix = self.key();
                let stats = self.pick(&[NormStats::Image, NormStats::Running]);
                let affine = self.pick(&[true, true, false]);
                self.try_push(Op::BatchNorm { prefix, affine, stats }, &[x]);
            }
            5 => {
                self.try_push(Op::Dropout { probability: 0.5 }, &[x]);
            }
            6 => {
                let function = self.pick(&[
                    Activation::Relu,
                    Activation::Relu,
                    Activation::LeakyRelu { slope: 0.2 },
                    Activation::LeakyRelu { slope: 1.5 },
                    Activation::Tanh,
                    Activation::Sigmoid,
                ]);
                self.try_push(Op::Activation(function), &[x]);
            }
            7 => {
                let equal: Vec<NodeId> = (0..shapes.len()).map(NodeId).filter(|id| shapes[id.0] == shape).collect();
                let other = self.pick(&equal);
                self.try_push(Op::Add, &[x, other]);
            }
            8 => {
                let size = |id: &NodeId| (shapes[id.0].width, shapes[id.0].height) == (shape.width, shape.height);
                let equal: Vec<NodeId> = (0..shapes.len()).map(NodeId).filter(size).collect();
                let (first, second) = (self.pick(&equal), self.pick(&equal));
                self.try_push(Op::Concat, &[first, x, second]);
            }
            9 => {
                let filter = self.pick(&[Filter::Nearest, Filter::Bilinear]);
                match self.pick(&[Extent::Times(2), Extent::Over(2), Extent::Like]) {
                    Extent::Like => {
                        let other = any(self);
                        self.try_push(Op::Resize { filter, to: Extent::Like }, &[x, other]);
                    }
                    to => {
                        self.try_push(Op::Resize { filter, to }, &[x]);
                    }
                }
            }
            10 => {
                let (kernel, stride, padding) = self.pick(&[(3, 2, 1), (2, 2, 0), (3, 1, 1)]);
                self.try_push(Op::AvgPool { kernel, stride, padding }, &[x]);
            }
            11 => {
                let ceil = self.pick(&[true, false]);
                if shape.width.min(shape.height) >= 3 {
                    self.try_push(Op::MaxPool { kernel: 2, stride: 2, ceil }, &[x]);
                }
            }
            12 => {
                let modulation = [(); 2].map(|()| self.conv(x, shape.channels, 3, 1, 1));
                if let [Some(gamma), Some(beta)] = modulation {
                    self.try_push(Op::Spade, &[x, gamma, beta]);
                }
            }
            _ => {
                let instances = NodeId(inputs);
                if (shape.width, shape.height) == (self.width, self.height) {
                    self.try_push(Op::InstanceMean, &[x, instances]);
                }
            }
        }
    }

    fn drawn(seed: u64, width: usize, height: usize, steps: usize) -> Graph {
        let mut sketch = Self { graph: Graph::default(), draws: Draws::new(seed, 1), width, height };
        let plane = sketch.pick(&[Plane::Labels { classes: 20 }, Plane::Labels { classes: 5 }, Plane::Rgb, Plane::Lightness]);
        let first = sketch.graph.push(Op::Input(plane), &[]);
        let instances = sketch.graph.push(Op::Input(Plane::Instances), &[]);
        let edges = sketch.graph.push(Op::Input(Plane::InstanceEdges), &[]);
        let features = sketch.graph.push(Op::Input(Plane::Features { channels: 3 }), &[]);
        if sketch.pick(&[true, false]) {
            let joined = sketch.graph.push(Op::Concat, &[first, edges, features]);
            sketch.conv(joined, 24, 7, 1, 3);
        } else {
            let (kernel, stride) = sketch.pick(&[(7, 1), (3, 2)]);
            let padded = sketch.try_push(Op::Pad { mode: PadMode::Reflect, amount: 2 }, &[first]).unwrap_or(first);
            sketch.conv(padded, 33, kernel, stride, 0);
        }
        for _ in 0..steps {
            sketch.grow(instances.0);
        }
        let shapes = sketch.shapes();
        let last = NodeId(shapes.len() - 1);
        sketch.graph.output("picture", last, Range::Symmetric);
        if sketch.pick(&[0, 0, 1]) == 1 {
            let in_features = shapes[last.0].len();
            let (weight, bias) = (Weight::Plain("matrix.weight".into()), Some("matrix.bias".into()));
            let linear = sketch.graph.push(Op::Linear { weight, bias, in_features, shape: Shape::new(19, 2, 3) }, &[last]);
            sketch.graph.output("code", linear, Range::Symmetric);
        }
        sketch.graph
    }
}

/// Largest difference of any output over the largest value of the reference, or over a tenth where all are smaller:
/// the norm of a constant plane is nothing but rounding.
fn relative_error(expected: &Picture, found: &Picture) -> f32 {
    let plates = expected.outputs.iter().zip(&found.outputs).map(|(a, b)| {
        assert_eq!((&a.name, a.channels, a.values.len()), (&b.name, b.channels, b.values.len()));
        let peak = a.values.iter().fold(0.1_f32, |peak, value| peak.max(value.abs()));
        let worst = a.values.iter().zip(&b.values).fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
        // A NaN would pass every comparison unnoticed.
        if b.values.iter().all(|value| value.is_finite()) { worst / peak } else { f32::INFINITY }
    });
    plates.fold(0.0, f32::max)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_graphs_agree_with_the_reference(
        seed in 0_u64..1_000_000, width in 5_usize..40, height in 5_usize..40, steps in 1_usize..14,
        threads in 1_usize..4, dropout in any::<bool>(), kind in 0_usize..3,
    ) {
        let graph = Arc::new(Sketch::drawn(seed, width, height, steps));
        let weights = Arc::new(Weights::random(&graph, seed).expect("weights"));
        // Random vectors can leave a spectral norm that is mostly rounding.
        let limit = if graph.parameters().expect("parameters").iter().any(|p| p.key.ends_with("weight_u")) { 3e-2 } else { 1e-3 };
        let input = example(&graph, width, height, seed);
        let dropout_seed = dropout.then_some(seed);
        let mut reference = Flex::new(Arc::clone(&graph), Arc::clone(&weights), dropout_seed);
        let expected = reference.run(&input, &Interrupt::default()).expect("a reference picture");
        prop_assume!(expected.outputs.iter().all(|plate| plate.values.iter().all(|value| value.abs() < 50.0)));
        let options = CpuOptions { threads, dropout_seed, vectors: vectors().get(kind).copied(), ..CpuOptions::default() };
        let mut cpu = Cpu::new(graph, weights, options).expect("a CPU");
        let found = cpu.run(&input, &Interrupt::default()).expect("a picture");
        let error = relative_error(&expected, &found);
        prop_assert!(error < limit, "largest difference {error}");
        let again = cpu.run(&input, &Interrupt::default()).expect("a picture");
        prop_assert_eq!(found, again);
    }
}

fn street(options: CpuOptions) -> (Arc<Graph>, Cpu) {
    let loaded = Model::open(&assets().join("street.json")).expect("a bundled model").load(NormStats::Image).expect("weights");
    (Arc::clone(&loaded.graph), Cpu::new(loaded.graph, loaded.weights, options).expect("a CPU"))
}

/// Weights in float16 give the same picture to the eye, whatever the vectors, in direct and in Winograd's products.
#[test]
fn half_weights_paint_the_same_picture_in_half_the_memory() {
    for kind in vectors() {
        let options = CpuOptions { vectors: Some(kind), ..CpuOptions::default() };
        let (graph, mut full) = street(options.clone());
        let (_, mut half) = street(CpuOptions { half_weights: true, ..options });
        let input = example(&graph, 96, 64, 11);
        let (a, b) = (full.run(&input, &Interrupt::default()), half.run(&input, &Interrupt::default()));
        let psnr = psnr(&a.expect("a picture"), &b.expect("a picture"));
        assert!(psnr >= 50.0, "{kind}: {psnr:.1} dB");
        let saved = full.memory_bytes() - half.memory_bytes();
        assert!(saved > 20 << 20, "{kind}: only {saved} bytes saved");
    }
}

#[test]
fn sizes_may_change_and_threads_do_not_matter() {
    let (graph, mut one) = street(CpuOptions { threads: 1, ..CpuOptions::default() });
    let (_, mut two) = street(CpuOptions { threads: 2, ..CpuOptions::default() });
    for (width, height) in [(64, 32), (40, 48), (64, 32)] {
        let input = example(&graph, width, height, 5);
        let (a, b) = (one.run(&input, &Interrupt::default()), two.run(&input, &Interrupt::default()));
        let psnr = psnr(&a.expect("a picture"), &b.expect("a picture"));
        assert!(psnr > 90.0, "{width}x{height}: {psnr:.1} dB");
    }
}

#[test]
fn a_size_beyond_memory_is_refused_with_one_that_fits() {
    let (_, mut cpu) = street(CpuOptions::default());
    // A quarter of a million pixels square need tens of terabytes.
    let refused = cpu.prepare(262_144, 262_144);
    if !cfg!(target_os = "linux") {
        return;
    }
    let Err(ExecuteError::Memory { largest: Some((width, height)), needed_mib, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(width == height && width < 262_144 && needed_mib > 10_000);
    assert!(cpu.prepare(64, 64).is_ok());
}
