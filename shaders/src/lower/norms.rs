//! The second level of norms, and how far an edit moves them.

use daub_models::fuse::{Norm, ValueId};
use daub_models::graph::NORM_EPSILON;
use daub_models::incremental::{FLAT, MOST_DRIFT};

use super::Lowering;
use crate::params::{Drift, NONE, NormTable};
use crate::pass::{Edit, Params, Pass, Slot, Vectors};
use crate::source::{Stage, Tiling};

impl Lowering<'_> {
    /// The second level of every norm of the value.
    pub(super) fn norm_tables(&mut self, value: ValueId, tiles: usize, partials: u32) {
        let place = self.place(value);
        for which in 0..self.layout.norms[value.0].len() {
            let norm = self.layout.norms[value.0][which].clone();
            if !norm.reads_statistics() {
                continue;
            }
            let affine = match norm {
                Norm::Batch { prefix, affine: true, .. } => {
                    let runs = place.runs.clone();
                    self.vectors(Vectors::Affine { prefix, runs }, 2 * place.blocks()) as u32
                }
                _ => NONE,
            };
            let (mut exact, mut drift) = (NONE, NONE);
            if self.target.keep {
                (exact, drift) = (self.program.table_blocks as u32, self.drift as u32);
                self.program.table_blocks += 2 * place.blocks();
                self.drift += place.blocks();
            }
            let params = NormTable {
                partials,
                count: tiles as u32,
                blocks: place.blocks() as u32,
                table: self.table(value, which) as u32,
                affine,
                epsilon: NORM_EPSILON,
                exact,
                drift,
                channels: place.runs.iter().sum::<usize>() as u32,
                flat: FLAT as f32,
                run: 0,
                unused: 0,
            };
            let bytes = (tiles * place.blocks() * 32) as u64;
            let name = format!("norm of step {}", value.0);
            self.push_small(name, Stage::NormTable, Params::NormTable(params), place.blocks() as u32, bytes);
        }
    }

    /// The pass that looks at all norms' drift, if there are edits and norms, and where its verdict comes to lie.
    pub(super) fn verdict(&mut self) -> Option<usize> {
        if self.drift == 0 {
            return None;
        }
        let drift = self.program.table_blocks;
        let verdict = drift + self.drift;
        self.program.table_blocks = verdict + 1;
        self.program.verdict = Some(verdict);
        for pass in &mut self.program.passes {
            if let Params::NormTable(params) = &mut pass.params {
                params.drift += drift as u32;
            }
        }
        let params = Drift { drift: drift as u32, count: self.drift as u32, most: MOST_DRIFT as f32, unused: 0 };
        self.push_small("drift".to_owned(), Stage::Drift, Params::Drift(params), 1, self.drift as u64 * 16);
        Some(verdict)
    }

    /// A pass over nothing but tables.
    fn push_small(&mut self, name: String, stage: Stage, params: Params, depth: u32, bytes: u64) {
        self.push(Pass {
            name,
            kernel: self.kernel(stage, Tiling::WIDE),
            params,
            reads: [Slot::Empty; 3],
            writes: None,
            packing: None,
            depth,
            edit: Edit::Whole,
            multiply_adds: 0,
            bytes,
        });
    }
}
