//! The photograph that is being traced.

use std::sync::Arc;

use daub_models::Model;
use daub_models::card::Task;
use daub_models::trace::{Edges, LineStyle};
use image::imageops::FilterType;
use image::{GrayImage, RgbImage};

use super::{Notice, State};
use crate::action::{Effect, Onto, TraceAction, Traced};
use crate::document::{CLEAR, Canvas, Content, Document, Ink, Kind, Layer, Picture, Rect, Target};
use crate::io::dialogs::Purpose;
use crate::text::{Text, text};
use crate::trace::{bounded, framed};

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
    /// Whether it is kept as the reference of what is drawn on.
    pub keeps_photo: bool,
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
            TraceAction::KeepPhoto(keeps) => {
                if let Some(tracing) = &mut self.tracing {
                    tracing.keeps_photo = keeps;
                }
            }
            TraceAction::Reference => self.trace_reference(),
            TraceAction::Accept(onto) => self.draw_on_trace(onto),
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
        let keeps_photo = false;
        self.trace(Tracing { id: 0, title, photo, framed, cut, keeps_photo, style, edges: None, sketch: None, drawn: None });
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

    fn trace_reference(&mut self) {
        let document = &self.drawing().document;
        let Some(picture) = &document.extras().reference else { return };
        let photo = RgbImage::from_raw(picture.width as u32, picture.height as u32, picture.rgb.clone());
        if let Some(photo) = photo {
            self.start_tracing(document.title.clone(), Arc::new(bounded(photo)));
        }
    }

    /// Opens the sketch as a drawing of its own, or lays it over the drawing that is shown.
    fn draw_on_trace(&mut self, onto: Onto) {
        let Some(Tracing { title, framed, sketch: Some(sketch), keeps_photo, .. }) = self.tracing.take() else { return };
        let (width, height) = (framed.width() as usize, framed.height() as usize);
        let reference = Picture::new(width, height, framed.as_raw().clone()).filter(|_| keeps_photo).map(Arc::new);
        match onto {
            Onto::Drawing => {
                let model = self.sketch_model().cloned();
                // The eraser takes traced lines away instead of bringing them back.
                let paper = Canvas::new(Kind::Sketch, sketch.width(), sketch.height(), CLEAR);
                let mut content = Content::new(Canvas::clone(&sketch), paper);
                content.extras.reference = reference;
                let mut document = Document::from_content(title, content);
                // No file holds it yet.
                document.mark_unsaved();
                self.add(document, model);
            }
            Onto::Lines => {
                let document = &mut self.drawing_mut().document;
                document.set_target(Target::Lines);
                document.begin();
                document.edit_extras(|extras| {
                    extras.layers[Layer::Lines].visible = true;
                    if reference.is_some() {
                        extras.reference = reference;
                        extras.layers[Layer::Reference].visible = true;
                    }
                });
                document.draw(|lines, _| lay_lines(lines, &sketch));
                document.commit();
                // To be drawn on.
                self.activate(Layer::Lines);
            }
        }
    }
}

/// Darkens guide lines by a sketch, as large as fits and in the middle, where a reference photograph lies too.
fn lay_lines(lines: &mut Canvas, sketch: &Canvas) -> Rect {
    let place = lines.bounds().fitting(sketch.width(), sketch.height());
    let (width, height) = (place.width(), place.height());
    let grey = sketch.pixels().iter().map(|ink| *ink as u8).collect();
    let Some(grey) = GrayImage::from_raw(sketch.width() as u32, sketch.height() as u32, grey) else { return Rect::EMPTY };
    let grey = image::imageops::resize(&grey, width as u32, height as u32, FilterType::Triangle);
    for (y, row) in (place.top..).zip(grey.as_raw().chunks_exact(width)) {
        for (ink, level) in lines.row_mut(y, place.left, place.right).iter_mut().zip(row) {
            *ink = (*ink).min(Ink::from(*level) * 0x01_0101);
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::text::Language;

    /// A traced photograph of 64 by 64 pixels with a dark line across its middle.
    fn traced() -> State {
        let mut state = State::new(Vec::new(), Language::English);
        let pixels = (0..64 * 64).map(|at| if at / 64 == 32 { 0 } else { CLEAR }).collect();
        let sketch = Canvas::from_pixels(Kind::Sketch, 64, 64, pixels).map(Arc::new);
        let photo = Arc::new(RgbImage::from_pixel(64, 64, image::Rgb([9, 8, 7])));
        let (framed, style) = (photo.clone(), LineStyle::default());
        let title = "cat".to_owned();
        let (edges, drawn, keeps_photo) = (None, Some(style), true);
        state.tracing = Some(Tracing { id: 1, title, photo, framed, cut: false, keeps_photo, style, edges, sketch, drawn });
        state
    }

    #[test]
    fn lines_are_laid_over_the_drawing_as_one_step() {
        let mut state = traced();
        let paint = state.drawing().document.canvas().clone();
        state.apply(TraceAction::Accept(Onto::Lines).into());
        let document = &state.drawing().document;
        let lines = document.content().lines.as_ref().unwrap();
        // 512 by 256 pixels take a square of 256 in their middle.
        let dark = |x, y| lines.get(x, y).is_some_and(|ink| ink < 0x0080_8080);
        assert!(dark(256, 130) && dark(130, 130) && !dark(120, 130) && !dark(256, 60));
        assert!(document.extras().reference.is_some() && document.canvas() == &paint);
        assert_eq!((document.history_steps(), state.drawing().active), (1, Layer::Lines));
        state.apply(Action::Undo);
        let document = &state.drawing().document;
        assert!(document.content().lines.is_none() && document.extras().reference.is_none());
    }

    #[test]
    fn a_sketch_of_its_own_keeps_the_photograph() {
        let mut state = traced();
        state.apply(TraceAction::Accept(Onto::Drawing).into());
        let document = &state.drawing().document;
        assert_eq!((document.canvas().kind(), document.canvas().get(10, 32)), (&Kind::Sketch, Some(0)));
        assert!(document.extras().reference.is_some() && document.is_unsaved() && !document.can_undo());
    }
}
