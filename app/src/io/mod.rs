//! Files: reading pictures within limits, writing atomically, projects, and asking the user for paths.

pub mod dialogs;
pub mod files;
pub mod folders;
pub mod frames;
pub mod photo_style;
pub mod pictures;
pub mod preferences;
pub mod project;
pub mod recovery;
pub mod stamps;
pub mod webp;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// Writes a file under a temporary name beside it and renames it, so that no reader ever sees half a file
/// and an error leaves the old file as it was.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let context = || format!("cannot write {}", path.display());
    let mut file = temporary_beside(path)?;
    file.write_all(bytes).with_context(context)?;
    file.as_file().sync_all().with_context(context)?;
    file.persist(path).map_err(|error| error.error).with_context(context)?;
    Ok(())
}

/// A file in the folder of `path` that is to be renamed to it once it is complete; dropped before, it leaves nothing.
///
/// # Errors
/// When the folder cannot be written to.
pub fn temporary_beside(path: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".daub-");
    // As an ordinary new file: readable by others where the user's mask allows it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).with_context(|| format!("cannot write {}", path.display()))
}
