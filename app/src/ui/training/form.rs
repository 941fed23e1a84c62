//! What is to be trained.

use std::path::PathBuf;

use daub_models::train::{Config, DeviceChoice, Method, Source};
use egui::{Button, ComboBox, DragValue, Grid, Role, TextEdit, Ui, WidgetInfo};

use crate::action::{Action, Training};
use crate::state::State;
use crate::state::training::{Form, SIDES};
use crate::text::{Language, Text, text};

const METHOD: Text = text("Method", "方法");
const METHODS: [(Method, &str, Text, Text); 5] = [
    (
        Method::Pix2pix,
        "pix2pix",
        text("Pairs: labels, sketches or photographs into photographs", "成对：标签、草图或照片变成照片"),
        text(
            "A folder with labels + images, A + B, or files that hold both side by side",
            "文件夹含 labels + images、A + B，或左右并排的文件",
        ),
    ),
    (
        Method::Cyclegan,
        "CycleGAN",
        text("Two collections into each other, without pairs", "两组图片互相转换，无需成对"),
        text("A folder with trainA + trainB", "文件夹含 trainA + trainB"),
    ),
    (
        Method::Pix2pixhd,
        "pix2pixHD",
        text("Pairs in high resolution, with object edges", "高分辨率成对图片，带物体边缘"),
        text("A folder with labels + images (+ instances), or A + B", "文件夹含 labels + images（+ instances），或 A + B"),
    ),
    (
        Method::Gan,
        "GAN",
        text("Pictures out of nothing but a number", "仅凭一个数字生成图片"),
        text("A folder of photographs", "照片文件夹"),
    ),
    (
        Method::Colorize,
        "Colours",
        text("Colours for gray photographs, with hints", "为灰度照片上色，可加提示"),
        text("A folder of photographs", "照片文件夹"),
    ),
];
const PICTURES: Text = text("Pictures", "图片");
const FROM_PHOTOS: Text = text("A folder of photographs; the inputs are made from them", "照片文件夹；输入由照片生成");
const CHOOSE: Text = text("Choose…", "选择…");
const INPUT: Text = text("Input", "输入");
const INPUTS: [(Source, Text); 3] = [
    (Source::Files, text("Files of its own", "各自的文件")),
    (Source::Sketch, text("Lines traced from the photographs", "由照片描出的线条")),
    (Source::Degraded, text("The photographs made worse: noise, blur, fog", "变差的照片：噪点、模糊、雾")),
];
const NAME: Text = text("Name", "名称");
const SIZE: Text = text("Size", "尺寸");
const WIDTH: Text = text("Network width", "网络宽度");
const WIDTH_TIP: Text = text(
    "Planes after the first layer; twice as many learn more and take up to four times as long",
    "首层特征数；加倍可学得更多，耗时最多四倍",
);
const STEPS: Text = text("Steps", "步数");
const EPOCHS: Text = text("Passes over the pictures", "图片遍数");
const BATCH: Text = text("Pictures a step", "每步图片数");
const DEVICE: Text = text("Trained on", "训练于");
const DEVICES: [(DeviceChoice, Text); 3] = [
    (DeviceChoice::Auto, text("The best device", "最佳设备")),
    (DeviceChoice::Cpu, text("The processor", "处理器")),
    (DeviceChoice::Gpu, text("The graphics card", "显卡")),
];
const RESUME: Text = text("Go on with the stopped run of this name", "继续此名称下已停止的训练");
const FROM_FILE: Text = text("Every other option is from", "其余选项来自");
const START: Text = text("Start training", "开始训练");
const OPEN_FILE: Text = text("Open a training file…", "打开训练文件…");
const WRITE_FILE: Text = text("Write every option to a file…", "将全部选项写入文件…");
const FILE_TIP: Text = text(
    "A text file with every option and what it does, for this window and for daub train",
    "包含全部选项及说明的文本文件，供此窗口和 daub train 使用",
);

/// The form; whatever is changed goes out as a whole.
pub(super) fn form_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let (language, form) = (state.language, &state.training.form);
    let mut edited = form.clone();
    Grid::new("training form").num_columns(2).spacing([16.0, 8.0]).show(ui, |ui| {
        method_ui(ui, &mut edited, language);
        pictures_ui(ui, &mut edited, language, actions);
        let name = ui.label(NAME.of(language));
        ui.add(TextEdit::singleline(&mut edited.config.name).desired_width(200.0)).labelled_by(name.id);
        ui.end_row();
        size_ui(ui, &mut edited, language);
        length_ui(ui, &mut edited.config, form.steps().is_some(), language);
        ui.label(DEVICE.of(language));
        ui.horizontal(|ui| {
            for (choice, name) in DEVICES {
                ui.radio_value(&mut edited.config.device, choice, name.of(language));
            }
        });
        ui.end_row();
    });
    ui.checkbox(&mut edited.resume, RESUME.of(language));
    if let Some(file) = &edited.file {
        ui.weak(format!("{} {}", FROM_FILE.of(language), file.display()));
    }
    if edited != *form {
        actions.push(Training::Edit(Box::new(edited)).into());
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let start = Button::new(START.of(language)).fill(ui.visuals().selection.bg_fill);
        if ui.add_enabled(form.is_complete(), start).clicked() {
            actions.push(Training::Start.into());
        }
        for (name, wish) in [(OPEN_FILE, Training::AskForFile), (WRITE_FILE, Training::AskToWrite)] {
            if ui.button(name.of(language)).on_hover_text(FILE_TIP.of(language)).clicked() {
                actions.push(wish.into());
            }
        }
    });
}

fn method_ui(ui: &mut Ui, form: &mut Form, language: Language) {
    ui.label(METHOD.of(language));
    let chosen = form.config.method;
    let of = |method: Method| METHODS.iter().find(|(known, ..)| *known == method).unwrap_or(&METHODS[0]);
    ui.horizontal(|ui| {
        let list = ComboBox::from_id_salt("method").selected_text(of(chosen).1).width(110.0);
        let list = list.show_ui(ui, |ui| {
            for (method, name, what, _) in METHODS {
                if ui.selectable_label(method == chosen, name).on_hover_text(what.of(language)).clicked() && method != chosen {
                    *form = form.with_method(method);
                }
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, METHOD.of(language)));
        ui.weak(of(chosen).2.of(language));
    });
    ui.end_row();
}

fn pictures_ui(ui: &mut Ui, form: &mut Form, language: Language, actions: &mut Vec<Action>) {
    let method = form.config.method;
    let data = &mut form.config.data;
    let name = ui.label(PICTURES.of(language));
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            let mut folder = data.folder.display().to_string();
            if ui.add(TextEdit::singleline(&mut folder).desired_width(290.0)).labelled_by(name.id).changed() {
                data.folder = PathBuf::from(folder);
            }
            if ui.button(CHOOSE.of(language)).clicked() {
                actions.push(Training::AskForFolder.into());
            }
        });
        let made = matches!(data.input, Source::Sketch | Source::Degraded);
        let layout = METHODS.iter().find(|(known, ..)| *known == method).map_or(FROM_PHOTOS, |(.., layout)| *layout);
        ui.weak(if made { FROM_PHOTOS } else { layout }.of(language));
    });
    ui.end_row();
    if matches!(method, Method::Pix2pix | Method::Pix2pixhd) {
        ui.label(INPUT.of(language));
        let chosen = INPUTS.iter().find(|(source, _)| *source == data.input).map_or("", |(_, name)| name.of(language));
        let list = ComboBox::from_id_salt("input").selected_text(chosen).width(290.0).show_ui(ui, |ui| {
            for (source, name) in INPUTS {
                ui.selectable_value(&mut data.input, source, name.of(language));
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, INPUT.of(language)));
        ui.end_row();
    }
}

fn size_ui(ui: &mut Ui, form: &mut Form, language: Language) {
    ui.label(SIZE.of(language));
    ui.horizontal(|ui| {
        let [width, height] = form.config.data.size;
        let list = ComboBox::from_id_salt("size").selected_text(format!("{width}x{height}")).width(90.0);
        let list = list.show_ui(ui, |ui| {
            for side in SIDES {
                if ui.selectable_label([width, height] == [side; 2], format!("{side}x{side}")).clicked() {
                    form.set_side(side);
                }
            }
        });
        list.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, SIZE.of(language)));
        ui.add_space(16.0);
        let label = ui.label(WIDTH.of(language)).on_hover_text(WIDTH_TIP.of(language));
        let network = &mut form.config.network;
        let before = network.width;
        ui.add(DragValue::new(&mut network.width).range(4..=128)).labelled_by(label.id);
        if network.width != before && network.discriminator_width == before {
            network.discriminator_width = network.width;
        }
    });
    ui.end_row();
}

fn length_ui(ui: &mut Ui, config: &mut Config, counts_steps: bool, language: Language) {
    let schedule = &mut config.schedule;
    let name = if counts_steps { STEPS } else { EPOCHS };
    let label = ui.label(name.of(language));
    ui.horizontal(|ui| {
        let (full, decay) = if counts_steps {
            (&mut schedule.steps, &mut schedule.decay_steps)
        } else {
            (&mut schedule.epochs, &mut schedule.decay_epochs)
        };
        let mut total = *full + *decay;
        // A drag takes whole strides; any number can be typed.
        let value = DragValue::new(&mut total).range(1..=10_000_000).speed(if counts_steps { 100.0 } else { 1.0 });
        if ui.add(value).labelled_by(label.id).changed() {
            (*full, *decay) = (total.div_ceil(2), total / 2);
        }
        ui.add_space(16.0);
        let label = ui.label(BATCH.of(language));
        ui.add(DragValue::new(&mut schedule.batch).range(1..=256)).labelled_by(label.id);
    });
    ui.end_row();
}
