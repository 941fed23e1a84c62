//! PyTorch's container before 1.6: five pickles, then the storages one after another.
//!
//! Magic number, protocol version, facts of the system, the object, and the keys of the storages in the order in
//! which they follow, each as its number of values (8 bytes) and the values.

use std::collections::HashMap;
use std::io::{BufReader, Read as _, Seek as _};

use super::entry::{Storage, shown};
use super::file::{Contents, Source};
use super::pickle::{Dialect, Pickle, Value, parse};
use super::{MAX_TENSORS, Problem, torch};

/// The pickled magic number that begins each file.
pub(super) const MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

const PROTOCOL: i128 = 1001;

/// Reads the pickles and finds each storage.
pub(super) fn contents(source: &mut dyn Source, length: u64) -> Result<Contents, Problem> {
    let mut stream = BufReader::new(source);
    parse(&mut stream, Dialect::Torch)?;
    let protocol = parse(&mut stream, Dialect::Torch)?;
    if *protocol.root() != Value::Int(PROTOCOL) {
        return Err(Problem::format("it has another protocol than PyTorch before 1.6 wrote"));
    }
    check_system(&parse(&mut stream, Dialect::Torch)?)?;
    let pickle = parse(&mut stream, Dialect::Torch)?;
    let keys = parse(&mut stream, Dialect::Torch)?;
    let mut position = stream.stream_position()?;
    let mut storages = HashMap::new();
    // The size of a value is known from the references only.
    let references: HashMap<&str, torch::StorageRef<'_>> =
        torch::storages(&pickle).map(|storage| (storage.key, storage)).collect();
    let Value::List(keys_in_order) = keys.root() else {
        return Err(Problem::format("its list of storages is broken"));
    };
    if keys_in_order.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} storages")));
    }
    for &key in keys_in_order {
        let key = keys.text(key).ok_or_else(|| Problem::format("the name of a storage is no text"))?;
        let wanted = references.get(key).ok_or_else(|| Problem::format("a storage is listed that no tensor uses"))?;
        let mut count = [0; 8];
        stream.read_exact(&mut count)?;
        let bytes = (wanted.count as u64).checked_mul(wanted.encoding.bytes() as u64);
        let end = bytes.and_then(|bytes| bytes.checked_add(position + 8)).filter(|&end| end <= length);
        let Some(end) = end.filter(|_| u64::from_le_bytes(count) == wanted.count as u64) else {
            return Err(Problem::Format(format!("the storage {} is shorter than it should be", shown(key))));
        };
        storages.insert(key.to_owned(), Storage { start: position + 8, count: wanted.count, encoding: wanted.encoding.clone() });
        stream.seek_relative((end - position - 8) as i64)?;
        position = end;
    }
    torch::contents(&pickle, |wanted| {
        let found = storages.get(wanted.key).cloned();
        found.ok_or_else(|| Problem::Format(format!("it lacks the storage {}", shown(wanted.key))))
    })
}

/// Refuses files of machines that write the high byte first.
fn check_system(pickle: &Pickle) -> Result<(), Problem> {
    let Value::Dict(facts) = pickle.root() else {
        return Err(Problem::format("its facts of the system are broken"));
    };
    let big = |&&(key, value): &&(_, _)| pickle.text(key) == Some("little_endian") && *pickle.get(value) == Value::Bool(false);
    if facts.iter().find(big).is_some() {
        return Err(Problem::format("its numbers are written high byte first"));
    }
    Ok(())
}
