//! Files: reading pictures within limits, writing atomically, projects, and asking the user for paths.

pub mod animation;
pub mod dialogs;
pub mod export;
pub mod files;
pub mod folders;
pub mod import;
pub mod ora;
pub mod pictures;
pub mod progress;
pub mod project;
pub mod recovery;
pub mod stamps;

use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// How the names of files begin that are not complete yet.
const TEMPORARY_PREFIX: &str = ".daub-";

/// Writes a file under a temporary name beside it and renames it, so that no reader ever sees half a file
/// and an error leaves the old file as it was. When this returns, the file survives a power cut.
///
/// # Errors
/// When the folder cannot be written to, or the disk is full.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let context = |error: std::io::Error| {
        let way_out = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ": the disk is full; free some space or choose another place",
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ": choose a place where you may write",
            _ => "",
        };
        anyhow::Error::new(error).context(format!("cannot write {}{way_out}", path.display()))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    // As an ordinary new file: readable by others where the user's mask allows it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(context)?;
    file.write_all(bytes).map_err(context)?;
    file.as_file().sync_all().map_err(context)?;
    file.persist(path).map_err(|error| context(error.error))?;
    sync_folder(folder);
    Ok(())
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
