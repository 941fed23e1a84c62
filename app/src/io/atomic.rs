//! Writing so that no reader ever sees half a file.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file under a temporary name beside it and renames it, so that no reader ever sees half a file
/// and an error leaves the old file as it was. When this returns, the file survives a power cut.
///
/// # Errors
/// When the folder cannot be written to, or the disk is full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes).map_err(|error| cannot_write(path, error))?;
    persist(file, path)
}

/// A file in the folder of `path` that is to be renamed to it once it is complete, by [`persist`]; dropped before, it
/// leaves nothing.
///
/// # Errors
/// When the folder cannot be written to.
pub fn temporary_beside(path: &Path) -> anyhow::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".daub-");
    // As an ordinary new file: readable by others where the user's mask allows it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path)).map_err(|error| cannot_write(path, error))
}

/// Gives a complete file its name, once it is safely on the disk.
///
/// # Errors
/// When the disk is full or refuses; then nothing is left and an older file stays as it was.
pub fn persist(file: NamedTempFile, path: &Path) -> anyhow::Result<()> {
    file.as_file().sync_all().map_err(|error| cannot_write(path, error))?;
    file.persist(path).map_err(|error| cannot_write(path, error.error))?;
    sync_folder(folder_of(path));
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Says what could not be written, and the way out where there is one.
fn cannot_write(path: &Path, error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        // The error itself would name a file that nobody asked for.
        return anyhow::anyhow!("cannot write {}: there is no folder {}", path.display(), folder_of(path).display());
    }
    let way_out = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": the disk is full; free some space or choose another place",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ": choose a place where you may write",
        _ => "",
    };
    anyhow::Error::new(error).context(format!("cannot write {}{way_out}", path.display()))
}

/// Brings a folder's list of names to the disk: a renamed file is only safe once its new name is.
///
/// The content is there already; a file system that cannot do this leaves what it can.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!("{} was not synchronised: {error}", folder.display());
    }
    #[cfg(not(unix))]
    let _ = folder;
}
