//! Questions for a path, and what becomes of the answers.

use std::path::{Path, PathBuf};

use super::State;
use crate::action::Effect;
use crate::io::dialogs::{Purpose, Question};

impl State {
    pub(super) fn question(&mut self, purpose: Purpose) -> Question {
        // The answer may come when another drawing is shown.
        self.asked.insert(purpose, self.drawing().id);
        let title = purpose.title().of(self.language).to_owned();
        let suggested = purpose.writes().then(|| format!("{}.{}", self.drawing().document.title, purpose.extensions()[0]));
        Question { purpose, title, suggested }
    }

    pub(super) fn path_chosen(&mut self, purpose: Purpose, path: PathBuf) -> Vec<Effect> {
        self.path_field = None;
        let id = self.asked.remove(&purpose).unwrap_or(self.drawing().id);
        let path = purpose.with_extension(path);
        vec![match purpose {
            Purpose::OpenDrawing => Effect::Open(path),
            Purpose::TracePhoto => Effect::OpenPhoto(path),
            Purpose::OpenModel => Effect::OpenModel(path),
            Purpose::SaveProject => Effect::Save { id, path },
            Purpose::ExportPicture => Effect::ExportPicture { id, path },
            Purpose::ExportCanvas => Effect::ExportCanvas { id, path },
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

/// The name of a file without its ending.
pub(super) fn stem_of(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
