//! Asking the user for a path without stopping the window.
//!
//! The system's dialog runs on a thread of its own. Where there is none (no portal and no zenity), `rfd` silently
//! answers nothing, so that is found out and the window opens its own path field instead.

use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::export;

/// What a path is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A project, picture, label map or recorded drawing to paint on.
    OpenDrawing,
    /// A photograph to trace.
    TracePhoto,
    /// A weight file.
    OpenModel,
    /// A project file to write.
    SaveProject,
    /// Something to write a drawing as.
    Export(export::Kind),
    /// A photograph whose style is taken.
    StylePhoto,
    /// A photograph to draw by.
    OpenReference,
    /// A folder of pictures to train with.
    TrainingFolder,
    /// A training file to read.
    OpenTraining,
    /// A training file to write.
    SaveTraining,
}

/// A question for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What for.
    pub purpose: Purpose,
    /// What the dialog is called.
    pub title: String,
    /// A name to start from when writing.
    pub suggested: Option<String>,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The user chose a file; a dialog of the system has asked about replacing one of exactly this name.
    Path(Purpose, PathBuf),
    /// The user changed their mind.
    Cancelled,
    /// The system has no dialog; the window should ask itself.
    Unavailable(Question),
}

/// Something that can ask for paths.
pub trait Dialogs {
    /// Puts a question; returns at once.
    fn ask(&mut self, question: Question);
    /// Takes an answer that has arrived.
    fn poll(&mut self) -> Option<Answer>;
}

impl Purpose {
    /// Whether a file is written.
    pub fn writes(self) -> bool {
        matches!(self, Self::SaveProject | Self::Export(_) | Self::SaveTraining)
    }

    /// Endings of the files that suit.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::OpenDrawing => &["daub", "png", "jpg", "jpeg", "webp", "ora", "json"],
            Self::OpenModel => &["safetensors", "pth", "pt", "pict", "bpk", "json"],
            Self::SaveProject => &["daub"],
            Self::TracePhoto | Self::OpenReference | Self::StylePhoto => &["png", "jpg", "jpeg", "webp"],
            Self::Export(kind) => kind.extensions(),
            Self::OpenTraining | Self::SaveTraining => &["toml"],
            Self::TrainingFolder => &[],
        }
    }

    /// What a suggested name has after the drawing's title.
    pub fn suffix(self, labels: bool) -> &'static str {
        if let Self::Export(kind) = self { kind.suffix(labels) } else { "" }
    }

    /// The path with the usual ending when it has none that suits.
    pub fn with_extension(self, path: PathBuf) -> PathBuf {
        let known =
            path.extension().is_some_and(|ending| self.extensions().iter().any(|known| ending.eq_ignore_ascii_case(known)));
        if !self.writes() || known {
            return path;
        }
        // Appended, not put in place of what follows a dot: "street v1.5" keeps its name.
        let mut name = path.into_os_string();
        name.push(".");
        name.push(self.extensions()[0]);
        name.into()
    }
}

/// The system's own dialogs.
pub struct SystemDialogs {
    answers: mpsc::Receiver<Answer>,
    sender: mpsc::Sender<Answer>,
    notify: egui::Context,
}

/// No hand closes a dialog this fast: an answer of nothing in less time means that no dialog was shown.
const FASTEST_HAND: Duration = Duration::from_millis(300);

impl SystemDialogs {
    /// Dialogs that wake up the window of `notify`.
    pub fn new(notify: egui::Context) -> Self {
        let (sender, answers) = mpsc::channel();
        Self { answers, sender, notify }
    }
}

impl Dialogs for SystemDialogs {
    fn ask(&mut self, question: Question) {
        let (sender, notify) = (self.sender.clone(), self.notify.clone());
        let unavailable = Answer::Unavailable(question.clone());
        let run = move || {
            // A closed window no longer listens, and that is fine.
            drop(sender.send(ask_system(question)));
            notify.request_repaint();
        };
        if std::thread::Builder::new().name("dialog".into()).spawn(run).is_err() {
            drop(self.sender.send(unavailable));
        }
    }

    fn poll(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

fn ask_system(question: Question) -> Answer {
    if !has_system_dialog() {
        return Answer::Unavailable(question);
    }
    let purpose = question.purpose;
    let mut dialog = rfd::FileDialog::new().set_title(&question.title).add_filter("Daub", purpose.extensions());
    if let Some(name) = &question.suggested {
        dialog = dialog.set_file_name(name);
    }
    let asked = Instant::now();
    let path = match purpose {
        Purpose::TrainingFolder => dialog.pick_folder(),
        _ if purpose.writes() => dialog.save_file(),
        _ => dialog.pick_file(),
    };
    match path {
        Some(path) => Answer::Path(purpose, path),
        None if asked.elapsed() < FASTEST_HAND => Answer::Unavailable(question),
        None => Answer::Cancelled,
    }
}

/// Whether a session bus, where a portal may live, or zenity is there; other systems always have dialogs.
fn has_system_dialog() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| PathBuf::from(folder).join("bus").exists());
    let on_path = |paths| std::env::split_paths(&paths).any(|folder| folder.join("zenity").is_file());
    bus || std::env::var_os("PATH").is_some_and(on_path)
}
