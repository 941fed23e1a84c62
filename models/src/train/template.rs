//! Starting files: every option with its default and a comment. Values are printed from the defaults themselves, so a
//! comment may be dull but a value cannot lie.

use super::{Config, Method};

/// Comment of every option, in the order of the file; a name that starts with `[` begins a table.
/// Options that are not set by default have an example.
const COMMENTS: &[(&str, &str, Option<&str>)] = &[
    ("method", "gan, pix2pix, cyclegan, pix2pixhd or colorize; everything below has the defaults of this one.", None),
    ("name", "Name of the finished model on the command line, and of its files.", None),
    ("seed", "Every random draw of the run follows from this number.", None),
    ("device", "auto, gpu or cpu; only on the cpu does a resumed run repeat bit for bit.", None),
    ("precision", "full, or mixed for convolutions in float16 on a graphics card.", None),
    ("checkpointing", "Compute cheap values again on the way back: less memory, more time.", None),
    ("[data]", "The pictures. Paths may be relative to this file.", None),
    ("folder", "With labels + images, A + B, trainA + trainB, side-by-side files, or photographs alone.", None),
    (
        "validation",
        "Pictures for the sample sheets, laid out in the same way; without it training pictures are shown.",
        Some("\"pictures/val\""),
    ),
    ("layout", "auto, labels, pairs, side_by_side, unpaired or photos.", None),
    ("direction", "Which side of pairs is the input: a_to_b or b_to_a.", None),
    (
        "input",
        "files; or made from photographs: sketch (lines traced by HED), degraded (noise, blur, JPEG, fog); photo for colorize.",
        None,
    ),
    ("size", "Width and height of what enters the networks.", None),
    ("fit", "crop cuts off what is too much, stretch scales both sides separately.", None),
    ("classes", "Labels of a label map; 0 counts them.", None),
    ("label_set", "A published set for names and colours, such as cityscapes-35 or cmp-facades-12; empty for numbers.", None),
    ("bad_files", "refuse to start with files that are broken or have no partner, or skip and count them.", None),
    ("threads", "Threads that read and vary pictures; the result does not depend on it.", None),
    ("cache_mib", "Most memory for decoded pictures.", None),
    ("[network]", "The generator and its opponent.", None),
    ("generator", "unet, resnet, pix2pixhd_global, pix2pixhd_local or dcgan.", None),
    ("width", "Planes after the generator's first layer (ngf).", None),
    ("depth", "How often it halves the picture: 8 needs sides of 256, 7 of 128, 6 of 64.", None),
    ("blocks", "Residual blocks in the middle.", None),
    ("enhancer_blocks", "Residual blocks of a local enhancer.", None),
    ("norm", "instance, batch or none.", None),
    ("dropout", "Dropout in the generator.", None),
    ("code", "Length of the random code that a gan paints from.", None),
    ("features", "Planes of object styles from pix2pixHD's encoder; 0 for none.", None),
    ("encoder_width", "Planes after the encoder's first layer.", None),
    ("encoder_depth", "How often the encoder halves the picture.", None),
    ("clusters", "Typical styles kept for each class.", None),
    ("edges", "A plane of object edges beside the labels, from instance maps or else the labels.", None),
    ("hints", "Whether a colouriser reads colour hints.", None),
    ("discriminator_width", "Planes after the discriminator's first layer (ndf).", None),
    ("discriminator_layers", "Layers of the discriminator; 3 judges pieces of 70x70 pixels.", None),
    ("scales", "Discriminators, each at half the size of the one before.", None),
    ("discriminator_norm", "instance, batch or none.", None),
    ("spectral", "Spectral norm on the discriminator's weights.", None),
    ("coarse", "A trained global generator to start a local enhancer from.", Some("\"models/my_model.safetensors\"")),
    ("[loss]", "What is minimised; a weight of 0 leaves a term out.", None),
    ("gan", "minimax, non_saturating, vanilla, lsgan or hinge.", None),
    ("gan_weight", "Weight of deceiving the discriminator.", None),
    ("l1", "Weight of the mean difference from the target.", None),
    ("feature_matching", "Weight of looking alike to the discriminator's layers.", None),
    ("perceptual", "Weight of looking alike to VGG16.", None),
    ("cycle", "Weight of the way there and back.", None),
    ("identity", "Weight of leaving a picture of the right domain alone, as a part of cycle.", None),
    ("pool", "Earlier pictures that the discriminator is shown again.", None),
    ("[schedule]", "How long, how fast.", None),
    ("batch", "Pictures a step.", None),
    ("epochs", "Passes over the pictures at the full rate.", None),
    ("decay_epochs", "Passes over which the rate then falls to zero.", None),
    ("steps", "Steps at the full rate; if not 0, steps count instead of epochs.", None),
    ("decay_steps", "Steps over which the rate then falls.", None),
    ("rate", "Step size of Adam.", None),
    ("discriminator_rate", "Step size of the discriminator, as a multiple of rate.", None),
    ("beta1", "Decay of Adam's first moment.", None),
    ("beta2", "Decay of Adam's second moment.", None),
    ("average", "Decay a step of the moving average that is published; 0 publishes the weights themselves.", None),
    ("fix_coarse_epochs", "Epochs in which only the local enhancer learns.", None),
    ("fix_coarse_steps", "The same in steps, where steps count.", None),
    ("[augment]", "How pictures are varied before a step; input and target alike.", None),
    ("flip", "Mirror half of the pictures.", None),
    ("zoom", "Enlarge by up to this before a random piece is cut out; 1 takes the whole.", None),
    ("jitter", "Largest relative change of brightness, contrast and saturation.", None),
    ("sketch_threshold", "For data.input = \"sketch\": range of edge strengths above which there is a line.", None),
    ("sketch_width", "Range of line widths in pixels.", None),
    ("noise", "For data.input = \"degraded\": most noise, as a share of white.", None),
    ("blur_px", "Most blur in pixels.", None),
    ("jpeg", "Lowest JPEG quality; 100 for none.", None),
    ("fog", "Most fog at the top of the picture, as a share.", None),
    ("[output]", "What is written.", None),
    ("folder", "Checkpoints, sample sheets, losses.csv and report.html.", None),
    ("models", "Where the finished model goes; without it the folder that the window lists.", Some("\"models\"")),
    ("checkpoint_minutes", "Minutes between checkpoints; stopping keeps one as well.", None),
    ("sheet_minutes", "Minutes between sample sheets.", None),
    ("samples", "Samples on a sheet.", None),
    ("title", "Name of the model in the window.", None),
    ("data", "What the pictures are and where they come from, for the model's card.", None),
    ("[output.licence]", "On what terms the model may be used; the training pictures decide.", None),
    ("name", "For people.", None),
    ("spdx", "SPDX identifier, where there is one.", Some("\"CC-BY-4.0\"")),
    ("url", "The full terms.", Some("\"https://creativecommons.org/licenses/by/4.0/\"")),
    ("commercial", "Whether commercial use is allowed.", None),
];

/// The starting file of a method.
pub fn template(method: Method) -> String {
    let head = "Delete what you do not change: the values below are the defaults.";
    format!("# daub train {} settings. {head}\n{}", name_of(method), written(&Config::new(method)))
}

/// A configuration as a file with a comment on every option.
pub fn written(config: &Config) -> String {
    let defaults = toml::Table::try_from(config).unwrap_or_default();
    let mut text = String::new();
    let mut table = Some(&defaults);
    for (name, comment, example) in COMMENTS {
        if let Some(path) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            table = path.split('.').try_fold(&defaults, |table, part| table.get(part)?.as_table());
            text.extend(["\n# ", comment, "\n", name, "\n"]);
        } else if let Some(value) = table.and_then(|table| table.get(*name)) {
            text.extend(["# ", comment, "\n", name, " = ", &printed(value), "\n"]);
        } else if let Some(example) = example {
            text.extend(["# ", comment, "\n# ", name, " = ", example, "\n"]);
        }
    }
    text
}

/// Name of a method as files have it.
pub fn name_of(method: Method) -> &'static str {
    match method {
        Method::Gan => "gan",
        Method::Pix2pix => "pix2pix",
        Method::Cyclegan => "cyclegan",
        Method::Pix2pixhd => "pix2pixhd",
        Method::Colorize => "colorize",
    }
}

/// A value as TOML has it, with numbers that were float32 as short as a person would write them.
fn printed(value: &toml::Value) -> String {
    match value {
        toml::Value::Float(number) => format!("{:?}", *number as f32),
        toml::Value::Array(values) => format!("[{}]", values.iter().map(printed).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const METHODS: [Method; 5] = [Method::Gan, Method::Pix2pix, Method::Cyclegan, Method::Pix2pixhd, Method::Colorize];

    #[test]
    fn a_file_is_what_it_was_written_from() {
        for method in METHODS {
            let text = template(method);
            assert_eq!(Config::parse(&text).unwrap(), Config::new(method), "{text}");
            let mut other = Config::new(method);
            (other.name, other.network.width, other.schedule.rate) = ("\"cats\"".to_owned(), 7, 3e-4);
            other.data.validation = Some("pictures/val".into());
            assert_eq!(Config::parse(&written(&other)).unwrap(), other);
        }
    }

    /// Every option has a comment, also those that are not set.
    #[test]
    fn nothing_is_left_out() {
        for method in METHODS {
            let text = template(method);
            let written: toml::Table = text.parse().unwrap();
            assert_eq!(keys(&written), keys(&toml::Table::try_from(Config::new(method)).unwrap()), "{method:?}");
            // With the examples in place all fields are set; the parser refuses those that are none.
            let examples = text.lines().map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.split(' ').nth(1) == Some("=") && !rest.contains(". ") => rest,
                _ => line,
            });
            let full = Config::parse(&examples.collect::<Vec<_>>().join("\n")).unwrap();
            assert!(full.data.validation.is_some() && full.network.coarse.is_some() && full.output.models.is_some());
            assert!(full.output.licence.spdx.is_some() && full.output.licence.url.is_some());
        }
    }

    fn keys(table: &toml::Table) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (key, value) in table {
            match value.as_table() {
                Some(inner) => found.extend(keys(inner).into_iter().map(|name| format!("{key}.{name}"))),
                None => drop(found.insert(key.clone())),
            }
        }
        found
    }
}
