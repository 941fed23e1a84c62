//! Which drawings are open, and which model paints each.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use daub_models::Model;

use super::objects::{natural_height_px, stamped};
use super::painting::middle_of;
use super::{Notice, OpenDrawing, State, View};
use crate::action::Effect;
use crate::candidates::Candidates;
use crate::document::{Canvas, Content, Document, Ink, Kind, Layer, Placement};
use crate::drawing::{Drawing, RecordedStamp};
use crate::io::project::{Project, Settings};
use crate::scenes;
use crate::text::{Text, text};

const NO_MODEL: Text = text("No model here can paint this drawing", "没有可用于此画的模型");
pub(super) const BLANK: Text = text("Untitled", "未命名");

impl State {
    pub(super) fn add_model(&mut self, model: Arc<Model>) {
        self.models.retain(|known| known.weights != model.weights);
        self.models.push(model.clone());
        self.select_model(model);
    }

    /// Takes over an answer; after the last one the model is used and its card kept.
    pub(super) fn answer(&mut self, choice: usize) -> Vec<Effect> {
        let Some(mut asking) = self.asking.take() else { return Vec::new() };
        if let Some(choice) = asking.questions.remove(0).choices.get(choice) {
            asking.model.card.answer(&choice.answer);
        }
        if !asking.questions.is_empty() {
            self.asking = Some(asking);
            return Vec::new();
        }
        self.add_model(Arc::new(asking.model.clone()));
        vec![Effect::Remember(Box::new(asking.model))]
    }

    pub(super) fn add(&mut self, document: Document, model: Option<Arc<Model>>) {
        let ink = first_ink(document.canvas(), model.as_deref());
        let (id, view) = (self.next_id, View::default());
        self.next_id += 1;
        let (previous_ink, symmetry) = (second_ink(document.canvas(), ink), middle_of(document.canvas()));
        self.drawings.push(OpenDrawing {
            id,
            document,
            model,
            ink,
            previous_ink,
            symmetry,
            last_point: None,
            selection: None,
            selection_revision: 0,
            selected: Vec::new(),
            active: Layer::Paint,
            hint_colour: [220, 60, 40],
            file: None,
            view,
            candidates: Candidates::default(),
        });
        self.current = self.drawings.len() - 1;
        if self.drawing().document.canvas().kind() == &Kind::Sketch {
            self.radius_px = self.radius_px.min(1.0);
        } else {
            self.radius_px = self.radius_px.max(4.0);
        }
    }

    /// Keeps the drawing when the model fits it; else shows that model's own scene and leaves the drawing open.
    pub(super) fn select_model(&mut self, model: Arc<Model>) {
        let kind = Kind::from(model.card.drawing_kind());
        if *self.drawing().document.canvas().kind() == kind {
            self.drawing_mut().model = Some(model);
            return;
        }
        // An untouched drawing of that kind serves as well as a new copy of the scene.
        let untouched = |open: &OpenDrawing| !open.document.can_undo() && *open.document.canvas().kind() == kind;
        match self.drawings.iter().rposition(untouched) {
            Some(index) => {
                self.current = index;
                self.drawing_mut().model = Some(model);
            }
            None => self.open_starter(model),
        }
    }

    pub(super) fn open_starter(&mut self, model: Arc<Model>) {
        let kind = Kind::from(model.card.drawing_kind());
        let scene = scenes::of_kind(&kind).find_map(|scene| Some((scene.title.of(self.language), self.content_of(scene).ok()?)));
        let document = match scene {
            Some((title, content)) => Document::from_content(title, content),
            None => Document::new(BLANK.of(self.language), blank(&kind, &model)),
        };
        self.add(document, Some(model));
    }

    pub(super) fn new_from_scene(&mut self, name: &str) {
        let Some(scene) = scenes::find(name) else { return };
        match self.content_of(scene) {
            Ok(content) => {
                let title = scene.title.of(self.language).to_owned();
                let project = Project::new(title, scene.model.clone(), content.paint.clone());
                self.open_project(Project { content, ..project }, None);
            }
            Err(error) => self.notices.tell(Notice::error(format!("{error:#}"))),
        }
    }

    /// A scene with the stamps that stand on it.
    fn content_of(&self, scene: &Drawing) -> anyhow::Result<Content> {
        let mut document = Document::new("", scene.finished()?);
        let labels = self.models.iter().find(|model| model.card.name == scene.model).map_or(&[][..], |model| &model.card.labels);
        for RecordedStamp { stamp, foot, flipped } in &scene.objects {
            let stamp = self.stamps.find(stamp).with_context(|| format!("there is no stamp {stamp}"))?;
            let foot = [foot.x, foot.y];
            let upright = Placement::upright(foot, natural_height_px(stamp, foot, &document));
            let placement = Placement { flipped: *flipped, ..upright };
            if let Some(object) = stamped(stamp, placement, &document, labels, self.language) {
                document.add_object(object);
            }
        }
        Ok(document.content().clone())
    }

    pub(super) fn new_blank(&mut self) {
        let Some(model) = self.drawing().model.clone() else { return };
        let canvas = blank(self.drawing().document.canvas().kind(), &model);
        self.add(Document::new(BLANK.of(self.language), canvas), Some(model));
    }

    pub(super) fn open_project(&mut self, project: Project, file: Option<PathBuf>) {
        let kind = project.content.paint.kind().clone();
        let fits = |known: &&Arc<Model>| Kind::from(known.card.drawing_kind()) == kind;
        let named = self.models.iter().filter(fits).find(|known| known.card.name == project.model);
        let model = named.or_else(|| self.models.iter().find(fits)).cloned();
        if model.is_none() {
            self.notices.tell(Notice::error(NO_MODEL.of(self.language)));
        }
        self.add(Document::from_content(project.title, project.content), model);
        let drawing = self.drawing_mut();
        drawing.file = file;
        drawing.candidates = project.candidates;
        drawing.select(project.selection);
        let Settings { view, symmetry } = project.settings;
        let bounds = drawing.document.canvas().bounds();
        drawing.symmetry =
            symmetry.and_then(|symmetry| symmetry.within(bounds.width(), bounds.height())).unwrap_or(drawing.symmetry);
        drawing.view = view;
    }

    pub(super) fn close(&mut self, index: usize) -> Vec<Effect> {
        match self.drawings.get(index) {
            Some(drawing) if drawing.document.is_unsaved() => {
                self.closing = Some(index);
                Vec::new()
            }
            _ => self.close_anyway(index),
        }
    }

    pub(super) fn close_anyway(&mut self, index: usize) -> Vec<Effect> {
        self.closing = None;
        if index >= self.drawings.len() {
            return Vec::new();
        }
        let closed = self.drawings.remove(index);
        if self.drawings.is_empty() {
            match closed.model.clone() {
                Some(model) => self.open_starter(model),
                None => self.add(Document::new(BLANK.of(self.language), closed.document.base().clone()), None),
            }
        }
        if self.current > index || self.current >= self.drawings.len() {
            self.current = self.current.saturating_sub(1).min(self.drawings.len() - 1);
        }
        vec![Effect::Forget(closed.id)]
    }
}

/// A canvas of the model's native size, filled with what most of its pictures hold.
fn blank(kind: &Kind, model: &Model) -> Canvas {
    let (width, height) = model.card.size();
    let ink = match kind {
        Kind::Labels(_) => scenes::of_kind(kind)
            .find_map(|scene| scene.start().ok()?.get(0, 0))
            .or_else(|| model.card.labels.iter().find(|label| label.trained).map(|label| Ink::from(label.id)))
            .unwrap_or(0),
        Kind::Sketch | Kind::Photo => 0x00ff_ffff,
    };
    Canvas::new(kind.clone(), width, height, ink)
}

/// What X brings up at first: white beside black, and what a corner of the scene shows beside its first ink.
fn second_ink(canvas: &Canvas, first: Ink) -> Ink {
    if !canvas.kind().is_labels() {
        return 0x00ff_ffff;
    }
    canvas.pixels().iter().copied().find(|ink| *ink != first).unwrap_or(first)
}

/// What a fresh brush lays down: something that the scene holds much of, or black.
fn first_ink(canvas: &Canvas, model: Option<&Model>) -> Ink {
    if !canvas.kind().is_labels() {
        return 0;
    }
    let favourite = ["vegetation", "window", "hair"];
    let labels = model.map_or(&[][..], |model| &model.card.labels);
    let found = labels.iter().find(|label| favourite.contains(&label.name.as_str()));
    found.or(labels.first()).map_or(0, |label| Ink::from(label.id))
}
