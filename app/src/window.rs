//! Opening the window, and measuring it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};

use crate::action::Action;
use crate::app::{App, Setup};
use crate::paint::Point;
use crate::state::PenEvent;

/// Whether there is a display to open a window on.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET")
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When there is no display after all, or no way to draw on it.
pub fn open(files: Vec<PathBuf>) -> Result<(), NoWindow> {
    let create: eframe::AppCreator<'_> = Box::new(|cc| {
        let setup = Setup::from_system(cc, files);
        Ok(Box::new(App::new(&cc.egui_ctx, setup)?))
    });
    run(create)
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum NoWindow {
    /// Nothing to open it on.
    #[error("there is no display to open a window on")]
    NoDisplay,
    /// The display is there but nothing can draw on it.
    #[error("no graphics driver can draw on this display; on Debian: apt-get install mesa-vulkan-drivers libegl1 ({0})")]
    NoDriver(String),
    /// The program itself could not start.
    #[error("the window cannot be opened: {0}")]
    Failed(String),
}

fn run(create: eframe::AppCreator<'_>) -> Result<(), NoWindow> {
    if !has_display() {
        return Err(NoWindow::NoDisplay);
    }
    eframe::run_native("Daub", options(), create).map_err(|error| match error {
        eframe::Error::WinitEventLoop(_) => NoWindow::NoDisplay,
        eframe::Error::Wgpu(error) => NoWindow::NoDriver(error.to_string()),
        other => NoWindow::Failed(other.to_string()),
    })
}

fn options() -> eframe::NativeOptions {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    // egui's own limits are too small for the buffers of large networks: ask for all that the adapter has.
    setup.device_descriptor = Arc::new(daub_shaders::adapter::device_descriptor);
    eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_title("Daub").with_app_id("daub").with_inner_size([1280.0, 760.0]),
        wgpu_options: WgpuConfiguration { wgpu_setup: WgpuSetup::CreateNew(setup), ..WgpuConfiguration::default() },
        ..eframe::NativeOptions::default()
    }
}

/// Frame times of a window under a scripted pointer.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct WindowReport {
    /// Frames drawn while the generator was busy.
    pub busy_frames: usize,
    /// Mean frames a second while the generator was busy.
    pub busy_frames_per_second: f64,
    /// Median time between such frames.
    pub median_ms: f64,
    /// 99th percentile of that time.
    pub p99_ms: f64,
    /// Longest such time.
    pub max_ms: f64,
    /// Pictures that arrived.
    pub pictures: usize,
}

/// Opens the window, draws circles on the street scene for some seconds, and reports the frame times.
///
/// # Errors
/// As [`open`].
pub fn bench(seconds: u32) -> anyhow::Result<WindowReport> {
    let report = Arc::new(Mutex::new(WindowReport::default()));
    let theirs = report.clone();
    let create: eframe::AppCreator<'_> = Box::new(move |cc| {
        let setup = Setup { recovery_folder: None, ..Setup::from_system(cc, Vec::new()) };
        let app = App::new(&cc.egui_ctx, setup)?;
        let length = Duration::from_secs(u64::from(seconds));
        Ok(Box::new(Scripted {
            app,
            started: None,
            length,
            last: Instant::now(),
            gaps_ms: Vec::new(),
            pictures: 0,
            report: theirs,
        }))
    });
    run(create)?;
    Ok(report.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// The program with a pointer that moves by itself.
struct Scripted {
    app: App,
    started: Option<Instant>,
    length: Duration,
    last: Instant,
    gaps_ms: Vec<f64>,
    pictures: usize,
    report: Arc<Mutex<WindowReport>>,
}

impl Scripted {
    fn finish(&mut self, context: &egui::Context) {
        self.gaps_ms.sort_by(f64::total_cmp);
        let at = |share: f64| self.gaps_ms.get((self.gaps_ms.len() as f64 * share) as usize).copied().unwrap_or(0.0);
        let total: f64 = self.gaps_ms.iter().sum();
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = WindowReport {
            busy_frames: self.gaps_ms.len(),
            busy_frames_per_second: self.gaps_ms.len() as f64 / (total / 1e3).max(1e-9),
            median_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: self.gaps_ms.last().copied().unwrap_or(0.0),
            pictures: self.pictures,
        };
        context.send_viewport_cmd(egui::ViewportCommand::Close);
    }
}

impl eframe::App for Scripted {
    fn logic(&mut self, context: &egui::Context, frame: &mut eframe::Frame) {
        let now = Instant::now();
        let gap_ms = (now - self.last).as_secs_f64() * 1e3;
        self.last = now;
        // The first picture tells that everything is warm.
        if self.app.shown().is_some() {
            let started = *self.started.get_or_insert(now);
            let elapsed = now - started;
            if self.app.is_behind() && now != started {
                self.gaps_ms.push(gap_ms);
            }
            let angle = elapsed.as_secs_f32() * 3.0;
            let place = Point { x: 256.0 + 150.0 * angle.cos(), y: 128.0 + 70.0 * (angle * 1.7).sin() };
            let event = if now == started { PenEvent::Down(place) } else { PenEvent::Drag(vec![place]) };
            self.app.act(Action::Pen(event));
            if elapsed >= self.length {
                self.finish(context);
            }
        }
        let before = self.app.shown().map(|shown| shown.stamp);
        self.app.logic(context, frame);
        self.pictures += usize::from(self.app.shown().map(|shown| shown.stamp) != before);
        context.request_repaint();
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
    }
}
