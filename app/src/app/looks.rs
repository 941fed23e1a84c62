//! Looks of objects: small pictures of them from the painting thread, and styles measured in photographs.

use std::path::PathBuf;

use daub_models::looks::Object;
use daub_models::style::Objects;

use super::App;
use super::files::failed;
use crate::action::{Action, LookAction};
use crate::generate::{LookRequest, Request, Styles};
use crate::io::photo_style;
use crate::state::has_object_looks;

impl App {
    /// Asks for pictures of the looks that are offered, if that is news.
    pub(super) fn keep_looks_up(&mut self) {
        let drawing = self.state.drawing();
        let model = drawing.model.clone().filter(|model| has_object_looks(Some(model)));
        let offered = self.state.offered.filter(|offered| offered.drawing == drawing.id);
        let wanted = offered.map(|offered| (offered.drawing, offered.object)).zip(model);
        let key = wanted.as_ref().map(|(key, _)| *key);
        if self.picture.looks.wanted() == key {
            return;
        }
        self.picture.looks.want(key);
        self.generator.want_looks(wanted.map(|((_, object), model)| {
            let input = self.gatherer.gather(drawing.id, &drawing.document, &model.card.architecture);
            let (stamp, looks, options) = (drawing.stamp(), drawing.document.extras().looks.clone(), self.state.options);
            let styles = Styles::default();
            LookRequest {
                request: Request { stamp, model, input, looks, options, styles, in_stroke: false, bytes: true },
                object,
            }
        }));
    }

    /// Measures a photograph on the files thread.
    pub(super) fn style_from_photo(&mut self, drawing: u64, object: Option<Object>, path: PathBuf) {
        let Some(open) = self.state.drawings.iter().find(|open| open.id == drawing) else { return };
        let Some(model) = open.model.clone() else { return };
        let canvas = open.document.composite();
        let objects = Objects { width: canvas.width(), height: canvas.height(), ids: open.instances().into() };
        self.files.run(move || match photo_style::measure(&model, &path, objects, object) {
            Ok(style) => vec![Action::Look(LookAction::Measured { drawing, object, style })],
            Err(error) => vec![failed(&error)],
        });
    }
}
