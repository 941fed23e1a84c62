//! What a driver made of the shaders, kept on disk so that the next start need not compile them again.
//!
//! A file is the data of [`wgpu::PipelineCache::get_data`] behind a checksum: drivers trust what they are given, so a file
//! that was cut off or changed is not used. wgpu itself refuses data of another adapter or driver version.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// No cache of a few dozen shaders is larger.
const MAX_BYTES: u64 = 64 << 20;

/// The file of an adapter; `None` where its backend has no such caches.
pub(crate) fn path(folder: &Path, adapter: &wgpu::AdapterInfo) -> Option<PathBuf> {
    wgpu::util::pipeline_cache_key(adapter).map(|key| folder.join(key))
}

/// The data of a file; `None` when there is none, or it is not as it was written.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    let (sum, data) = bytes.split_first_chunk()?;
    (u64::from_le_bytes(*sum) == checksum(data)).then(|| data.to_vec())
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, data: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&checksum(data).to_le_bytes())?;
    file.write_all(data)?;
    file.persist(path)?;
    Ok(())
}

/// FNV-1a.
fn checksum(data: &[u8]) -> u64 {
    data.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("below/cache");
        assert_eq!(read(&path), None);
        write(&path, b"compiled").expect("a file");
        assert_eq!(read(&path).as_deref(), Some(b"compiled".as_slice()));
        let mut bytes = std::fs::read(&path).expect("the file");
        for (at, cut) in [(0, false), (9, false), (12, true)] {
            bytes[at] ^= 1;
            std::fs::write(&path, if cut { &bytes[..at] } else { &bytes }).expect("the file");
            assert_eq!(read(&path), None);
            bytes[at] ^= 1;
        }
    }
}
