//! The user's own stamps: SVG files in the folder `stamps` of the data folder.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::stem_of;
use crate::stamps::{MAX_FILE_BYTES, Stamp};

/// More files than this are not looked at.
const MAX_FILES: usize = 500;

/// Reads every stamp in a folder, by name; a folder that is not there holds none. Each file that is no stamp is one error.
pub fn read_folder(folder: &Path) -> Vec<anyhow::Result<Stamp>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_svg = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_svg(path)).collect();
    files.sort();
    files.iter().take(MAX_FILES).map(|path| read(path)).collect()
}

/// Reads one stamp.
///
/// # Errors
/// When the file cannot be read or is no stamp.
pub fn read(path: &Path) -> anyhow::Result<Stamp> {
    let what = || format!("cannot read the stamp {}", path.display());
    let bytes = std::fs::metadata(path).with_context(what)?.len();
    ensure!(bytes <= MAX_FILE_BYTES as u64, "the stamp {} has {bytes} bytes; at most {MAX_FILE_BYTES} are read", path.display());
    let svg = std::fs::read_to_string(path).with_context(what)?;
    let name = stem_of(path);
    Stamp::parse(&svg, &name).with_context(|| format!("{} is not a stamp", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamps::bundled;

    #[test]
    fn a_folder_gives_its_stamps_and_one_error_for_each_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.svg", &bundled()[0].svg);
        write("a.SVG", "<svg/>");
        write("c.svg", &" ".repeat(MAX_FILE_BYTES + 1));
        write("notes.txt", "not looked at");
        let read = read_folder(folder.path());
        assert_eq!(read.len(), 3);
        assert!(format!("{:#}", read[0].as_ref().unwrap_err()).contains("a.SVG is not a stamp"));
        assert_eq!(read[1].as_ref().unwrap(), &*bundled()[0]);
        assert!(format!("{:#}", read[2].as_ref().unwrap_err()).contains("c.svg has"));
        assert!(read_folder(&folder.path().join("missing")).is_empty());
    }
}
