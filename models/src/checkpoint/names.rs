//! Taking the wrappers off keys.

use super::entry::Entry;

/// Prefixes that training code puts before every key: `DataParallel`, `torch.compile`, a generator inside of a larger module.
const WRAPPERS: [&str; 5] = ["module.", "_orig_mod.", "netG.", "net_g.", "G."];

/// Takes prefixes off as long as every key has them, and says so.
pub(super) fn strip_prefixes(entries: &mut [Entry]) -> Vec<String> {
    let mut notes = Vec::new();
    while let Some(prefix) = WRAPPERS.into_iter().find(|prefix| {
        !entries.is_empty() && entries.iter().all(|entry| entry.key.len() > prefix.len() && entry.key.starts_with(prefix))
    }) {
        for entry in entries.iter_mut() {
            entry.key.drain(..prefix.len());
        }
        notes.push(format!("every key began with {prefix} and was taken without it"));
    }
    notes
}
