//! How far a run is: what the dialog shows while a thread trains.

use std::sync::Arc;

use daub_models::train::sheet::Sheet;

use crate::action::Finished;

/// Most points of a curve that are kept; beyond, neighbours are joined.
const POINTS: usize = 2000;

/// How a run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Pictures are decoded and checked: done, and all.
    Reading(usize, usize),
    /// Steps are made.
    Learning,
    /// It will end after the next step.
    Stopping,
    /// It is over.
    Ended(Finished),
    /// It could not start or go on.
    Failed(String),
}

/// A run as the dialog shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Name of the model.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// Steps that are done.
    pub step: u64,
    /// Steps at its end.
    pub end: u64,
    /// Pictures a second.
    pub speed: f64,
    /// Seconds to the end.
    pub left_s: u64,
    /// What computes.
    pub device: String,
    /// Bytes that it takes, by estimate.
    pub memory: Option<u64>,
    /// Each loss and its values, as step and mean since the point before.
    pub losses: Vec<(&'static str, Vec<[f64; 2]>)>,
    /// The newest sample sheet, the step after which it was made, and its PSNR in dB.
    pub sheet: Option<(u64, Arc<Sheet>, Option<f64>)>,
    /// What the run survived, and files that it leaves out.
    pub warnings: Vec<String>,
}

/// What a run tells.
#[derive(Debug, Clone)]
pub enum News {
    /// Pictures are decoded and checked: done, and all.
    Reading(usize, usize),
    /// The first step begins.
    Started {
        /// Steps that were done before.
        step: u64,
        /// Steps at its end.
        end: u64,
        /// Bytes that it takes, by estimate.
        memory: Option<u64>,
    },
    /// The device is open.
    Device(String),
    /// Steps were made.
    Steps {
        /// Steps that are done.
        step: u64,
        /// The means of the losses since the last news.
        losses: Vec<(&'static str, f64)>,
        /// Pictures a second.
        speed: f64,
        /// Seconds to the end.
        left_s: u64,
    },
    /// A sample sheet was made after this step.
    Sheet(u64, Arc<Sheet>, Option<f64>),
    /// Something that the run survives.
    Warning(String),
}

impl Run {
    /// A run that is about to start.
    pub fn new(name: String) -> Self {
        Self {
            name,
            status: Status::Reading(0, 0),
            step: 0,
            end: 0,
            speed: 0.0,
            left_s: 0,
            device: String::new(),
            memory: None,
            losses: Vec::new(),
            sheet: None,
            warnings: Vec::new(),
        }
    }

    /// Whether a thread works on it.
    pub fn is_under_way(&self) -> bool {
        matches!(self.status, Status::Reading(..) | Status::Learning | Status::Stopping)
    }

    /// Takes news in.
    pub(in crate::state) fn hear(&mut self, news: News) {
        match news {
            News::Reading(done, total) => {
                if let Status::Reading(..) = self.status {
                    self.status = Status::Reading(done, total);
                }
            }
            News::Started { step, end, memory } => {
                (self.step, self.end, self.memory) = (step, end, memory);
                if self.status != Status::Stopping {
                    self.status = Status::Learning;
                }
            }
            News::Device(device) => self.device = device,
            News::Steps { step, losses, speed, left_s } => {
                (self.step, self.speed, self.left_s) = (step, speed, left_s);
                for (name, value) in losses {
                    let known = self.losses.iter().position(|(known, _)| *known == name);
                    let at = known.unwrap_or_else(|| {
                        self.losses.push((name, Vec::new()));
                        self.losses.len() - 1
                    });
                    push(&mut self.losses[at].1, [step as f64, value]);
                }
            }
            News::Sheet(step, sheet, psnr) => self.sheet = Some((step, sheet, psnr)),
            News::Warning(text) => self.warnings.push(text),
        }
    }
}

/// Adds a point; when there are too many, neighbours are joined.
fn push(points: &mut Vec<[f64; 2]>, point: [f64; 2]) {
    points.push(point);
    if points.len() > POINTS {
        let mean = |pair: &[[f64; 2]]| pair.iter().map(|point| point[1]).sum::<f64>() / pair.len() as f64;
        *points = points.chunks(2).map(|pair| [pair[pair.len() - 1][0], mean(pair)]).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_stay_short() {
        let mut run = Run::new("m".to_owned());
        for step in 0..10_000 {
            run.hear(News::Steps { step, losses: vec![("l1", 1.0)], speed: 1.0, left_s: 0 });
        }
        let points = &run.losses[0].1;
        assert!(points.len() <= POINTS);
        assert_eq!(points.last(), Some(&[9999.0, 1.0]));
    }
}
