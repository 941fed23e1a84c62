//! The training dialog: what is asked for, and how far the run is.

mod form;
mod run;

pub use form::{Form, SIDES};
pub use run::{News, Run, Status};

use std::sync::Arc;

use super::State;
use crate::action::{Action, Effect, Finished, Training as Wish};
use crate::io::dialogs::Purpose;
use crate::text::{Text, text};

/// The dialog and the run behind it, which does not need it.
#[derive(Debug, Clone, Default)]
pub struct Training {
    /// Whether the dialog is shown.
    pub is_open: bool,
    /// What is asked for.
    pub form: Form,
    /// The run that is under way or is over.
    pub run: Option<Run>,
}

const WINDOW_CLOSED: Text = text("Training stopped with the window; it can go on.", "训练随窗口停止，可以继续。");

impl State {
    /// Carries out a wish about training.
    pub(super) fn apply_to_training(&mut self, wish: Wish) -> Vec<Effect> {
        let training = &mut self.training;
        match wish {
            Wish::Open => training.is_open = true,
            Wish::Close => training.is_open = false,
            Wish::Edit(form) | Wish::FileRead(form) => training.form = *form,
            Wish::AskForFolder => return vec![Effect::Ask(self.question(Purpose::TrainingFolder))],
            Wish::AskForFile => return vec![Effect::Ask(self.question(Purpose::OpenTraining))],
            Wish::AskToWrite => {
                let suggested = Some(format!("{}.toml", training.form.config.name));
                return vec![Effect::Ask(crate::io::dialogs::Question { suggested, ..self.question(Purpose::SaveTraining) })];
            }
            Wish::Start => {
                let busy = training.run.as_ref().is_some_and(Run::is_under_way);
                if !busy && training.form.is_complete() {
                    training.run = Some(Run::new(training.form.config.name.clone()));
                    return vec![Effect::Train(Box::new(training.form.clone()))];
                }
            }
            Wish::Stop => {
                if let Some(run) = training.run.as_mut().filter(|run| run.is_under_way()) {
                    run.status = Status::Stopping;
                    return vec![Effect::StopTraining];
                }
            }
            Wish::Again => drop(training.run.take_if(|run| !run.is_under_way())),
            Wish::Resume => {
                training.form.resume = true;
                return self.apply_to_training(Wish::Start);
            }
            Wish::Paint(model) => {
                training.is_open = false;
                return self.apply(Action::SelectModel(model));
            }
            Wish::News(news) => {
                if let Some(run) = &mut training.run {
                    run.hear(news);
                }
            }
            Wish::Ended(ended) => self.training_ended(ended),
        }
        Vec::new()
    }

    /// Notes that the thread that trained is gone with its window.
    pub fn training_was_cut_off(&mut self) {
        if let Some(run) = self.training.run.as_mut().filter(|run| run.is_under_way()) {
            run.status = Status::Failed(WINDOW_CLOSED.of(self.language).to_owned());
            self.training.form.resume = true;
        }
    }

    fn training_ended(&mut self, ended: Result<Finished, String>) {
        let Some(run) = &mut self.training.run else { return };
        match ended {
            Ok(finished) => {
                for model in &finished.models {
                    self.models.retain(|known| known.weights != model.weights);
                    self.models.push(Arc::clone(model));
                }
                run.step = finished.step;
                self.training.form.resume = finished.stopped;
                run.status = Status::Ended(finished);
            }
            Err(message) => run.status = Status::Failed(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use daub_models::train::Method;

    use super::*;
    use crate::text::Language;

    #[test]
    fn a_run_goes_on_while_the_dialog_is_closed() {
        let mut state = State::new(Vec::new(), Language::English);
        state.apply_to_training(Wish::Open);
        assert!(state.apply_to_training(Wish::Start).is_empty(), "an empty form starts nothing");
        let mut form = Form::of(Method::Gan);
        form.config.data.folder = "photos".into();
        state.apply_to_training(Wish::Edit(Box::new(form.clone())));
        assert_eq!(state.apply_to_training(Wish::Start), [Effect::Train(Box::new(form.clone()))]);
        assert!(state.apply_to_training(Wish::Start).is_empty(), "one run at a time");
        state.apply_to_training(Wish::Close);
        state.apply_to_training(Wish::News(News::Started { step: 0, end: 100, memory: None }));
        state.apply_to_training(Wish::News(News::Steps { step: 7, losses: vec![("l1", 0.5)], speed: 2.0, left_s: 10 }));
        assert!(!state.training.is_open);
        let run = state.training.run.clone().unwrap();
        assert_eq!((run.step, run.end, run.status), (7, 100, Status::Learning));
        assert_eq!(run.losses, [("l1", vec![[7.0, 0.5]])]);
        state.apply_to_training(Wish::Again);
        assert!(state.training.run.is_some(), "a run under way is not left");
        assert_eq!(state.apply_to_training(Wish::Stop), [Effect::StopTraining]);
        let finished = Finished { stopped: true, step: 8, models: Vec::new(), report: "report.html".into() };
        state.apply_to_training(Wish::Ended(Ok(finished)));
        assert_eq!(state.apply_to_training(Wish::Resume), [Effect::Train(Box::new(Form { resume: true, ..form }))]);
        state.training_was_cut_off();
        assert!(matches!(&state.training.run.unwrap().status, Status::Failed(_)));
    }
}
