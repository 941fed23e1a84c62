//! What the window sees of an edit that is given up.

use std::sync::Arc;

use daub_models::architecture::{Architecture, Family, InputKind};
use daub_models::checkpoint::Weights;
use daub_models::graph::NormStats;
use daub_models::{Input, Interrupt};

use super::{Engine, Extent, Options};
use crate::{Context, Precision, adapter};

const SIZE: (usize, usize) = (128, 64);

/// Stripes, with a square of another label in a corner.
fn stripes(square: usize) -> Input {
    let label = |x: usize, y: usize| if x < square && y < square { 3 } else { [0, 7, 9, 5][(x + y) / 8 % 4] };
    let labels = (0..SIZE.0 * SIZE.1).map(|at| label(at % SIZE.0, at / SIZE.0));
    Input::from_labels(SIZE.0, SIZE.1, labels.collect::<Vec<u8>>())
}

#[test]
fn an_edit_that_went_too_far_does_not_reach_the_texture() {
    let Some(found) = adapter::pick_adapter(true) else {
        assert!(std::env::var_os("DAUB_TESTS_REQUIRE_ALL").is_none(), "no adapter for the engine's tests");
        return;
    };
    let (device, queue) = adapter::open(&found).expect("the adapter opens");
    let context = Context::new(&found, device, queue, None).expect("the device suits");
    let architecture = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 12, 8, 2, 1);
    let graph = Arc::new(architecture.graph(NormStats::Image).expect("a possible network"));
    let weights = Weights::random(&graph, 1).expect("weights");
    let options = Options { incremental: true, ..Options::default() };
    let mut engine = Engine::compile(&context, &graph, &weights, SIZE, Precision::F32, options).expect("an engine");
    let never = Interrupt::default();
    engine.run(&stripes(0), Extent::Exact, &never).expect("a picture");
    let shown = engine.read_texture().expect("levels");
    for (square, too_far) in [(4, false), (40, true)] {
        let input = stripes(square);
        engine.run(&stripes(0), Extent::Exact, &never).expect("a picture");
        let edit = engine.edit(&input, Extent::Edit);
        engine.upload(&input).expect("an upload");
        let submitted = engine.submit(edit.as_ref(), &never).expect("an edit");
        assert_eq!(submitted.too_far, too_far, "{:?}", submitted.ran);
        assert_eq!(engine.read_texture().expect("levels") == shown, too_far);
    }
    engine.submit(None, &never).expect("the exact picture");
    assert!(engine.read_texture().expect("levels") != shown);
}
