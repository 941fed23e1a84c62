//! Where models and the user's data live.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The user's own folders; `None` where the system knows no home.
fn project_dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "daub")
}

/// Where the user's data lives, for models that training writes and for recovered drawings.
pub fn data() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("DAUB_DATA").filter(|value| !value.is_empty()) {
        return Some(folder.into());
    }
    project_dirs().map(|dirs| dirs.data_dir().to_owned())
}

/// Where compiled shaders are kept between starts.
pub fn shaders() -> Option<PathBuf> {
    project_dirs().map(|dirs| dirs.cache_dir().join("shaders"))
}

/// Where preferences live: the system's folder for configuration, or the data folder where that is named.
pub fn config() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("DAUB_DATA").filter(|value| !value.is_empty()) {
        return Some(folder.into());
    }
    project_dirs().map(|dirs| dirs.config_dir().to_owned())
}

/// Folders that are searched for models, the first first: `$DAUB_MODELS`, the user's data folder,
/// `assets/models` beside the executable, and `assets/models` in or above the current folder.
pub fn models() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Some(paths) = std::env::var_os("DAUB_MODELS") {
        folders.extend(std::env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()));
    }
    folders.extend(data().map(|data| data.join("models")));
    let bundled = |base: PathBuf| base.join("assets/models");
    if let Some(folder) = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.to_owned())) {
        folders.push(bundled(folder));
    }
    if let Ok(current) = std::env::current_dir() {
        folders.extend(current.ancestors().map(|folder| bundled(folder.to_owned())).find(|folder| folder.is_dir()));
    }
    folders.retain(|folder| folder.is_dir());
    folders
}
