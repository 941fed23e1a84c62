//! One page about a run: curves, sample sheets and settings in a single HTML file that needs nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::journal::Row;
use super::keep::Progress;
use super::{Config, DataInfo, TrainError};
use crate::checkpoint::writing::replace;

/// Most sheets that are shown: the newest large, the others as a strip.
const SHEETS: usize = 9;

/// Width and height of a chart's plot in its own units, and the room for numbers on the left and below.
const PLOT: (f64, f64) = (420.0, 150.0);
const MARGIN: (f64, f64) = (46.0, 22.0);

/// Most points of a curve; more cannot be told apart.
const POINTS: usize = 420;

/// What a report tells.
pub struct Report<'a> {
    /// The run's settings.
    pub config: &'a Config,
    /// What the pictures are.
    pub info: &'a DataInfo,
    /// How far it is.
    pub progress: &'a Progress,
    /// Names of the losses.
    pub names: &'a [String],
    /// The losses.
    pub rows: &'a [Row],
}

/// Where the report of a run lies.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("report.html")
}

/// Where the sheet after `step` lies.
pub fn sheet_path(folder: &Path, step: u64) -> PathBuf {
    folder.join(format!("samples/step-{step:07}.png"))
}

impl Report<'_> {
    /// Writes the report into the run's folder.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self) -> Result<PathBuf, TrainError> {
        let path = path(&self.config.output.folder);
        replace(&path, self.html().as_bytes())
            .map_err(|error| TrainError::Write { path: path.clone(), reason: error.to_string() })?;
        Ok(path)
    }

    /// The page. Sheets are read from the run's folder; one that is gone is left out.
    pub fn html(&self) -> String {
        let (config, progress) = (self.config, self.progress);
        let title = escaped(&config.output.title);
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}: training</title>\n\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body><main>\n\
             <header><p class=\"kind\">{:?} · {}x{}</p><h1>{title}</h1>\n",
            config.method, self.info.width, self.info.height
        );
        let share = 100.0 * progress.step as f64 / progress.total.max(1) as f64;
        let bar = format!("<div class=\"bar\"><i style=\"width:{share:.1}%\"></i></div>");
        page += &bar;
        page += "<dl class=\"facts\">";
        let speed = progress.step as f64 * config.schedule.batch as f64 / progress.seconds.max(1e-9);
        let epochs = progress.step as f64 * config.schedule.batch as f64 / self.info.count.max(1) as f64;
        let mut facts = vec![
            ("steps", format!("{} of {}", progress.step, progress.total)),
            ("epochs", format!("{epochs:.1}")),
            ("pictures", self.info.count.to_string()),
            ("time", duration(progress.seconds)),
            ("speed", format!("{speed:.2} pictures/s")),
        ];
        if let Some(psnr) = progress.sheets.iter().rev().find_map(|(_, psnr)| *psnr) {
            facts.push(("PSNR of the sheet", format!("{psnr:.2} dB")));
        }
        for (name, value) in facts {
            write!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>").ok();
        }
        page += "</dl></header>\n";
        self.sheets(&mut page);
        self.curves(&mut page);
        writeln!(
            page,
            "<section><details><summary>Settings</summary><pre>{}</pre></details></section>",
            escaped(&progress.config)
        )
        .ok();
        page += "</main></body></html>\n";
        page
    }

    fn sheets(&self, page: &mut String) {
        let all = &self.progress.sheets;
        let Some((newest, _)) = all.last() else { return };
        let captions = self
            .progress
            .captions
            .iter()
            .map(|caption| format!("<span>{}</span>", escaped(caption)))
            .collect::<Vec<_>>()
            .concat();
        let image = |step: u64| {
            let bytes = std::fs::read(sheet_path(&self.config.output.folder, step)).ok()?;
            Some(format!("<img alt=\"samples after step {step}\" src=\"data:image/png;base64,{}\">", base64(&bytes)))
        };
        *page += "<section><h2>Samples</h2>";
        if let Some(image) = image(*newest) {
            write!(page, "<figure class=\"large\"><div class=\"captions\">{captions}</div>{image}<figcaption>after step {newest}</figcaption></figure>").ok();
        }
        let earlier = &all[..all.len() - 1];
        if !earlier.is_empty() {
            *page += "<div class=\"strip\">";
            // Spread over the run, the first one included.
            let count = earlier.len().min(SHEETS - 1);
            let mut shown: Vec<u64> = (0..count).map(|at| earlier[at * earlier.len() / count].0).collect();
            shown.dedup();
            for step in shown {
                if let Some(image) = image(step) {
                    write!(page, "<figure>{image}<figcaption>step {step}</figcaption></figure>").ok();
                }
            }
            *page += "</div>";
        }
        *page += "</section>\n";
    }

    fn curves(&self, page: &mut String) {
        *page += "<section><h2>Losses</h2><div class=\"charts\">";
        let psnr: Vec<(f64, f64)> =
            self.progress.sheets.iter().filter_map(|(step, psnr)| Some((*step as f64, (*psnr)?))).collect();
        if psnr.len() > 1 {
            chart(page, "PSNR of the sheets, dB", &psnr, false);
        }
        for (at, name) in self.names.iter().enumerate() {
            let points: Vec<(f64, f64)> =
                self.rows.iter().filter_map(|row| Some((row.step as f64, *row.losses.get(at)?))).collect();
            chart(page, name, &points, true);
        }
        *page += "</div></section>\n";
    }
}

/// One chart: the values as a faint line, and their running mean as a strong one.
fn chart(page: &mut String, name: &str, points: &[(f64, f64)], smooth: bool) {
    let points: Vec<(f64, f64)> = thinned(points).into_iter().filter(|point| point.1.is_finite()).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let means = if smooth { running_mean(&points) } else { points.clone() };
    // The first steps of a run are often far from all others: the scale follows nearly all values, not the extremes.
    let mut sorted: Vec<f64> = points.iter().map(|point| point.1).collect();
    sorted.sort_by(f64::total_cmp);
    let at_share = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    let (mut low, mut high) = if smooth { (at_share(0.01), at_share(0.99)) } else { (at_share(0.0), at_share(1.0)) };
    if high - low < 1e-9 * high.abs().max(1e-9) {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let x = |step: f64| MARGIN.0 + (step - first.0) / (last.0 - first.0).max(1.0) * PLOT.0;
    let y = |value: f64| 8.0 + PLOT.1 * (1.0 - ((value - low) / (high - low)).clamp(0.0, 1.0));
    let line = |points: &[(f64, f64)]| {
        points.iter().map(|(step, value)| format!("{:.1},{:.1}", x(*step), y(*value))).collect::<Vec<_>>().join(" ")
    };
    let (width, height) = (MARGIN.0 + PLOT.0 + 8.0, 8.0 + PLOT.1 + MARGIN.1);
    let now = means.last().map_or(last.1, |point| point.1);
    write!(
        page,
        "<figure class=\"chart\"><figcaption>{} <b>{}</b></figcaption><svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{} over steps\">",
        escaped(name),
        short(now),
        escaped(name)
    )
    .ok();
    for share in [0.0, 0.5, 1.0] {
        let value = low + (high - low) * share;
        let (right, at) = (MARGIN.0 + PLOT.0, y(value));
        write!(page, "<line class=\"grid\" x1=\"{}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>", MARGIN.0).ok();
        write!(page, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", MARGIN.0 - 6.0, at + 4.0, short(value)).ok();
    }
    let base = 8.0 + PLOT.1 + 16.0;
    write!(page, "<text x=\"{}\" y=\"{base}\">{}</text>", MARGIN.0, first.0).ok();
    write!(page, "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>", MARGIN.0 + PLOT.0, last.0).ok();
    if smooth {
        write!(page, "<polyline class=\"raw\" points=\"{}\"/>", line(&points)).ok();
    }
    write!(page, "<polyline class=\"mean\" points=\"{}\"/></svg></figure>", line(&means)).ok();
}

/// Means over equal runs of points, so that a curve has no more than can be seen.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let run = points.len().div_ceil(POINTS).max(1);
    let mean = |points: &[(f64, f64)]| {
        let sum = points.iter().map(|point| point.1).sum::<f64>();
        (points[points.len() - 1].0, sum / points.len() as f64)
    };
    points.chunks(run).map(mean).collect()
}

/// Each value with its neighbours on both sides, five in a hundred.
pub fn running_mean(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let reach = (points.len() / 40).max(1);
    let mean = |at: usize| {
        let near = &points[at.saturating_sub(reach)..(at + reach + 1).min(points.len())];
        near.iter().map(|point| point.1).sum::<f64>() / near.len() as f64
    };
    (0..points.len()).map(|at| (points[at].0, mean(at))).collect()
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        size if size >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0) as u64;
    if minutes >= 60 {
        format!("{} h {} min", minutes / 60, minutes % 60)
    } else {
        format!("{minutes} min {} s", seconds as u64 % 60)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| (word << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for letter in 0..4 {
            let index = (word >> (18 - 6 * letter)) as usize & 63;
            text.push(if letter <= chunk.len() { char::from(LETTERS[index]) } else { '=' });
        }
    }
    text
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f7f7f9;--card:#fff;--ink:#1b1c20;--soft:#6c6f7a;--line:#e2e3e8;--accent:#e8592a}\
@media(prefers-color-scheme:dark){:root{--ground:#17181b;--card:#202227;--ink:#ececf0;--soft:#9699a5;--line:#33363e;--accent:#ff7a45}}\
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}\
main{max-width:1080px;margin:0 auto;padding:40px 24px 80px}h1{margin:0 0 16px;font-size:30px;letter-spacing:-.02em}\
h2{font-size:17px;margin:40px 0 14px}.kind{margin:0;color:var(--accent);font-weight:600}\
.bar{height:6px;border-radius:3px;background:var(--line);overflow:hidden}.bar i{display:block;height:100%;background:var(--accent)}\
.facts{display:flex;flex-wrap:wrap;gap:10px 36px;margin:18px 0 0}.facts dt{color:var(--soft);font-size:13px}.facts dd{margin:0;font-weight:600}\
figure{margin:0}figcaption{color:var(--soft);font-size:13px}\
.large,.chart{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px}\
.large{display:inline-block;max-width:100%}.large img{display:block;max-width:100%;min-width:min(100%,520px);border-radius:4px;image-rendering:auto}\
.large figcaption{margin-top:8px}.captions{display:flex;color:var(--soft);font-size:13px;margin-bottom:6px}.captions span{flex:1;text-align:center}\
.strip{display:flex;gap:12px;overflow-x:auto;padding:14px 0}.strip img{height:190px;border-radius:6px;display:block}\
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:16px}\
.chart figcaption{display:flex;justify-content:space-between;margin-bottom:6px}.chart b{color:var(--ink)}\
svg{width:100%;display:block}svg text{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}\
polyline{fill:none;stroke-linejoin:round}.raw{stroke:var(--accent);opacity:.25}.mean{stroke:var(--accent);stroke-width:2}\
summary{cursor:pointer;font-weight:600}pre{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px;overflow-x:auto}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::InputKind;
    use crate::train::Method;

    #[test]
    fn base64_is_the_standards() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in cases {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_page_stands_alone_and_holds_curves_and_sheets() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(Method::Pix2pix);
        config.output.folder = folder.path().to_owned();
        config.output.title = "Cats & <dogs>".to_owned();
        std::fs::create_dir(folder.path().join("samples")).unwrap();
        image::RgbImage::new(4, 4).save(sheet_path(folder.path(), 20)).unwrap();
        let info = DataInfo {
            input: InputKind::Rgb,
            labels: Vec::new(),
            label_set: None,
            instances: false,
            width: 64,
            height: 32,
            count: 10,
            sketches: true,
        };
        let progress = Progress {
            step: 20,
            total: 40,
            seconds: 125.0,
            sheets: vec![(10, Some(15.0)), (20, Some(17.25))],
            captions: vec!["input".to_owned(), "output".to_owned()],
            ..Progress::default()
        };
        let rows: Vec<Row> =
            (1..=20).map(|step| Row { step, seconds: 0.0, rate: 1e-4, losses: vec![1.0 / step as f64, f64::NAN] }).collect();
        let names = ["l1".to_owned(), "gan".to_owned()];
        let path = Report { config: &config, info: &info, progress: &progress, names: &names, rows: &rows }.write().unwrap();
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page.contains("Cats &amp; &lt;dogs&gt;") && page.contains("20 of 40") && page.contains("2 min 5 s"), "{page}");
        assert!(page.contains("17.25 dB") && page.contains("data:image/png;base64,iVBOR"));
        // PSNR and l1; a loss that is no number has no curve. Each has one strong line.
        assert_eq!(page.matches("class=\"mean\"").count(), 2);
        assert!(!page.contains("http"), "nothing is fetched from elsewhere");
    }
}
