//! Every control has a name for who cannot see it, the keyboard reaches commands, and hints come once.

use daub::action::{Action, Dialog, Interface, Selection};
use daub::app::{App, Setup};
use daub::text::Language;
use daub::tool::Tool;
use egui::{Key, Modifiers, Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{Queryable as _, by};
use tempfile::TempDir;

use crate::support::bundled_models;
use crate::user_interface::{Prepared, open};

/// Roles that somebody can act on.
const INTERACTIVE: [Role; 11] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::ComboBox,
    Role::Slider,
    Role::TextInput,
    Role::SearchInput,
    Role::ColorWell,
    Role::Link,
    Role::ListItem,
    Role::Splitter,
];

fn unlabelled(harness: &Harness<'_, App>) -> Vec<String> {
    let nameless =
        by().predicate(|node| INTERACTIVE.contains(&node.role()) && node.label().is_none_or(|label| label.trim().is_empty()));
    harness.query_all(nameless).map(|node| format!("{node:?}")).collect()
}

#[test]
fn no_control_is_without_a_name() {
    for language in [Language::English, Language::Chinese] {
        let mut harness = open(language, Vec::new(), Vec::new());
        let wishes: [Action; 9] = [
            Action::SelectTool(Tool::Wand),
            Action::ToggleOverlay,
            Interface::ToggleSidePanel("pen").into(),
            Interface::Open(Dialog::Preferences).into(),
            Interface::Open(Dialog::Shortcuts).into(),
            Interface::Open(Dialog::Commands(String::new())).into(),
            Interface::Open(Dialog::About).into(),
            Interface::Close.into(),
            Interface::StartTour.into(),
        ];
        assert_eq!(unlabelled(&harness), [""; 0]);
        for wish in wishes {
            harness.state_mut().act(wish.clone());
            harness.run_steps(3);
            assert_eq!(unlabelled(&harness), [""; 0], "after {wish:?}");
        }
    }
}

#[test]
fn the_command_palette_finds_and_carries_out() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    harness.run_steps(3);
    assert_eq!(harness.state().state.dialog, Some(Dialog::Commands(String::new())));
    harness.event(egui::Event::Text("selall".to_owned()));
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let state = &harness.state().state;
    assert_eq!(state.dialog, None);
    assert!(state.drawing().selection.is_some(), "Select all was meant");
    harness.state_mut().act(Selection::None.into());
    harness.key_press(Key::F1);
    harness.run_steps(3);
    assert!(harness.query_all_by_label("Keyboard shortcuts").next().is_some());
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(harness.state().state.dialog, None, "Escape closes dialogs");
}

#[test]
fn hints_come_at_the_first_start_only_and_preferences_last() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("config/preferences.toml");
    let start = || {
        let preferences_file = Some(file.clone());
        let mut harness = Harness::builder().with_size(Vec2::new(1100.0, 640.0)).with_max_steps(40).build_eframe(move |cc| {
            let dialogs = Box::new(Prepared::default());
            let setup = Setup { model_folders: vec![bundled_models()], preferences_file, ..Setup::bare(dialogs) };
            App::new(&cc.egui_ctx, setup).unwrap()
        });
        harness.run_steps(3);
        harness
    };
    let mut harness = start();
    for next in ["Next", "Next", "Start painting"] {
        harness.get_by_label(next).click();
        harness.run_steps(3);
    }
    assert_eq!(harness.state().state.hint, None);
    harness.state_mut().act(Action::SetLanguage(Language::Chinese));
    harness.run_steps(2);
    drop(harness);
    let harness = start();
    assert_eq!(harness.state().state.hint, None);
    assert_eq!(harness.state().state.language, Language::Chinese);
}
