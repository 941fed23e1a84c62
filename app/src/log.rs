//! What the program says on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging: warnings of our own, errors of libraries, more with `RUST_LOG`.
///
/// Graphics backends that are not there call themselves errors, although the next one serves.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error,wgpu_hal=off,daub=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
    // A panic is a defect; it is told in one line, and a worker thread's panic is also shown in the window.
    std::panic::set_hook(Box::new(|info| tracing::error!("unexpected: {info}")));
}

/// Tells why the program ends: one line, causes joined.
#[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
pub fn tell(error: &anyhow::Error) {
    let line = format!("{error:#}").replace('\n', " ");
    eprintln!("daub: {line}");
}
