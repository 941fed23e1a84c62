//! Files: reading pictures within limits, writing atomically, projects, and asking the user for paths.

mod atomic;
pub mod dialogs;
pub mod export;
pub mod files;
pub mod folders;
pub mod frames;
pub mod import;
pub mod ora;
pub mod photo_style;
pub mod pictures;
pub mod preferences;
pub mod project;
pub mod recovery;
pub mod stamps;
pub mod webp;

pub use atomic::{persist, temporary_beside, write_atomically};

/// The name of a file without its ending.
pub fn stem_of(path: &std::path::Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
