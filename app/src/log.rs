//! What the program says on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging: warnings of our own, errors of libraries, more with `RUST_LOG`.
///
/// Graphics backends that are not there call themselves errors, although the next one serves.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error,wgpu_hal=off,daub=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
    std::panic::set_hook(Box::new(|info| {
        // `println!` panics when nobody reads any more, as in `daub models | head`; that is no defect.
        let message = info.payload_as_str().unwrap_or_default();
        if message.starts_with("failed printing to stdout") {
            std::process::exit(i32::from(!message.contains("Broken pipe")));
        }
        // Any other panic is a defect; it is told in one line, and a worker thread's is also shown in the window.
        tracing::error!("unexpected: {}", info.to_string().replace('\n', " "));
    }));
}

/// An error and its causes in one line; a cause that its error already tells is not told again.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !line.contains(&cause) {
            line.push_str(if line.is_empty() { "" } else { ": " });
            line.push_str(&cause);
        }
    }
    line.replace('\n', " ")
}

/// Tells why the program ends: one line, causes joined.
#[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
pub fn tell(error: &anyhow::Error) {
    eprintln!("daub: {}", one_line(error));
}

/// Tells something that does not end the program, in one line.
#[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
pub fn note(text: &str) {
    eprintln!("daub: note: {text}");
}
