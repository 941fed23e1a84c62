//! Everything about files that the window shows: the list of exports, the table of unknown values, recent files.

use std::path::PathBuf;

use super::State;
use crate::action::{Action, Effect, FileAction, FileEffect, Meaning};
use crate::io::dialogs::Purpose;
use crate::io::export;
use crate::io::project::Project;
use crate::timelapse;

/// What is open about files.
#[derive(Debug, Clone, Default)]
pub struct Filing {
    /// Whether the list of exports is shown.
    pub exporting: bool,
    /// The kind of export that was looked at last.
    pub export: export::Kind,
    /// How a timelapse is made.
    pub timelapse: timelapse::Settings,
    /// The file that would be replaced.
    pub replacing: Option<(Purpose, PathBuf)>,
    /// The label map whose values are asked about.
    pub meaning: Option<Meaning>,
}

impl State {
    /// Carries out a wish about files.
    pub(super) fn file(&mut self, action: FileAction) -> Vec<Effect> {
        let filing = &mut self.filing;
        match action {
            FileAction::ShowExports => {
                filing.exporting = true;
                let labels = self.drawing().document.canvas().kind().is_labels();
                if !self.filing.export.suits(labels) {
                    self.filing.export = export::Kind::default();
                }
            }
            FileAction::ChooseExport(kind) => filing.export = kind,
            FileAction::SetTimelapse(settings) => filing.timelapse = settings,
            FileAction::HideExports => filing.exporting = false,
            FileAction::Export(kind) => {
                filing.exporting = false;
                filing.export = kind;
                return vec![Effect::Ask(self.question(Purpose::Export(kind)))];
            }
            FileAction::CopyPicture => return vec![Effect::File(FileEffect::CopyPicture(self.drawing().id))],
            FileAction::AskReplace(purpose, path) => filing.replacing = Some((purpose, path)),
            FileAction::KeepFile => filing.replacing = None,
            FileAction::AskMeaning(meaning) => filing.meaning = Some(*meaning),
            FileAction::SetMeaning(row, label) => {
                if let Some(row) = filing.meaning.as_mut().and_then(|meaning| meaning.table.rows.get_mut(row)) {
                    row.label = label;
                }
            }
            FileAction::SetMeaningSet(set) => {
                if let Some(Meaning { table, memory, .. }) = &mut filing.meaning {
                    table.choose_set(set, memory);
                }
            }
            FileAction::OpenMeaning => return self.open_meaning(),
            FileAction::CancelMeaning => filing.meaning = None,
            FileAction::Opened(path) => self.preferences.remember(path),
            FileAction::OpenRecent(path) => return vec![Effect::Open(path)],
            FileAction::ForgetRecent => self.preferences.recent.clear(),
        }
        Vec::new()
    }

    fn open_meaning(&mut self) -> Vec<Effect> {
        let Some(Meaning { title, table, mut memory }) = self.filing.meaning.take() else { return Vec::new() };
        let Some(canvas) = table.canvas() else { return Vec::new() };
        memory.learn(&table);
        let model = self.drawing().model.as_ref().map(|model| model.card.name.clone()).unwrap_or_default();
        self.open_project(Project::new(title, model, canvas), None);
        vec![Effect::File(FileEffect::Remember(memory))]
    }
}

/// Whether a wish about files may come in the middle of a stroke: news from threads.
pub(super) fn leaves_the_hand_alone(action: &FileAction) -> bool {
    matches!(action, FileAction::AskReplace(..) | FileAction::Opened(_))
}

/// The wish that a chosen path is: with the user's consent when the system's dialog showed that very name.
pub fn chosen(purpose: Purpose, path: PathBuf) -> Action {
    // The dialog asks about a file that is there, but not about the one whose ending we add.
    if purpose.with_extension(path.clone()) == path {
        Action::PathAgreed(purpose, path)
    } else {
        Action::PathChosen(purpose, path)
    }
}
