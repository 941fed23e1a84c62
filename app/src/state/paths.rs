//! Questions for a path, and what becomes of the answers.

use std::path::PathBuf;

use super::State;
use crate::action::{Effect, FileEffect};
use crate::io::dialogs::{Purpose, Question};

impl State {
    pub(super) fn question(&mut self, purpose: Purpose) -> Question {
        // The answer may come when another drawing is shown.
        self.asked.insert(purpose, self.drawing().id);
        let title = purpose.title().of(self.language).to_owned();
        let document = &self.drawing().document;
        let suffix = purpose.suffix(document.canvas().kind().is_labels());
        let suggested = purpose.writes().then(|| format!("{}{suffix}.{}", document.title, purpose.extensions()[0]));
        Question { purpose, title, suggested }
    }

    /// A path was chosen. One that nobody asked about may belong to a file that would be replaced: that is seen first.
    pub(super) fn path_chosen(&mut self, purpose: Purpose, path: PathBuf) -> Vec<Effect> {
        self.path_field = None;
        let path = purpose.with_extension(path);
        if purpose.writes() { vec![Effect::File(FileEffect::CheckFree(purpose, path))] } else { self.path_agreed(purpose, path) }
    }

    /// The user agreed to a path, and to replacing a file that is there.
    pub(super) fn path_agreed(&mut self, purpose: Purpose, path: PathBuf) -> Vec<Effect> {
        (self.path_field, self.filing.replacing) = (None, None);
        let id = self.asked.remove(&purpose).unwrap_or(self.drawing().id);
        vec![match purpose {
            Purpose::OpenDrawing => Effect::Open(path),
            Purpose::TracePhoto => Effect::OpenPhoto(path),
            Purpose::OpenModel => Effect::OpenModel(path),
            Purpose::SaveProject => Effect::Save { id, path },
            Purpose::Export(kind) => Effect::File(FileEffect::Export { id, kind, path, timelapse: self.filing.timelapse }),
            Purpose::StylePhoto => Effect::StyleFromPhoto { drawing: id, object: self.styled.take(), path },
            Purpose::OpenReference => Effect::OpenReference { id, path },
            Purpose::OpenTraining => Effect::ReadTraining(path),
            Purpose::SaveTraining => Effect::WriteTraining(path, Box::new(self.training.form.clone())),
            Purpose::TrainingFolder => {
                self.training.form.config.data.folder = path;
                return Vec::new();
            }
        }]
    }
}
