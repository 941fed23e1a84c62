//! What a checkpoint's tensors do not say, asked once and remembered in a card.

use crate::architecture::{Architecture, Family, InputKind, Norm};
use crate::card::{Card, Label, Task};
use crate::graph::NormStats;
use crate::palette::{self, Palette};
use crate::recognise::{Clues, distinct_colour};

/// One thing to ask; the first choice is the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked about.
    pub topic: Topic,
    /// The question, for people.
    pub text: String,
    /// At least two answers, the likeliest first.
    pub choices: Vec<Choice>,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// What the input planes hold.
    Planes,
    /// Whether the network reads drawings or photographs.
    Direction,
    /// Whose statistics batch norms use.
    NormStats,
    /// How often the picture is doubled, which ties the network to a size.
    Doublings,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The answer, for people.
    pub text: String,
    /// What it means.
    pub answer: Answer,
}

/// An answer, to be given to [`Card::answer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What the input planes hold, in order: picture or labels, edges, features.
    Planes {
        /// Picture or labels.
        input: InputKind,
        /// Planes of it.
        channels: usize,
        /// Whether a plane of instance edges follows.
        edges: bool,
        /// Feature planes at the end.
        features: usize,
        /// Name of the published label set.
        label_set: Option<String>,
    },
    /// What a network between pictures does.
    Direction(Task),
    /// Whose statistics batch norms use.
    NormStats(NormStats),
    /// Number of doublings.
    Doublings(usize),
}

impl Answer {
    /// Puts the answer into an architecture, as far as it concerns one.
    pub(crate) fn apply(&self, architecture: &mut Architecture) {
        match self {
            Self::Planes { input, channels, edges, features, .. } => {
                architecture.input = *input;
                architecture.input_channels = *channels;
                architecture.instance_edges = *edges;
                architecture.feature_channels = *features;
            }
            Self::Doublings(count) => architecture.depth = *count,
            Self::Direction(_) | Self::NormStats(_) => {}
        }
    }
}

impl Card {
    /// Takes an answer over: architecture, task, labels and sizes follow it.
    pub fn answer(&mut self, answer: &Answer) {
        answer.apply(&mut self.architecture);
        match answer {
            Answer::Planes { input, channels, label_set, .. } => {
                let set = label_set.as_deref().and_then(palette::palette);
                self.label_set.clone_from(label_set);
                self.labels = if *input == InputKind::Labels { labels(*channels, set) } else { Vec::new() };
                let labelled = self.task == Task::LabelsToPhoto;
                if *input == InputKind::Labels {
                    self.task = Task::LabelsToPhoto;
                } else if labelled {
                    self.task = Task::SketchToPhoto;
                }
            }
            Answer::Direction(task) => self.task = *task,
            Answer::NormStats(stats) => self.norm_stats = Some(*stats),
            Answer::Doublings(_) => {}
        }
        self.size_multiple = self.architecture.size_multiple() as u32;
        self.native_size = native_size(&self.architecture);
    }
}

/// Labels with the names and colours of a published set, or numbered ones.
fn labels(classes: usize, set: Option<&Palette>) -> Vec<Label> {
    let mut known = set.map(Palette::labels).unwrap_or_default();
    known.truncate(classes);
    let numbered = |id: u8| Label { id, name: format!("label_{id}"), color: distinct_colour(id), trained: true };
    let first = known.len();
    known.extend((0..=255_u8).skip(first).take(classes.saturating_sub(first)).map(numbered));
    known
}

/// Width and height that the official models of a family are made for.
fn native_size(architecture: &Architecture) -> [u32; 2] {
    let scale = 1_u32 << architecture.depth.min(10);
    let cityscapes = architecture.input == InputKind::Labels && architecture.input_channels == 35;
    match architecture.family {
        Family::Dcgan => [4 * scale; 2],
        Family::Spade if architecture.code_channels > 0 => {
            let [rows, columns] = architecture.code_size.map(|side| side.min(16) as u32);
            [columns * scale, rows * scale]
        }
        Family::Spade | Family::Pix2pixhdGlobal if cityscapes => [512, 256],
        Family::Pix2pixhdLocal if cityscapes => [1024, 512],
        _ => [256.max(scale), 256.max(scale)],
    }
}

/// Everything left open about a network; the default answers are put into `architecture`.
pub(crate) fn questions(architecture: &mut Architecture, clues: &Clues<'_>) -> Vec<Question> {
    let mut asked = vec![planes(architecture)];
    if let Some(choice) = asked[0].choices.first() {
        choice.answer.apply(architecture);
    }
    asked.push(direction(architecture));
    asked.push(norm_stats(architecture, clues));
    let doublings = doublings(architecture);
    if let Some(choice) = doublings.choices.first() {
        choice.answer.apply(architecture);
    }
    asked.push(doublings);
    asked
}

/// What the input planes may hold. Always one choice at least.
fn planes(architecture: &Architecture) -> Question {
    let total = architecture.input_channels;
    let is_hd = matches!(architecture.family, Family::Pix2pixhdGlobal | Family::Pix2pixhdLocal);
    let labelled = is_hd || architecture.family == Family::Spade;
    let mut choices: Vec<Choice> = Vec::new();
    let mut offer = |input, channels: usize, edges: bool, features, set: Option<&Palette>| {
        let what = match (input, set) {
            (InputKind::Rgb, _) => "a colour picture".to_owned(),
            (InputKind::Lightness, _) => "the lightness of a photograph".to_owned(),
            (InputKind::Code, _) => "a random code".to_owned(),
            (InputKind::Labels, Some(set)) => format!("{channels} labels of {}", set.title),
            (InputKind::Labels, None) => format!("{channels} labels"),
        };
        let edged = if edges { ", object edges" } else { "" };
        let featured = if features > 0 { format!(", {features} planes of object styles") } else { String::new() };
        let label_set = set.map(|set| set.name.clone());
        let answer = Answer::Planes { input, channels, edges, features, label_set };
        choices.push(Choice { text: format!("{what}{edged}{featured}"), answer });
    };
    if architecture.input == InputKind::Code {
        offer(InputKind::Code, total, false, 0, None);
    } else if total == 1 {
        // Trained on L of Lab (colourisation); other gray inputs are close to it.
        offer(InputKind::Lightness, 1, false, 0, None);
    } else if total == 3 && architecture.family != Family::Spade {
        offer(InputKind::Rgb, 3, false, 0, None);
    } else {
        // Exact counts before those with extra planes; features come only with edges by default.
        for (edges, features) in [(false, 0), (true, 0), (true, 3), (false, 3)] {
            let Some(classes) = total.checked_sub(usize::from(edges) + features).filter(|&classes| classes > 0) else { continue };
            if features > 0 && !is_hd {
                continue;
            }
            for set in palette::fitting(classes) {
                offer(InputKind::Labels, classes, edges, features, Some(set));
            }
            if classes == 3 && is_hd {
                offer(InputKind::Rgb, 3, edges, features, None);
            }
        }
        offer(InputKind::Labels, total, false, 0, None);
        if labelled && total > 1 {
            offer(InputKind::Labels, total - 1, true, 0, None);
        }
    }
    Question { topic: Topic::Planes, text: format!("What do the {total} input planes hold?"), choices }
}

fn direction(architecture: &Architecture) -> Question {
    let drawing = Choice { text: "a drawing".to_owned(), answer: Answer::Direction(Task::SketchToPhoto) };
    let photo = Choice { text: "a photograph".to_owned(), answer: Answer::Direction(Task::PhotoToPhoto) };
    let choices = match (architecture.input, architecture.family) {
        (InputKind::Rgb, Family::Unet | Family::Pict | Family::Pix2pixhdGlobal | Family::Pix2pixhdLocal) => vec![drawing, photo],
        (InputKind::Rgb, Family::Resnet) => vec![photo, drawing],
        _ => Vec::new(),
    };
    Question { topic: Topic::Direction, text: "What does this model read?".to_owned(), choices }
}

fn norm_stats(architecture: &Architecture, clues: &Clues<'_>) -> Question {
    let own = "the picture's own statistics (as pix2pix is tested)";
    let own = Choice { text: own.to_owned(), answer: Answer::NormStats(NormStats::Image) };
    let running = "the statistics of training (--eval)";
    let running = Choice { text: running.to_owned(), answer: Answer::NormStats(NormStats::Running) };
    let kept = architecture.norm == Norm::Batch && clues.any_ends_with("running_mean");
    let choices = match architecture.official_stats() {
        _ if !kept => Vec::new(),
        NormStats::Image => vec![own, running],
        NormStats::Running => vec![running, own],
    };
    Question { topic: Topic::NormStats, text: "Which statistics should the norms use?".to_owned(), choices }
}

fn doublings(architecture: &Architecture) -> Question {
    let normal = Choice { text: "5 (256 pixels, as COCO and ADE20K)".to_owned(), answer: Answer::Doublings(5) };
    let more = Choice { text: "6 (512 pixels, as Cityscapes)".to_owned(), answer: Answer::Doublings(6) };
    let choices = match architecture.family {
        Family::Spade if architecture.depth < 7 && architecture.input_channels == 35 => vec![more, normal],
        Family::Spade if architecture.depth < 7 => vec![normal, more],
        _ => Vec::new(),
    };
    Question { topic: Topic::Doublings, text: "How often does the picture double in size?".to_owned(), choices }
}
