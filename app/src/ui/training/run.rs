//! How far a run is: progress, curves, the newest samples, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use daub_models::card::Task;
use daub_models::train::sheet::Sheet;
use egui::{Button, Color32, ColorImage, ProgressBar, RichText, Role, TextureHandle, TextureOptions, Ui, WidgetInfo};
use egui_plot::{Legend, Line, Plot, PlotPoints};

use super::super::theme;
use crate::action::{Action, Finished, Training};
use crate::state::training::{Run, Status};
use crate::text::{Language, Text, text};
use crate::training::spoken;

const READING: Text = text("Looking at the pictures", "正在读取图片");
const STARTING: Text = text("Building the networks", "正在建立网络");
const STEP: Text = text("step", "步");
const SPEED: Text = text("pictures/s", "张/秒");
const LEFT: Text = text("left", "剩余");
const STOPPING: Text = text("Stopping after this step; everything is being saved", "此步后停止；正在保存");
const LOSSES: Text = text("Losses", "损失曲线");
const SAMPLES: Text = text("Samples", "样张");
const MEMORY: Text = text("about", "约");
const STOP: Text = text("Stop and save", "停止并保存");
const BACKGROUND: Text = text("Go on in the background", "在后台继续");
const DONE: Text = text("Done. The model is in the list.", "完成。模型已在列表中。");
const STOPPED: Text = text("Stopped; everything is saved and can go on.", "已停止；全部已保存，可以继续。");
const NOTHING_YET: Text = text("Stopped before the first step.", "在第一步之前停止。");
const PAINT: Text = text("Paint with", "使用");
const RESUME: Text = text("Go on", "继续训练");
const AGAIN: Text = text("Back", "返回");
const REPORT: Text = text("Report", "报告");
const FAILED: Text = text("Training could not go on.", "训练无法进行。");
const GENERATE: Text = text("It paints from a number", "它凭数字绘画");

/// Height of the curves in points.
const CURVES: f32 = 160.0;
/// Height of the window without its samples in points.
const REST: f32 = 430.0;
/// Least and largest height of the samples in points.
const SAMPLES_HEIGHT: std::ops::RangeInclusive<f32> = 120.0..=320.0;
/// Most warnings that are shown.
const WARNINGS: usize = 3;

/// The run that is under way or over.
pub(super) fn run_ui(ui: &mut Ui, run: &Run, language: Language, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.strong(&run.name);
        let memory = run.memory.map(|bytes| format!("{} {} MiB", MEMORY.of(language), bytes >> 20));
        let facts = [Some(run.device.clone()).filter(|device| !device.is_empty()), memory];
        ui.weak(facts.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    });
    status_ui(ui, run, language);
    if !run.losses.is_empty() {
        curves_ui(ui, run, language);
    }
    if let Some((step, sheet, psnr)) = &run.sheet {
        samples_ui(ui, *step, sheet, *psnr, language);
    }
    for warning in run.warnings.iter().rev().take(WARNINGS) {
        ui.label(RichText::new(warning).small().color(ui.visuals().warn_fg_color));
    }
    ui.add_space(6.0);
    ui.horizontal(|ui| match &run.status {
        Status::Reading(..) | Status::Learning | Status::Stopping => {
            if ui.add_enabled(run.status != Status::Stopping, Button::new(STOP.of(language))).clicked() {
                actions.push(Training::Stop.into());
            }
            if ui.button(BACKGROUND.of(language)).clicked() {
                actions.push(Training::Close.into());
            }
        }
        Status::Ended(finished) => ended_ui(ui, finished, language, actions),
        Status::Failed(_) => again_ui(ui, language, actions),
    });
}

fn status_ui(ui: &mut Ui, run: &Run, language: Language) {
    let share = |done: u64, of: u64| done as f32 / of.max(1) as f32;
    match &run.status {
        Status::Reading(done, total) => {
            let text = if *total > 0 && done == total { STARTING } else { READING };
            let text = format!("{} {done}/{total}", text.of(language));
            ui.add(ProgressBar::new(share(*done as u64, *total as u64)).text(text).animate(true));
        }
        Status::Learning | Status::Stopping => {
            let text = format!(
                "{} {}/{}   {:.1} {}   {} {}",
                STEP.of(language),
                run.step,
                run.end,
                run.speed,
                SPEED.of(language),
                spoken(Duration::from_secs(run.left_s)),
                LEFT.of(language)
            );
            ui.add(ProgressBar::new(share(run.step, run.end)).text(text));
            if run.status == Status::Stopping {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(STOPPING.of(language));
                });
            }
        }
        Status::Ended(finished) => {
            let text = match (finished.stopped, finished.models.is_empty()) {
                (_, true) => NOTHING_YET,
                (true, false) => STOPPED,
                (false, false) => DONE,
            };
            ui.label(text.of(language));
            ui.weak(format!("{} {}/{}", STEP.of(language), run.step, run.end));
            for model in finished.models.iter().filter(|model| model.card.task == Task::CodeToPhoto) {
                ui.label(GENERATE.of(language));
                ui.monospace(format!("daub generate --model {} --seed 1 --output picture.png", model.card.name));
            }
        }
        Status::Failed(message) => {
            ui.strong(FAILED.of(language));
            egui::ScrollArea::vertical().id_salt("failed").max_height(90.0).show(ui, |ui| ui.label(message));
        }
    }
}

fn curves_ui(ui: &mut Ui, run: &Run, language: Language) {
    ui.add_space(4.0);
    let plot = Plot::new("losses").height(CURVES).include_y(0.0).legend(Legend::default());
    let plot = plot.allow_scroll(false).allow_zoom(false).allow_drag(false).allow_boxed_zoom(false);
    let shown = plot.show(ui, |plot| {
        for (name, points) in &run.losses {
            plot.line(Line::new(*name, PlotPoints::from(points.clone())));
        }
    });
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, LOSSES.of(language)));
}

fn samples_ui(ui: &mut Ui, step: u64, sheet: &Arc<Sheet>, psnr: Option<f64>, language: Language) {
    ui.add_space(4.0);
    let psnr = psnr.map(|psnr| format!("   {psnr:.2} dB")).unwrap_or_default();
    ui.weak(format!("{}   {} {step}{psnr}", sheet.captions.join(" · "), STEP.of(language)));
    let texture = texture(ui, sheet);
    let size = texture.size_vec2();
    let room = (ui.ctx().content_rect().height() - REST).clamp(*SAMPLES_HEIGHT.start(), *SAMPLES_HEIGHT.end());
    let scale = (ui.available_width() / size.x).min(room / size.y);
    let (rect, response) = ui.allocate_exact_size(size * scale, egui::Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, SAMPLES.of(language)));
    ui.painter().rect_filled(rect, 4.0, theme::desk(ui.visuals()));
    let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
}

/// The texture of the newest sheet; made anew only when there is another.
fn texture(ui: &Ui, sheet: &Arc<Sheet>) -> TextureHandle {
    type Kept = (Arc<Sheet>, TextureHandle);
    let place = egui::Id::unique("training samples");
    if let Some((_, texture)) = ui.data(|data| data.get_temp::<Kept>(place)).filter(|(of, _)| Arc::ptr_eq(of, sheet)) {
        return texture;
    }
    let picture = &sheet.picture;
    let image = ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw());
    let texture = ui.ctx().load_texture("training samples", image, TextureOptions::NEAREST);
    ui.data_mut(|data| data.insert_temp(place, (Arc::clone(sheet), texture.clone())));
    texture
}

fn ended_ui(ui: &mut Ui, finished: &Finished, language: Language, actions: &mut Vec<Action>) {
    for model in finished.models.iter().filter(|model| model.card.task != Task::CodeToPhoto) {
        let paint = Button::new(format!("{} {}", PAINT.of(language), model.card.title)).fill(ui.visuals().selection.bg_fill);
        if ui.add(paint).clicked() {
            actions.push(Training::Paint(Arc::clone(model)).into());
        }
    }
    if finished.stopped && ui.button(RESUME.of(language)).clicked() {
        actions.push(Training::Resume.into());
    }
    let report = format!("file://{}", finished.report.display());
    ui.hyperlink_to(REPORT.of(language), report).on_hover_text(finished.report.display().to_string());
    again_ui(ui, language, actions);
}

fn again_ui(ui: &mut Ui, language: Language, actions: &mut Vec<Action>) {
    if ui.button(AGAIN.of(language)).clicked() {
        actions.push(Training::Again.into());
    }
}
