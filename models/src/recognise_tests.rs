//! Every architecture is told from its own tensors, and the official ones have the published numbers of parameters.

use proptest::prelude::*;

use super::*;
use crate::card::Task;
use crate::graph::NormStats;
use crate::questions::Topic;

/// The tensors that a checkpoint of this architecture holds.
fn tensors(architecture: &Architecture) -> Vec<TensorInfo> {
    let parameters = architecture.graph(NormStats::Running).unwrap().parameters().unwrap();
    parameters.into_iter().map(|p| TensorInfo { key: p.key, shape: p.shape, dtype: "F32".to_owned() }).collect()
}

fn parameters(architecture: &Architecture) -> usize {
    architecture.graph(NormStats::Running).unwrap().parameter_count().unwrap()
}

fn hd(family: Family, width: usize) -> Architecture {
    Architecture { instance_edges: true, ..Architecture::new(family, InputKind::Labels, 35, width, 4, 9) }
}

fn spade(classes: usize, edges: bool, depth: usize) -> Architecture {
    let plain = Architecture::new(Family::Spade, InputKind::Labels, classes, 64, depth, 0);
    Architecture { norm: Norm::Batch, spectral: true, instance_edges: edges, ..plain }
}

fn unet(depth: usize) -> Architecture {
    let plain = Architecture::new(Family::Unet, InputKind::Rgb, 3, 64, depth, 0);
    Architecture { norm: Norm::Batch, dropout: true, ..plain }
}

fn local() -> Architecture {
    Architecture { enhancers: 1, enhancer_blocks: 3, ..hd(Family::Pix2pixhdLocal, 32) }
}

#[test]
fn official_networks_have_the_published_sizes() {
    let resnet = Architecture::new(Family::Resnet, InputKind::Rgb, 3, 64, 2, 9);
    let encoder = Architecture::new(Family::Pix2pixhdEncoder, InputKind::Rgb, 3, 16, 4, 0);
    let sizes = [
        (unet(8), 54.414),
        (unet(7), 41.83),
        (resnet, 11.378),
        (hd(Family::Pix2pixhdGlobal, 64), 182.547),
        (local(), 182.857),
        (encoder, 0.789),
        (spade(35, true, 6), 93.048),
        (spade(183, true, 5), 97.481),
        (spade(151, false, 5), 96.492),
    ];
    for (architecture, millions) in sizes {
        let found = parameters(&architecture) as f64 / 1e6;
        assert!((found - millions).abs() < 0.0011, "{:?}: {found} million, not {millions}", architecture.family);
        assert_eq!(recognise(&tensors(&architecture)).unwrap().architecture, architecture);
    }
    assert_eq!(tensors(&hd(Family::Pix2pixhdGlobal, 64)).len(), 56);
    assert_eq!(tensors(&local()).len(), 74);
}

#[test]
fn what_tensors_do_not_say_is_asked() {
    let topics = |architecture: &Architecture| -> Vec<(Topic, usize)> {
        let found = recognise(&tensors(architecture)).unwrap();
        found.questions.iter().map(|question| (question.topic, question.choices.len())).collect()
    };
    assert_eq!(topics(&unet(8)), [(Topic::Direction, 2), (Topic::NormStats, 2)]);
    // Cityscapes with edges, 36 unknown labels, or 35 with edges.
    assert_eq!(topics(&local()), [(Topic::Planes, 3)]);
    // ADE20K with ids as they are or less one, or unknown labels with or without edges.
    let ade = spade(151, false, 5);
    assert_eq!(topics(&ade), [(Topic::Planes, 4), (Topic::NormStats, 2), (Topic::Doublings, 2)]);
}

#[test]
fn answers_change_the_card() {
    let found = recognise(&tensors(&spade(151, false, 5))).unwrap();
    let mut card = found.card(Path::new("ade/latest_net_G.pth"));
    card.check().unwrap();
    assert_eq!((card.label_set.as_deref(), card.labels[1].name.as_str()), (Some("ade20k-151"), "wall"));
    assert_eq!((card.norm_stats, card.size_multiple), (Some(NormStats::Running), 32));
    card.answer(&found.questions[0].choices[1].answer);
    assert_eq!((card.label_set.as_deref(), card.labels[0].name.as_str()), (Some("ade20k-150-shifted"), "wall"));
    card.answer(&found.questions[0].choices[3].answer);
    assert_eq!((card.labels.len(), card.architecture.instance_edges), (150, true));
    card.answer(&found.questions[2].choices[1].answer);
    assert_eq!((card.architecture.depth, card.size_multiple), (6, 64));
    card.check().unwrap();

    let found = recognise(&tensors(&unet(8))).unwrap();
    let mut card = found.card(Path::new("edges2cats.pth"));
    assert_eq!((card.task, card.norm_stats), (Task::SketchToPhoto, Some(NormStats::Image)));
    card.answer(&found.questions[0].choices[1].answer);
    card.answer(&found.questions[1].choices[1].answer);
    assert_eq!((card.task, card.norm_stats), (Task::PhotoToPhoto, Some(NormStats::Running)));
    card.check().unwrap();
}

#[test]
fn a_lost_layer_does_not_change_what_a_network_is() {
    for architecture in [unet(8), Architecture::new(Family::Resnet, InputKind::Rgb, 3, 64, 2, 9), local()] {
        let whole = tensors(&architecture);
        let kept = ["model.0.", "model.1.", "model1_1.1.", "model1_2.7.", "model.26.", "model.model.0.", "model.model.3."];
        for lost in whole.iter().filter(|info| !kept.iter().any(|key| info.key.starts_with(key))) {
            // The first and last layers say what it is; a block of one tensor is gone with it.
            let rest: Vec<TensorInfo> = whole.iter().filter(|info| info.key != lost.key).cloned().collect();
            let found = recognise(&rest).map(|found| found.architecture);
            let same = found.as_ref().is_ok_and(|found| found.depth == architecture.depth && found.blocks == architecture.blocks);
            assert!(same, "without {}: {found:?}", lost.key);
        }
    }
}

#[test]
fn other_networks_are_named() {
    let reason =
        |key: &str| recognise(&[TensorInfo { key: key.to_owned(), shape: vec![1], dtype: "F32".to_owned() }]).unwrap_err();
    assert!(reason("scale0_layer0.0.weight").contains("discriminator"));
    assert!(reason("model_down_seg.1.weight").contains("vid2vid"));
    assert!(reason("fc_mu.weight").contains("encoder of styles"));
    assert!(reason("anything").contains("no tensor is named as in"));
}

fn any_architecture() -> impl Strategy<Value = Architecture> {
    let norm = prop_oneof![Just(Norm::Instance), Just(Norm::Batch)];
    let families = prop_oneof![
        Just(Family::Unet),
        Just(Family::Resnet),
        Just(Family::Pix2pixhdGlobal),
        Just(Family::Pix2pixhdLocal),
        Just(Family::Spade),
        Just(Family::Pict),
        Just(Family::Dcgan)
    ];
    let numbers = (1_usize..9, 1_usize..6, 1_usize..10, 1_usize..4, 0_usize..4);
    (families, norm, numbers, any::<bool>(), any::<bool>()).prop_map(|(family, norm, numbers, dropout, edges)| {
        let (width, depth, blocks, enhancers, enhancer_blocks) = numbers;
        let labelled = matches!(family, Family::Pix2pixhdGlobal | Family::Pix2pixhdLocal | Family::Spade);
        let (input, channels) = if labelled { (InputKind::Labels, 35) } else { (InputKind::Rgb, 3) };
        let plain = Architecture { norm, ..Architecture::new(family, input, channels, width, depth, blocks) };
        match family {
            Family::Unet => Architecture { depth: depth + 2, blocks: 0, dropout: true, ..plain },
            Family::Pict => Architecture { depth: depth + 1, blocks: 0, norm: Norm::Batch, ..plain },
            Family::Dcgan => {
                let coded = Architecture::new(Family::Dcgan, InputKind::Code, 10 * depth, width, depth, 0);
                Architecture { norm: Norm::Batch, code_channels: 10 * depth, ..coded }
            }
            Family::Resnet => Architecture { depth: 2, dropout, ..plain },
            Family::Spade => {
                let depth = if dropout { 6 } else { 7 };
                Architecture { depth, blocks: 0, spectral: edges, instance_edges: edges, width: width * 2, ..plain }
            }
            Family::Pix2pixhdLocal => Architecture { enhancers, enhancer_blocks, instance_edges: edges, ..plain },
            _ => Architecture { instance_edges: edges, ..plain },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn architectures_are_told_from_their_tensors(architecture in any_architecture()) {
        let found = recognise(&tensors(&architecture)).map(|found| found.architecture);
        prop_assert_eq!(found, Ok(architecture));
    }
}
