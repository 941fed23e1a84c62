//! The styles over the drawing that is shown.

use std::sync::Arc;

use daub_models::Model;
use daub_models::card::Task;

use super::{Layout, State};
use crate::action::StyleAction;
use crate::document::{Document, Kind};
use crate::generate::{Style, Styles};
use crate::styles::{Chain, MAX_STEPS, Reach, Step};

/// How the styles are shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Styling {
    /// The share of the picture's width that shows it before styles; none shows only the picture after them.
    pub compare: Option<f32>,
}

impl State {
    /// The models that turn a picture into another style, by name.
    pub fn style_models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.iter().filter(|model| model.card.task == Task::PhotoToPhoto)
    }

    /// The model of a style, if it is there.
    pub fn style_model(&self, name: &str) -> Option<&Arc<Model>> {
        named(name, &self.models)
    }

    /// The other direction of a style, if it is there: of `photo2vangogh` it is `vangogh2photo`.
    pub fn reverse_style(&self, name: &str) -> Option<&Arc<Model>> {
        let (from, to) = name.split_once('2')?;
        self.style_model(&format!("{to}2{from}"))
    }

    /// The styles that the picture of the drawing that is shown should have.
    pub fn styles(&self) -> Styles {
        styles_of(&self.drawing().document, &self.models)
    }

    pub(super) fn apply_style(&mut self, action: StyleAction) {
        match action {
            StyleAction::ToggleCompare => {
                self.styling.compare = if self.styling.compare.is_some() { None } else { Some(0.5) };
                if matches!((self.styling.compare, self.layout), (Some(_), Layout::Overlay(_))) {
                    // The divider needs the photograph by itself.
                    self.layout = Layout::default();
                }
            }
            StyleAction::Compare(share) => self.styling.compare = Some(share.clamp(0.0, 1.0)),
            action => {
                let document = &mut self.drawing_mut().document;
                if action.goes_on() {
                    document.go_on();
                }
                document.edit_extras(|extras| change(&mut extras.styles, action));
            }
        }
    }
}

/// The style model of this name.
fn named<'a>(name: &str, models: &'a [Arc<Model>]) -> Option<&'a Arc<Model>> {
    models.iter().find(|model| model.card.task == Task::PhotoToPhoto && model.card.name == name)
}

/// The styles that the picture of a drawing should have, as far as their models are there.
pub fn styles_of(document: &Document, models: &[Arc<Model>]) -> Styles {
    let chain = &document.extras().styles;
    let resolved = |step: &Step| Some(Style { model: named(&step.style, models)?.clone(), step: step.clone() });
    let steps: Vec<Style> = chain.steps.iter().filter(|step| step.acts()).filter_map(resolved).collect();
    let is_photo = *document.canvas().kind() == Kind::Photo;
    let reads_objects = steps.iter().any(|style| matches!(style.step.reach, Reach::Objects(_)));
    let objects = document.seen_objects().filter(|_| reads_objects).cloned().collect();
    Styles { of_drawing: is_photo && !chain.after_model && !steps.is_empty(), steps, objects }
}

/// Changes a chain; what the click was about may be gone by now.
fn change(chain: &mut Chain, action: StyleAction) {
    let steps = &mut chain.steps;
    match action {
        StyleAction::Add(name) if steps.len() < MAX_STEPS => steps.push(Step::new(name)),
        StyleAction::Remove(at) if at < steps.len() => drop(steps.remove(at)),
        StyleAction::Move { from, to } if from < steps.len() && to < steps.len() => {
            let step = steps.remove(from);
            steps.insert(to, step);
        }
        StyleAction::Edit { at, step, .. } => {
            if let Some(known) = steps.get_mut(at) {
                *known = step.checked();
            }
        }
        StyleAction::FollowModel(follows) => chain.after_model = follows,
        StyleAction::Add(_)
        | StyleAction::Remove(_)
        | StyleAction::Move { .. }
        | StyleAction::Settle
        | StyleAction::ToggleCompare
        | StyleAction::Compare(_) => {}
    }
}

#[cfg(test)]
#[path = "styles_tests.rs"]
mod tests;
