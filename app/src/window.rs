//! Opening the window, and measuring it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu;

use crate::action::Action;
use crate::app::{App, Handover, Setup};
use crate::generate::Device;
use crate::paint::Point;
use crate::state::PenEvent;

/// Whether there is a display to open a window on.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET")
}

/// Opens the window and returns when it is closed.
///
/// A graphics device can be lost (a driver that restarts, a laptop that sleeps). Then the window is opened once more
/// with a new device and the same drawings; after a second loss models run on the processor.
///
/// # Errors
/// When there is no display after all, or no way to draw on it, or the device is lost again and again.
pub fn open(mut files: Vec<PathBuf>) -> Result<(), NoWindow> {
    let handover = Handover::default();
    for losses in 0..=MOST_LOSSES {
        let (files, handover_here) = (std::mem::take(&mut files), handover.clone());
        run(
            &handover,
            Box::new(move |cc| {
                let setup = Setup { handover: handover_here, ..Setup::from_system(cc, files) };
                Ok(Box::new(App::new(&cc.egui_ctx, setup)?))
            }),
        )?;
        if !resumes(&handover, losses) {
            return Ok(());
        }
    }
    Err(NoWindow::Failed(
        "the graphics device was lost again and again; unsaved drawings are offered at the next start".to_owned(),
    ))
}

/// A device that is lost more often will not do.
const MOST_LOSSES: usize = 3;

/// Whether a window left its state to go on from; the second time models leave the graphics card.
fn resumes(handover: &Handover, losses_before: usize) -> bool {
    let mut left = handover.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(state) = left.as_mut()
        && losses_before >= 1
    {
        state.options.device = Device::Cpu;
    }
    left.is_some()
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

fn run(handover: &Handover, create: eframe::AppCreator<'_>) -> Result<(), NoWindow> {
    if !has_display() {
        return Err(NoWindow::NoDisplay);
    }
    // egui's renderer panics when the device is lost while it draws; the state survives that in the handover.
    let ended = catch_unwind(AssertUnwindSafe(|| eframe::run_native("Daub", options(), create)));
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(eframe::Error::WinitEventLoop(_))) => Err(NoWindow::NoDisplay),
        Ok(Err(eframe::Error::Wgpu(error))) => Err(NoWindow::NoDriver(error.to_string())),
        Ok(Err(other)) => Err(NoWindow::Failed(other.to_string())),
        Err(_) if handover.lock().unwrap_or_else(PoisonError::into_inner).is_some() => Ok(()),
        Err(panic) => resume_unwind(panic),
    }
}

fn options() -> eframe::NativeOptions {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    // egui's own limits are too small for the buffers of large networks: ask for all that the adapter has.
    setup.device_descriptor = Arc::new(daub_shaders::adapter::device_descriptor);
    eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Daub")
            .with_app_id("daub")
            .with_inner_size([1280.0, 760.0])
            .with_min_inner_size([900.0, 560.0]),
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
    /// Median time from the pointer to the photograph on screen, of the last hundred.
    pub latency_median_ms: f64,
    /// The longest such time.
    pub latency_max_ms: f64,
    /// Windows that were opened after their device was lost.
    pub windows_after_loss: usize,
    /// Whether the drawing of the first window was there in the last.
    pub drawing_survived: bool,
}

/// Opens the window, draws circles on the street scene for some seconds, and reports the frame times.
///
/// The device is destroyed `losses` times, each time in the middle, and the window opened again.
///
/// # Errors
/// As [`open`].
pub fn bench(seconds: u32, losses: usize) -> anyhow::Result<WindowReport> {
    let report = Arc::new(Mutex::new(WindowReport::default()));
    let handover = Handover::default();
    let length = Duration::from_secs(u64::from(seconds));
    for window in 0..=losses {
        let (theirs, handover_here) = (report.clone(), handover.clone());
        run(
            &handover,
            Box::new(move |cc| {
                let (recovery_folder, preferences_file) = (None, None);
                let system = Setup::from_system(cc, Vec::new());
                let setup = Setup { recovery_folder, preferences_file, handover: handover_here, ..system };
                let shared = setup.shared.as_ref().filter(|_| window < losses);
                let destroy = shared.map(|shared| shared.context.device.clone());
                let app = App::new(&cc.egui_ctx, setup)?;
                let survived = app.state.drawing().document.can_undo();
                theirs.lock().unwrap_or_else(PoisonError::into_inner).drawing_survived = survived;
                let (last, gaps_ms) = (Instant::now(), Vec::new());
                Ok(Box::new(Scripted { app, started: None, length, last, gaps_ms, pictures: 0, destroy, report: theirs }))
            }),
        )?;
        if resumes(&handover, window) {
            report.lock().unwrap_or_else(PoisonError::into_inner).windows_after_loss += 1;
        }
    }
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
    /// The device that is destroyed in the middle.
    destroy: Option<wgpu::Device>,
    report: Arc<Mutex<WindowReport>>,
}

impl Scripted {
    fn finish(&mut self, context: &egui::Context) {
        self.gaps_ms.sort_by(f64::total_cmp);
        let at = |share: f64| self.gaps_ms.get((self.gaps_ms.len() as f64 * share) as usize).copied().unwrap_or(0.0);
        let total: f64 = self.gaps_ms.iter().sum();
        let latency =
            self.app.latency().map_or([0.0; 2], |[_, median, slowest]| [median, slowest].map(|time| time.as_secs_f64() * 1e3));
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        *report = WindowReport {
            windows_after_loss: report.windows_after_loss,
            drawing_survived: report.drawing_survived,
            busy_frames: self.gaps_ms.len(),
            busy_frames_per_second: self.gaps_ms.len() as f64 / (total / 1e3).max(1e-9),
            median_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: self.gaps_ms.last().copied().unwrap_or(0.0),
            pictures: self.pictures,
            latency_median_ms: latency[0],
            latency_max_ms: latency[1],
        };
        drop(report);
        self.app.quit(context);
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
            let event = if now == started { PenEvent::Down(place.into()) } else { PenEvent::Drag(vec![place.into()]) };
            self.app.act(Action::Pen(event));
            if elapsed >= self.length / 2
                && let Some(device) = self.destroy.take()
            {
                self.app.act(Action::Pen(PenEvent::Up));
                self.app.logic(context, frame);
                device.destroy();
            }
            if elapsed >= self.length {
                self.finish(context);
            }
        }
        let before = self.app.shown().map(|shown| shown.stamp);
        self.app.logic(context, frame);
        self.pictures += usize::from(self.app.shown().map(|shown| shown.stamp) != before);
        context.request_repaint();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        self.app.clear_color(visuals)
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
    }
}
