//! Finding stamps by words of either language.

use super::Stamp;
use super::labels;

/// The stamps that every word of `wanted` fits, the best first; all of them, in their own order, without a word.
pub fn search<'a, S: AsRef<Stamp>>(stamps: &'a [S], wanted: &str) -> Vec<&'a S> {
    let wanted: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &S)> = stamps.iter().filter_map(|stamp| Some((badness(stamp.as_ref(), &wanted)?, stamp))).collect();
    // Stable, so that equals keep their order.
    found.sort_by_key(|(badness, _)| *badness);
    found.into_iter().map(|(_, stamp)| stamp).collect()
}

/// How far a stamp is from what is wanted; `None` when a word fits nothing.
fn badness(stamp: &Stamp, wanted: &[String]) -> Option<u32> {
    // The title says more than a keyword, and this more than a label or group.
    let title = [&stamp.title.en, &stamp.title.zh].into_iter().map(|text| (0, text.to_lowercase()));
    let keywords = stamp.keywords.iter().map(|word| (1, word.clone()));
    let group = [stamp.group.title().en, stamp.group.title().zh].into_iter().map(|text| (2, text.to_lowercase()));
    let labels = stamp.parts.iter().flat_map(|part| &part.labels).map(|name| (2, labels::words(name)));
    let texts: Vec<(u32, String)> = title.chain(keywords).chain(group).chain(labels).collect();
    wanted.iter().map(|word| texts.iter().filter_map(|(rank, text)| Some(rank + distance(text, word)?)).min()).sum()
}

/// How badly a text fits a word in lower case: 0 for a word of it, more for a beginning, a part, a slip of the finger.
fn distance(text: &str, word: &str) -> Option<u32> {
    let words = || text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    if words().any(|found| found == word) {
        return Some(0);
    }
    // Chinese has no spaces between words, so a part of a text is as good as a beginning there.
    if words().any(|found| found.starts_with(word)) || (!word.is_ascii() && text.contains(word)) {
        return Some(4);
    }
    if word.len() >= 3 && text.contains(word) {
        return Some(8);
    }
    (word.len() >= 4 && words().any(|found| is_a_slip(found, word))).then_some(16)
}

/// Whether one letter more, one less, another one or two swapped make the beginning of `found` out of `typed`.
fn is_a_slip(found: &str, typed: &str) -> bool {
    let (found, typed): (Vec<char>, Vec<char>) = (found.chars().collect(), typed.chars().collect());
    let same = found.iter().zip(&typed).take_while(|(a, b)| a == b).count();
    // Whoever slips seldom slips on the first letter, and a first letter that may be anything finds too much.
    if same == 0 || same == typed.len() {
        return same > 0;
    }
    let begins = |found: &[char], typed: &[char]| found.starts_with(typed);
    let (found, typed) = (&found[same..], &typed[same..]);
    let rest = |letters: &[char], from: usize| letters.get(from..).unwrap_or_default().to_vec();
    begins(&rest(found, 1), &rest(typed, 1))
        || begins(found, &rest(typed, 1))
        || begins(&rest(found, 1), typed)
        || (found.len() > 1
            && typed.len() > 1
            && found[0] == typed[1]
            && found[1] == typed[0]
            && begins(&rest(found, 2), &rest(typed, 2)))
}

#[cfg(test)]
mod tests {
    use super::super::bundled;
    use super::*;

    fn names(wanted: &str) -> Vec<&'static str> {
        search(bundled(), wanted).into_iter().map(|stamp| stamp.name.as_str()).collect()
    }

    #[test]
    fn words_of_both_languages_are_found() {
        assert_eq!(names("").len(), bundled().len());
        assert!(names("car").iter().all(|name| !name.starts_with("tree")) && names("car").len() >= 2);
        assert_eq!(names("公交车").first().map(|name| name.starts_with("bus")), Some(true), "{:?}", names("公交车"));
        assert!(names("hatch side").contains(&"car-hatchback-side"));
        assert!(names("nothing of the kind").is_empty());
    }

    #[test]
    fn a_slip_of_the_finger_is_forgiven() {
        for typed in ["bicylce", "bicicle", "bicyle", "bicyccle"] {
            assert!(is_a_slip("bicycle", typed), "{typed}");
        }
        for typed in ["bus", "tricycle", "motorcycle", "bicarbonate"] {
            assert!(!is_a_slip("bicycle", typed), "{typed}");
        }
        assert!(names("bicylce").iter().any(|name| name.starts_with("bicycle")));
    }
}
