//! Generators as data.
//!
//! A network is a [`graph::Graph`]: a list of operations with named weights. The files in [`families`] build graphs,
//! [`checkpoint`] reads their weights by the official key names, and an [`executor::Executor`] runs them.
//! This crate knows nothing of windows or GPUs.
//!
//! In reading order: [`graph`], [`shape`], [`architecture`], [`families`], [`checkpoint`], [`recognise`], [`questions`],
//! [`palette`], [`card`], [`library`], [`convert`], [`input`], [`planes`], [`features`], [`looks`], [`npy`], [`colour`],
//! [`executor`], [`flex`], [`fuse`], [`memory`], [`incremental`], [`cpu`], [`style`], [`train`], [`pictures`], [`evaluate`];
//! [`trace`] and [`flow`]
//! prepare and join pictures.

pub mod architecture;
pub mod card;
pub mod checkpoint;
pub mod colour;
pub mod convert;
pub mod cpu;
pub mod evaluate;
pub mod executor;
pub mod families;
pub mod features;
pub mod flex;
pub mod flow;
pub mod fuse;
pub mod graph;
pub mod incremental;
pub mod input;
pub mod library;
pub mod looks;
pub mod memory;
mod nodes;
pub mod npy;
#[cfg(test)]
mod official_tests;
mod options;
pub mod palette;
pub mod pictures;
pub mod planes;
pub mod questions;
pub mod random;
pub mod recognise;
pub mod shape;
pub mod style;
pub mod trace;
pub mod train;
mod unknown;

pub use executor::{ExecuteError, Executor, Interrupt, Picture, generate};
pub use graph::Graph;
pub use input::Input;
pub use library::{Loaded, Model};
