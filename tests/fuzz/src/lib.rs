//! The modules of `daub-models` that a stranger's file passes through, compiled by themselves.
//!
//! The rest of that crate brings a tensor library whose instrumented build takes a quarter of an hour.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "only a part of the crate is compiled")]

#[path = "../../../models/src/architecture.rs"]
pub mod architecture;
#[path = "../../../models/src/card.rs"]
pub mod card;
#[path = "../../../models/src/checkpoint/mod.rs"]
pub mod checkpoint;
#[path = "../../../models/src/families/mod.rs"]
pub mod families;
#[path = "../../../models/src/graph.rs"]
pub mod graph;
#[path = "../../../models/src/npy.rs"]
pub mod npy;
#[path = "../../../models/src/options.rs"]
pub mod options;
#[path = "../../../models/src/palette.rs"]
pub mod palette;
#[path = "../../../models/src/questions.rs"]
pub mod questions;
#[path = "../../../models/src/random.rs"]
pub mod random;
#[path = "../../../models/src/recognise.rs"]
pub mod recognise;
#[path = "../../../models/src/shape.rs"]
pub mod shape;
#[path = "../../../models/src/unknown.rs"]
pub mod unknown;
