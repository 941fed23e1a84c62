//! Colours and sizes, in one place.

use egui::{Color32, FontData, FontDefinitions, FontFamily, Stroke};

/// Width of the side panel in points.
pub const SIDE_WIDTH: f32 = 188.0;
/// Width of the panel of styles in points.
pub const STYLES_WIDTH: f32 = 270.0;
/// Side of a colour swatch in points.
pub const SWATCH: f32 = 14.0;
/// Width of the bar between canvas and picture in points.
pub const SPLITTER: f32 = 6.0;
/// Marks what is chosen.
pub const ACCENT: Color32 = Color32::from_rgb(255, 122, 69);
/// Marks an error.
pub const ERROR: Color32 = Color32::from_rgb(255, 110, 110);
/// Around canvas and picture: what the window is cleared with.
pub const DESK: Color32 = Color32::from_gray(24);

/// Sets colours and fonts. Chinese needs glyphs that egui's own fonts lack.
pub fn apply(context: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let chinese = FontData::from_static(include_bytes!("../../../assets/fonts/NotoSansSC-subset.otf"));
    fonts.font_data.insert("chinese".into(), chinese.into());
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push("chinese".into());
    }
    context.set_fonts(fonts);
    context.set_theme(egui::Theme::Dark);
    context.all_styles_mut(|style| {
        style.visuals.selection.bg_fill = ACCENT.gamma_multiply(0.55);
        style.visuals.selection.stroke = Stroke::new(1.0, Color32::WHITE);
    });
}

/// The frame of the panes: no margin, and no fill, because the window was cleared with [`DESK`] already and a
/// software renderer pays for every pixel that is drawn twice.
pub fn pane_frame() -> egui::Frame {
    egui::Frame::NONE
}
