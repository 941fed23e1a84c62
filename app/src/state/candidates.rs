//! Kept pictures in the window: which are compared, and the way back to their drawings.

use std::sync::Arc;

use image::RgbImage;

use super::State;
use crate::action::{CandidateAction, CandidateEffect, Effect};
use crate::document::Kind;
use crate::io::project::Project;

/// One side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The photograph of the drawing as it is.
    Current,
    /// A kept one.
    Kept(u64),
}

/// How two pictures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Left of a divider the first, right of it the second.
    #[default]
    Divider,
    /// One after the other in the same place.
    Flicker,
}

/// Two pictures that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The drawing that they belong to.
    pub drawing: u64,
    /// The first.
    pub left: Pick,
    /// The second.
    pub right: Pick,
    /// How they are compared.
    pub way: Way,
    /// Place of the divider, a share of the picture's width.
    pub divider: f32,
    /// The pictures that were unpacked so far.
    pub pictures: Vec<(u64, Arc<RgbImage>)>,
}

/// How kept pictures are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filmstrip {
    /// Those that are compared now.
    pub comparison: Option<Comparison>,
    /// Whether the strip is folded away.
    pub folded: bool,
}

impl State {
    /// Carries out a wish about kept pictures.
    pub(super) fn candidate(&mut self, action: CandidateAction) -> Vec<Effect> {
        let id = self.drawing().id;
        match action {
            CandidateAction::Keep => return vec![Effect::Candidate(CandidateEffect::Keep(id))],
            CandidateAction::Kept { drawing, mut candidate } => {
                if let Some(open) = self.drawings.iter_mut().find(|open| open.id == drawing) {
                    // Two that were kept at the same moment were given the same number.
                    candidate.id = candidate.id.max(open.candidates.next_id());
                    open.candidates.push(candidate);
                    // The file on the disk does not have it yet.
                    open.document.mark_unsaved();
                }
                self.filmstrip.folded = false;
            }
            CandidateAction::Compare(left, right) => return self.compare(left, right),
            CandidateAction::Unpacked { id, picture } => {
                if let Some(comparison) = &mut self.filmstrip.comparison {
                    comparison.pictures.push((id, picture));
                }
            }
            CandidateAction::SetWay(way) => self.filmstrip.comparison.iter_mut().for_each(|comparison| comparison.way = way),
            CandidateAction::SetDivider(share) => {
                self.filmstrip.comparison.iter_mut().for_each(|comparison| comparison.divider = share.clamp(0.0, 1.0));
            }
            CandidateAction::EndComparison => self.filmstrip.comparison = None,
            CandidateAction::GoBack(kept) | CandidateAction::OpenBeside(kept) => {
                let beside = matches!(action, CandidateAction::OpenBeside(_));
                let found = self.drawing().candidates.get(kept).cloned();
                let unpack = |candidate| Effect::Candidate(CandidateEffect::Return { candidate, drawing: id, beside });
                return found.map(unpack).into_iter().collect();
            }
            CandidateAction::Returned { drawing, project, beside } => self.returned(drawing, *project, beside),
            CandidateAction::Delete(kept) => {
                self.drawing_mut().candidates.remove(kept);
                self.drawing_mut().document.mark_unsaved();
                if self.filmstrip.comparison.as_ref().is_some_and(|shown| [shown.left, shown.right].contains(&Pick::Kept(kept))) {
                    self.filmstrip.comparison = None;
                }
            }
            CandidateAction::Fold(folded) => self.filmstrip.folded = folded,
        }
        Vec::new()
    }

    fn compare(&mut self, left: Pick, right: Pick) -> Vec<Effect> {
        let drawing = self.drawing().id;
        let before = self.filmstrip.comparison.take().filter(|shown| shown.drawing == drawing);
        if before.as_ref().is_some_and(|shown| (shown.left, shown.right) == (left, right)) || left == right {
            return Vec::new();
        }
        let (way, divider) = before.map_or((Way::default(), 0.5), |shown| (shown.way, shown.divider));
        self.filmstrip.comparison = Some(Comparison { drawing, left, right, way, divider, pictures: Vec::new() });
        let kept = [left, right].into_iter().filter_map(|pick| if let Pick::Kept(id) = pick { Some(id) } else { None });
        let found = kept.filter_map(|id| self.drawing().candidates.get(id).cloned());
        found.map(|candidate| Effect::Candidate(CandidateEffect::Unpack(candidate))).collect()
    }

    /// Goes back to a kept drawing: as one step where it is a state of this one, in a tab of its own otherwise.
    fn returned(&mut self, id: u64, project: Project, beside: bool) {
        self.filmstrip.comparison = None;
        let named = self.models.iter().find(|model| model.card.name == project.model).cloned();
        let open = self.drawings.iter_mut().find(|open| open.id == id).filter(|_| !beside);
        if let Some(open) = open
            && open.document.become_content(&project.content)
        {
            // With the model that made the picture; its styles belong to the content.
            let kind = open.document.canvas().kind().clone();
            open.model = named.filter(|model| Kind::from(model.card.drawing_kind()) == kind).or(open.model.take());
            open.selected.clear();
        } else {
            self.open_project(project, None);
            self.drawing_mut().document.mark_unsaved();
        }
    }
}

/// Whether a wish about kept pictures may come in the middle of a stroke.
pub(super) fn leaves_the_hand_alone(action: &CandidateAction) -> bool {
    matches!(
        action,
        CandidateAction::Keep
            | CandidateAction::Kept { .. }
            | CandidateAction::Unpacked { .. }
            | CandidateAction::SetDivider(_)
            | CandidateAction::Fold(_)
    )
}
