//! Colours and sizes, in one place.
//!
//! Greys are neutral, so that they do not tint how a picture's colours look beside them.

use egui::style::WidgetVisuals;
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Vec2, Visuals,
};

use crate::preferences::{Preferences, Theme};

/// Width of the tool bar in points.
pub const TOOLS_WIDTH: f32 = 44.0;
/// Width of the list of labels in points.
pub const SIDE_WIDTH: f32 = 184.0;
/// Width of the strip of icons at the right in points.
pub const STRIP_WIDTH: f32 = 40.0;
/// Width of the panels at the right in points.
pub const RIGHT_WIDTH: f32 = 250.0;
/// What the user may make of it.
pub const RIGHT_RANGE: std::ops::RangeInclusive<f32> = 200.0..=460.0;
/// Side of a colour swatch in points.
pub const SWATCH: f32 = 14.0;
/// Width of the bar between canvas and picture in points.
pub const SPLITTER: f32 = 6.0;
/// Corners of controls.
pub const ROUNDING: CornerRadius = CornerRadius::same(5);
/// Marks what is chosen, on dark and on pictures; as text on light ground use [`accent`].
pub const ACCENT: Color32 = Color32::from_rgb(255, 122, 69);

/// Marks what is chosen, with enough contrast on the theme's ground.
pub fn accent(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { ACCENT } else { Color32::from_rgb(196, 74, 22) }
}

/// Around canvas and picture: what the window is cleared with.
pub fn desk(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode { Color32::from_gray(20) } else { Color32::from_gray(206) }
}

/// Sets fonts and the look of both themes. Chinese needs glyphs that egui's own fonts lack.
pub fn apply(context: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let chinese = FontData::from_static(include_bytes!("../../../assets/fonts/NotoSansSC-subset.otf"));
    fonts.font_data.insert("chinese".into(), chinese.into());
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push("chinese".into());
    }
    context.set_fonts(fonts);
    // Ctrl with plus and minus belongs to us.
    context.options_mut(|options| options.zoom_with_keyboard = false);
    context.set_style_of(egui::Theme::Dark, style(&DARK));
    context.set_style_of(egui::Theme::Light, style(&LIGHT));
}

/// Follows the preferences; costs nothing while they stay.
pub fn follow(context: &egui::Context, preferences: &Preferences) {
    context.set_theme(match preferences.theme {
        Theme::Dark => egui::ThemePreference::Dark,
        Theme::Light => egui::ThemePreference::Light,
        Theme::System => egui::ThemePreference::System,
    });
    context.set_zoom_factor(preferences.ui_scale);
}

/// The frame of the panes: no margin, and no fill, because the window was cleared with [`desk`] already and a
/// software renderer pays for every pixel that is drawn twice.
pub fn pane_frame() -> egui::Frame {
    egui::Frame::NONE
}

/// The frame of a bar or panel.
pub fn bar_frame(visuals: &Visuals) -> egui::Frame {
    egui::Frame::NONE.fill(visuals.panel_fill).inner_margin(Margin::symmetric(8, 4))
}

/// The frame of a narrow column of icons.
pub fn strip_frame(visuals: &Visuals) -> egui::Frame {
    egui::Frame::NONE.fill(visuals.panel_fill).inner_margin(Margin::symmetric(4, 4))
}

/// The greys and the two marks of a theme.
struct Look {
    dark: bool,
    panel: u8,
    /// Dialogs and menus.
    window: u8,
    /// Fields to type in.
    field: u8,
    button: u8,
    hovered: u8,
    pressed: u8,
    line: u8,
    text: u8,
    weak: u8,
    strong: u8,
    chosen: Color32,
    on_chosen: Color32,
    error: Color32,
}

const DARK: Look = Look {
    dark: true,
    panel: 33,
    window: 40,
    field: 22,
    button: 54,
    hovered: 68,
    pressed: 78,
    line: 52,
    text: 208,
    weak: 148,
    strong: 245,
    chosen: Color32::from_rgb(128, 66, 42),
    on_chosen: Color32::from_rgb(255, 240, 232),
    error: Color32::from_rgb(255, 120, 112),
};

const LIGHT: Look = Look {
    dark: false,
    panel: 244,
    window: 252,
    field: 255,
    button: 228,
    hovered: 216,
    pressed: 204,
    line: 208,
    text: 48,
    weak: 104,
    strong: 12,
    chosen: Color32::from_rgb(255, 205, 180),
    on_chosen: Color32::from_rgb(96, 32, 6),
    error: Color32::from_rgb(186, 26, 26),
};

fn style(look: &Look) -> Style {
    let grey = Color32::from_gray;
    let mut style = Style { visuals: if look.dark { Visuals::dark() } else { Visuals::light() }, ..Style::default() };
    let visuals = &mut style.visuals;
    visuals.panel_fill = grey(look.panel);
    visuals.window_fill = grey(look.window);
    visuals.window_stroke = Stroke::new(1.0, grey(look.line));
    visuals.extreme_bg_color = grey(look.field);
    visuals.faint_bg_color = if look.dark { Color32::from_white_alpha(8) } else { Color32::from_black_alpha(10) };
    visuals.weak_text_color = Some(grey(look.weak));
    visuals.error_fg_color = look.error;
    visuals.warn_fg_color = accent(visuals);
    visuals.hyperlink_color = accent(visuals);
    visuals.selection.bg_fill = look.chosen;
    visuals.selection.stroke = Stroke::new(1.0, look.on_chosen);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = egui::style::HandleShape::Circle;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    let shadow =
        Shadow { offset: [0, 6], blur: 18, spread: 0, color: Color32::from_black_alpha(if look.dark { 120 } else { 50 }) };
    (visuals.window_shadow, visuals.popup_shadow) = (shadow, shadow);
    let widget = |ground: u8, text: u8, outline: Stroke| WidgetVisuals {
        bg_fill: grey(ground),
        weak_bg_fill: grey(ground),
        bg_stroke: outline,
        corner_radius: ROUNDING,
        fg_stroke: Stroke::new(1.2, grey(text)),
        expansion: 0.0,
    };
    let ring = Stroke::new(1.0, accent(visuals));
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = widget(look.panel, look.text, Stroke::new(1.0, grey(look.line)));
    widgets.inactive = widget(look.button, look.text, Stroke::NONE);
    widgets.hovered = widget(look.hovered, look.strong, Stroke::NONE);
    // Pressed, and where the keyboard is.
    widgets.active = widget(look.pressed, look.strong, ring);
    widgets.open = widget(look.hovered, look.strong, Stroke::NONE);
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(11.0)),
        (TextStyle::Body, FontId::proportional(13.0)),
        (TextStyle::Button, FontId::proportional(13.0)),
        (TextStyle::Heading, FontId::proportional(17.0)),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(6.0, 5.0);
    spacing.button_padding = Vec2::new(8.0, 4.0);
    spacing.interact_size = Vec2::new(32.0, 22.0);
    spacing.window_margin = Margin::same(14);
    spacing.menu_margin = Margin::same(6);
    spacing.slider_width = 96.0;
    spacing.tooltip_width = 320.0;
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours after WCAG 2.1.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let linear = egui::Rgba::from(colour);
            0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b() + 0.05
        };
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_on_its_ground_in_both_themes() {
        for look in [&DARK, &LIGHT] {
            let visuals = style(look).visuals;
            let grey = Color32::from_gray;
            let pairs = [
                ("text on a panel", grey(look.text), visuals.panel_fill),
                ("text on a button", grey(look.text), grey(look.button)),
                ("text on a hovered button", grey(look.strong), grey(look.hovered)),
                ("weak text on a panel", grey(look.weak), visuals.panel_fill),
                ("weak text in a dialog", grey(look.weak), visuals.window_fill),
                ("text on what is chosen", look.on_chosen, look.chosen),
                ("an error", look.error, visuals.window_fill),
                ("the accent as text", accent(&visuals), visuals.window_fill),
            ];
            for (what, text, ground) in pairs {
                assert!(contrast(text, ground) >= 4.5, "{what}: {:.2} (dark: {})", contrast(text, ground), look.dark);
            }
        }
    }
}
