//! The photograph that is being traced.

use std::sync::Arc;

use daub_models::Model;
use daub_models::card::Task;
use daub_models::trace::{Edges, LineStyle};
use image::RgbImage;

use super::{Notice, State};
use crate::action::{Effect, TraceAction, Traced};
use crate::document::{Canvas, Document, Kind};
use crate::io::dialogs::Purpose;
use crate::text::{Text, text};
use crate::trace::framed;

const NO_DETECTOR: Text =
    text("Tracing needs an edge detector such as hed_vgg16, and none is here", "描摹需要边缘检测模型（如 hed_vgg16），但未找到");

/// A photograph on its way to becoming a sketch.
#[derive(Debug, Clone)]
pub struct Tracing {
    /// Stands for this photograph and cut.
    pub id: u64,
    /// Name for the drawing.
    pub title: String,
    /// The photograph as it was opened.
    pub photo: Arc<RgbImage>,
    /// The part that is traced.
    pub framed: Arc<RgbImage>,
    /// Whether that is cut to the size that sketch models were trained on.
    pub cut: bool,
    /// How lines are drawn.
    pub style: LineStyle,
    /// The edges, once they are found.
    pub edges: Option<Arc<Edges>>,
    /// The newest lines.
    pub sketch: Option<Arc<Canvas>>,
    /// How those are drawn.
    pub drawn: Option<LineStyle>,
}

impl Tracing {
    /// Whether lines of the style that is chosen are still on their way.
    pub fn is_behind(&self) -> bool {
        self.drawn != Some(self.style)
    }
}

impl State {
    /// The model that finds edges.
    pub fn edge_model(&self) -> Option<&Arc<Model>> {
        self.models.iter().find(|model| model.card.task == Task::PhotoToEdges)
    }

    /// The model that will paint a traced sketch: the current drawing's if it paints sketches, else the first that does.
    pub fn sketch_model(&self) -> Option<&Arc<Model>> {
        let paints = |model: &&Arc<Model>| model.card.task == Task::SketchToPhoto;
        self.drawing().model.as_ref().filter(paints).or_else(|| self.models.iter().find(paints))
    }

    pub(super) fn apply_trace(&mut self, action: TraceAction) -> Vec<Effect> {
        match action {
            TraceAction::Ask => return vec![Effect::Ask(self.question(Purpose::TracePhoto))],
            TraceAction::Opened { title, photo } => self.start_tracing(title, photo),
            TraceAction::SetStyle(style) => {
                if let Some(tracing) = &mut self.tracing {
                    tracing.style = style;
                }
            }
            TraceAction::CutToModel(cut) => {
                if let Some(old) = self.tracing.take() {
                    self.trace(Tracing { cut, ..old });
                }
            }
            TraceAction::Drawn(Traced { id, style, edges, sketch }) => {
                if let Some(tracing) = self.tracing.as_mut().filter(|tracing| tracing.id == id) {
                    (tracing.edges, tracing.sketch, tracing.drawn) = (Some(edges), Some(sketch), Some(style));
                }
            }
            TraceAction::Failed(message) => {
                self.tracing = None;
                self.notices.tell(Notice::error(message));
            }
            TraceAction::Accept => self.draw_on_trace(),
            TraceAction::Cancel => self.tracing = None,
        }
        Vec::new()
    }

    fn start_tracing(&mut self, title: String, photo: Arc<RgbImage>) {
        if self.edge_model().is_none() {
            self.notices.tell(Notice::error(NO_DETECTOR.of(self.language)));
            return;
        }
        let (cut, style) = (self.sketch_model().is_some(), LineStyle::default());
        let framed = photo.clone();
        self.trace(Tracing { id: 0, title, photo, framed, cut, style, edges: None, sketch: None, drawn: None });
    }

    /// Begins to trace a photograph with a cut that may be another than before.
    fn trace(&mut self, tracing: Tracing) {
        let size = self.sketch_model().filter(|_| tracing.cut).map(|model| model.card.size());
        let framed = match size {
            Some(size) => Arc::new(framed(RgbImage::clone(&tracing.photo), Some(size))),
            None => tracing.photo.clone(),
        };
        let id = self.next_id;
        self.next_id += 1;
        self.tracing = Some(Tracing { id, framed, edges: None, sketch: None, drawn: None, ..tracing });
    }

    /// Opens the sketch as a drawing of its own.
    fn draw_on_trace(&mut self) {
        let Some(tracing) = self.tracing.take() else { return };
        let Some(sketch) = tracing.sketch else { return };
        let model = self.sketch_model().cloned();
        // The eraser takes traced lines away instead of bringing them back.
        let paper = Canvas::new(Kind::Sketch, sketch.width(), sketch.height(), 0x00ff_ffff);
        let mut document = Document::restore(tracing.title, Canvas::clone(&sketch), paper);
        // No file holds it yet.
        document.mark_saved(0);
        self.add(document, model);
    }
}
