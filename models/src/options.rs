//! The official tools' `opt.txt`, which may lie beside the weights and settles what the tensors leave open.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use crate::architecture::InputKind;
use crate::graph::NormStats;
use crate::questions::Answer;

/// Longest file that is read; a real one has three kilobytes.
const MAX_BYTES: u64 = 64 << 10;

/// Names under which the official tools keep their options, those of the test last: it knows what painting used.
const NAMES: [&str; 3] = ["opt.txt", "train_opt.txt", "test_opt.txt"];

/// Options by name, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Options(HashMap<String, String>);

impl Options {
    /// Reads every file of options in the folder of the weights; what cannot be read says nothing.
    pub(crate) fn beside(weights: &Path) -> Self {
        let mut found = Self::default();
        for name in NAMES {
            let mut text = Vec::new();
            let file = std::fs::File::open(weights.with_file_name(name));
            if file.is_ok_and(|file| file.take(MAX_BYTES).read_to_end(&mut text).is_ok()) {
                found.read(&String::from_utf8_lossy(&text));
            }
        }
        found
    }

    /// Lines of `name: value`, with `[default: other]` behind a changed one.
    fn read(&mut self, text: &str) {
        for line in text.lines() {
            if let Some((name, value)) = line.split_once(':') {
                let value = value.split(['\t', '[']).next().unwrap_or_default();
                self.0.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.0.get(name)?.parse().ok()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)?.as_str() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        }
    }

    /// Whether the options speak of what an answer is about, and agree with it.
    pub(crate) fn agree(&self, answer: &Answer) -> bool {
        match answer {
            Answer::Planes { input, channels, edges, features, .. } => {
                let Some(labels) = self.number("label_nc") else { return false };
                let unknown = usize::from(self.flag("contain_dontcare_label") == Some(true));
                let content = match input {
                    InputKind::Labels => labels > 0 && labels + unknown == *channels,
                    InputKind::Rgb | InputKind::Lightness | InputKind::Code => labels == 0,
                };
                let styled = self.flag("instance_feat") == Some(true) || self.flag("label_feat") == Some(true);
                let wanted = if styled { self.number("feat_num").unwrap_or(3) } else { 0 };
                content && self.flag("no_instance") != Some(*edges) && wanted == *features
            }
            Answer::NormStats(stats) => match self.flag("eval") {
                Some(eval) => eval == (*stats == NormStats::Running),
                None => false,
            },
            Answer::Doublings(count) => match self.0.get("num_upsampling_layers").map(String::as_str) {
                Some("normal") => *count == 5,
                Some("more") => *count == 6,
                _ => false,
            },
            Answer::Direction(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Options {
        let mut options = Options::default();
        options.read(text);
        options
    }

    fn planes(channels: usize, edges: bool) -> Answer {
        Answer::Planes { input: InputKind::Labels, channels, edges, features: 0, label_set: None }
    }

    #[test]
    fn options_settle_planes_sizes_and_norms() {
        let hd = options("------ Options ------\nlabel_nc: 36\nno_instance: True\t[default: False]\n---- End ----\n");
        assert!(hd.agree(&planes(36, false)) && !hd.agree(&planes(35, true)));
        let spade = options(
            " label_nc: 182 \n contain_dontcare_label: True \n no_instance: False\n num_upsampling_layers: more  [default: normal]",
        );
        assert!(spade.agree(&planes(183, true)) && !spade.agree(&planes(184, false)));
        assert!(spade.agree(&Answer::Doublings(6)) && !spade.agree(&Answer::Doublings(5)));
        let tested = options("                     eval: True                          \t[default: False]");
        assert!(tested.agree(&Answer::NormStats(NormStats::Running)) && !tested.agree(&Answer::NormStats(NormStats::Image)));
        assert!(!options("nothing").agree(&planes(36, false)));
    }
}
