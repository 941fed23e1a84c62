//! Edits that change the whole picture through its norms, and edits that do not.

use std::sync::Arc;

use daub_models::architecture::{Architecture, Family, InputKind};
use daub_models::checkpoint::Weights;
use daub_models::graph::NormStats;
use daub_models::incremental::MOST_DRIFT;
use daub_models::{Graph, Input, Interrupt};
use daub_shaders::{Context, Engine, Extent, Options, Precision, Ran};

use crate::support::{context, input};

const SIZE: (usize, usize) = (256, 128);

fn network() -> Arc<Graph> {
    let architecture = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 12, 16, 2, 2);
    Arc::new(architecture.graph(NormStats::Image).expect("a possible network"))
}

fn engine(context: &Context, graph: &Arc<Graph>) -> Engine {
    let weights = Weights::random(graph, 1).expect("weights");
    let options = Options { incremental: true, ..Options::default() };
    Engine::compile(context, graph, &weights, SIZE, Precision::F32, options).expect("an engine")
}

/// The input with a rectangle of one label.
fn painted(input: &Input, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Input {
    let mut labels = input.labels.as_deref().expect("labels").to_vec();
    for y in rows {
        labels[y * input.width..][columns.clone()].fill(3);
    }
    Input { labels: Some(labels.into()), ..input.clone() }
}

/// What the run did, the values, and the levels that a window shows.
fn run(engine: &mut Engine, input: &Input, extent: Extent) -> (Ran, Vec<f32>, Vec<u8>) {
    let ran = engine.run(input, extent, &Interrupt::default()).expect("a picture");
    println!("{extent:?}: {:.0} % of the work, {:.1} % drift", ran.share * 100.0, ran.drift * 100.0);
    let values = engine.read_back().expect("values").outputs.remove(0).values;
    (ran, values, engine.read_texture().expect("levels"))
}

#[test]
fn an_edit_that_changes_everything_is_painted_exactly() {
    let Some(context) = context() else { return };
    let graph = network();
    let before = input(&graph, SIZE.0, SIZE.1, 1);
    let after = painted(&before, 40..120, 10..70);
    let (_, values, levels) = run(&mut engine(&context, &graph), &after, Extent::Exact);
    let mut edited = engine(&context, &graph);
    run(&mut edited, &before, Extent::Exact);
    let (ran, found, shown) = run(&mut edited, &after, Extent::Edit);
    assert!(ran.exact && ran.share > 0.99 && ran.drift > MOST_DRIFT && ran.submissions == 2, "{ran:?}");
    assert!(found == values && shown == levels, "not the exact picture");
    // That picture is what the next edit is compared with.
    let (ran, ..) = run(&mut edited, &painted(&after, 200..220, 90..110), Extent::Edit);
    assert!(!ran.exact && ran.share < 0.2 && ran.drift > 0.0 && ran.drift < MOST_DRIFT, "{ran:?}");
    let (ran, ..) = run(&mut edited, &before, Extent::Exact);
    assert!(ran.exact && ran.drift == 0.0, "{ran:?}");
}

#[test]
fn small_edits_add_up() {
    let Some(context) = context() else { return };
    let graph = network();
    let before = input(&graph, SIZE.0, SIZE.1, 1);
    let mut engine = engine(&context, &graph);
    run(&mut engine, &before, Extent::Exact);
    let mut drifts = Vec::new();
    for side in [20, 28, 34, 40] {
        let (ran, ..) = run(&mut engine, &painted(&before, 40..40 + side, 10..10 + side), Extent::Edit);
        assert_eq!(ran.exact, ran.drift > MOST_DRIFT, "{ran:?}");
        drifts.push(ran.drift);
        if ran.exact {
            break;
        }
    }
    assert!(drifts.len() > 2 && drifts.is_sorted(), "{drifts:?}");
    assert!(drifts.last().is_some_and(|&drift| drift > MOST_DRIFT), "{drifts:?}");
    // Back to where the last exact run was made is no way at all.
    let mut back = self::engine(&context, &graph);
    run(&mut back, &before, Extent::Exact);
    run(&mut back, &painted(&before, 40..60, 10..30), Extent::Edit);
    let (ran, ..) = run(&mut back, &before, Extent::Edit);
    assert!(!ran.exact && ran.drift < 1e-3, "{ran:?}");
}
