//! Folders of pictures: what is in them, in which order, and which files belong together.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::pictures::{PictureError, is_picture};

/// The pictures of a folder (not of folders in it), in natural order: `2` before `10`.
///
/// # Errors
/// When the folder cannot be read or holds none.
pub fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>, PictureError> {
    let unreadable = |error: std::io::Error| PictureError::new(folder, format!("cannot read this folder: {error}"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        // Names that begin with a dot are leftovers of other programs.
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && is_picture(&path) && path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(PictureError::new(folder, "there are no pictures in this folder (PNG, JPEG, WebP or GIF)"));
    }
    found.sort_by(|a, b| natural(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(found)
}

/// A file's name without its ending.
pub fn stem_of(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// Compares names as people count: runs of digits by their value, everything else by character.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_left, mut b_left) = (a, b);
    loop {
        match (a_left.chars().next(), b_left.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (digits(a_left), digits(b_left));
                let (left, right) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                if order != Ordering::Equal {
                    return order;
                }
                (a_left, b_left) = (&a_left[x.len()..], &b_left[y.len()..]);
            }
            (Some(x), Some(y)) if x == y => (a_left, b_left) = (&a_left[x.len_utf8()..], &b_left[y.len_utf8()..]),
            (Some(x), Some(y)) => return x.cmp(&y),
        }
    }
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// The pictures of two folders that belong together, and those without a partner.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// First and second, in natural order of the first.
    pub pairs: Vec<(PathBuf, PathBuf)>,
    /// Files that the other folder has no partner for.
    pub alone: Vec<PathBuf>,
}

/// Matches files by name without ending; the names of pix2pixHD's Cityscapes (`x_leftImg8bit`, `x_gtFine_labelIds`) as well.
pub fn matched(first: Vec<PathBuf>, second: Vec<PathBuf>) -> Matched {
    let mut partners: HashMap<String, PathBuf> = second.into_iter().map(|path| (key_of(&path), path)).collect();
    let mut found = Matched::default();
    for path in first {
        match partners.remove(&key_of(&path)) {
            Some(partner) => found.pairs.push((path, partner)),
            None => found.alone.push(path),
        }
    }
    let mut rest: Vec<PathBuf> = partners.into_values().collect();
    rest.sort_by(|a, b| natural(&a.to_string_lossy(), &b.to_string_lossy()));
    found.alone.extend(rest);
    found
}

/// What files that belong together have in common.
pub(super) fn key_of(path: &Path) -> String {
    let stem = stem_of(path);
    let endings = ["_leftImg8bit", "_gtFine_labelIds", "_gtFine_instanceIds"];
    endings.iter().find_map(|ending| stem.strip_suffix(ending)).map_or_else(|| stem.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_count_by_their_value() {
        let mut names = vec!["b10.png", "b9.png", "b010.png", "a.png", "b1.png", "b100.png"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a.png", "b1.png", "b9.png", "b010.png", "b10.png", "b100.png"]);
    }

    proptest! {
        #[test]
        fn the_order_is_total(mut names in prop::collection::vec("[ab01é9]{0,6}", 3)) {
            names.sort_by(|a, b| natural(a, b));
            for pair in names.windows(2) {
                prop_assert_ne!(natural(&pair[0], &pair[1]), Ordering::Greater);
                prop_assert_eq!(natural(&pair[0], &pair[1]), natural(&pair[1], &pair[0]).reverse());
            }
            prop_assert_ne!(natural(&names[0], &names[2]), Ordering::Greater);
        }
    }

    #[test]
    fn files_are_matched_by_stem() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let found = matched(
            paths(&["l/1.png", "l/2.png", "l/z_gtFine_labelIds.png"]),
            paths(&["i/z_leftImg8bit.png", "i/1.jpg", "i/7.jpg"]),
        );
        assert_eq!(found.pairs[0], ("l/1.png".into(), "i/1.jpg".into()));
        assert_eq!(found.pairs[1].1, Path::new("i/z_leftImg8bit.png"));
        assert_eq!(found.alone, paths(&["l/2.png", "i/7.jpg"]));
    }

    #[test]
    fn an_empty_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("readme.txt"), "none").unwrap();
        let message = pictures_in(folder.path()).unwrap_err().to_string();
        assert!(message.contains(&*folder.path().to_string_lossy()) && message.contains("no pictures"), "{message}");
    }
}
