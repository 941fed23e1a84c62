//! The modules that a stranger's file passes through, compiled by themselves.
//!
//! The rest of the crates brings a tensor library and a window whose instrumented build takes a quarter of an hour.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    mismatched_lifetime_syntaxes,
    reason = "only a part of the crates is compiled"
)]

// What the program calls by the name of the models' crate is here as well.
extern crate self as daub_models;

#[path = "../../../models/src/architecture.rs"]
pub mod architecture;
#[path = "../../../models/src/card.rs"]
pub mod card;
#[path = "../../../models/src/checkpoint/mod.rs"]
pub mod checkpoint;
#[path = "../../../models/src/colour.rs"]
pub mod colour;
#[path = "../../../models/src/families/mod.rs"]
pub mod families;
#[path = "../../../models/src/features.rs"]
pub mod features;
#[path = "../../../models/src/graph.rs"]
pub mod graph;
#[path = "../../../models/src/input.rs"]
pub mod input;
#[path = "../../../models/src/looks.rs"]
pub mod looks;
#[path = "../../../models/src/npy.rs"]
pub mod npy;
#[path = "../../../models/src/options.rs"]
pub mod options;
#[path = "../../../models/src/palette.rs"]
pub mod palette;
#[path = "../../../models/src/pictures.rs"]
pub mod pictures;
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

pub use input::Input;

#[path = "../../../app/src/candidates.rs"]
pub mod candidates;
#[path = "../../../app/src/document/mod.rs"]
pub mod document;
#[path = "../../../app/src/drawing.rs"]
pub mod drawing;
#[path = "../../../app/src/paint/mod.rs"]
pub mod paint;
#[path = "../../../app/src/pen/mod.rs"]
pub mod pen;
#[path = "../../../app/src/scenes.rs"]
pub mod scenes;
#[path = "../../../app/src/stamps/mod.rs"]
pub mod stamps;
#[path = "../../../app/src/styles/mod.rs"]
pub mod styles;
#[path = "../../../app/src/text.rs"]
pub mod text;
#[path = "../../../app/src/tool.rs"]
pub mod tool;

/// The part of `daub::generate` that files need, as it is there.
pub mod generate {
    /// Colours `0xRRGGBB` as three bytes each.
    pub fn rgb_of(pixels: &[u32]) -> Vec<u8> {
        pixels.iter().flat_map(|pixel| pixel.to_be_bytes()[1..].to_vec()).collect()
    }
}

/// The part of `daub::state` that files need.
#[path = "."]
pub mod state {
    #[path = "../../../app/src/state/view.rs"]
    mod view;

    pub use view::View;
}

/// The part of `daub::io` that reads drawings.
#[path = "."]
pub mod io {
    #[path = "../../../app/src/io/atomic.rs"]
    mod atomic;
    #[path = "../../../app/src/io/export.rs"]
    pub mod export;
    #[path = "../../../app/src/io/import/mod.rs"]
    pub mod import;
    #[path = "../../../app/src/io/ora/mod.rs"]
    pub mod ora;
    #[path = "../../../app/src/io/pictures.rs"]
    pub mod pictures;
    #[path = "../../../app/src/io/project/mod.rs"]
    pub mod project;

    pub use atomic::{persist, temporary_beside, write_atomically};
}
