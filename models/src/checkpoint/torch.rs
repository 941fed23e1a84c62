//! From a pickled dictionary to tensors, as `torch.save(net.state_dict(), …)` writes it.

use std::collections::HashMap;

use super::entry::{Encoding, Entry, MAX_RANK, Storage, shown};
use super::file::Contents;
use super::pickle::{Global, Id, Pickle, Value};
use super::{MAX_TENSORS, Problem};

/// Names under which training code wraps a generator's tensors, most telling first.
const WRAPPERS: [&str; 10] =
    ["g_ema", "params_ema", "netG", "net_g", "generator", "G", "model_state_dict", "state_dict", "model", "params"];

/// How deep dictionaries may lie in each other.
const MAX_DEPTH: usize = 4;

/// A reference from the pickle to a run of values.
pub(super) struct StorageRef<'a> {
    /// Name in the file.
    pub(super) key: &'a str,
    /// Number of values of the whole storage.
    pub(super) count: usize,
    /// Type of the values.
    pub(super) encoding: Encoding,
    /// Where a view begins in its storage, as PyTorch before 0.4 could write.
    view_offset: usize,
}

/// A tensor as the pickle describes it.
struct TensorRef<'a> {
    key: String,
    storage: StorageRef<'a>,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

impl TensorRef<'_> {
    /// The tensor as a view of its storage in the file.
    fn entry(self, storage: &Storage) -> Result<Entry, Problem> {
        let offset = self.offset.saturating_add(self.storage.view_offset);
        Entry::view(self.key, storage, offset, self.shape, self.strides)
    }
}

/// Every tensor of the generator's dictionary, and notes of what is not one.
fn tensors(pickle: &Pickle) -> Result<(Vec<TensorRef<'_>>, Vec<String>), Problem> {
    let mut notes = Vec::new();
    let pairs = generator_dict(pickle, &mut notes)?;
    if pairs.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} tensors")));
    }
    let mut found = Vec::with_capacity(pairs.len());
    let mut others = Vec::new();
    for &(key, value) in pairs {
        let key = pickle.text(key).ok_or_else(|| Problem::format("a key of its dictionary is no text"))?;
        match tensor(pickle, key, value)? {
            Some(tensor) => found.push(tensor),
            None => others.push(shown(key)),
        }
    }
    if let Some(first) = others.first() {
        notes.push(format!("{} entries that are no tensors are ignored, the first is {first}", others.len()));
    }
    Ok((found, notes))
}

/// The dictionary whose values are tensors: the outermost one, or the most telling one within.
fn generator_dict<'a>(pickle: &'a Pickle, notes: &mut Vec<String>) -> Result<&'a [(Id, Id)], Problem> {
    let mut pairs = match pickle.root() {
        Value::Dict(pairs) => pairs.as_slice(),
        Value::Call { .. } => return Err(Problem::format("it holds a single tensor, not the tensors of a network")),
        _ => return Err(Problem::format("it holds no dictionary of tensors")),
    };
    for _ in 0..MAX_DEPTH {
        if pairs.iter().any(|&(_, value)| is_tensor(pickle, value)) {
            return Ok(pairs);
        }
        let inner = |&(key, value): &(Id, Id)| match pickle.get(value) {
            Value::Dict(inner) => Some((pickle.text(key)?, inner.as_slice())),
            _ => None,
        };
        let dicts: Vec<(&str, &[(Id, Id)])> = pairs.iter().filter_map(inner).collect();
        let telling = WRAPPERS.iter().find_map(|name| dicts.iter().find(|(key, _)| key == name));
        let Some(&(name, inner)) = telling.or_else(|| dicts.iter().max_by_key(|(_, inner)| inner.len())) else { break };
        notes.push(format!("the tensors are taken from \"{}\" within the file", shown(name)));
        pairs = inner;
    }
    Err(Problem::format("it holds no tensors"))
}

fn is_tensor(pickle: &Pickle, value: Id) -> bool {
    let function = match pickle.get(value) {
        Value::Call { function, .. } => *function,
        _ => return false,
    };
    matches!(function, Global::RebuildTensor | Global::RebuildTensorV2 | Global::RebuildParameter)
}

/// Reads `_rebuild_tensor(storage, offset, size, stride)` and its kin; `None` when the value is no tensor.
fn tensor<'a>(pickle: &'a Pickle, key: &str, value: Id) -> Result<Option<TensorRef<'a>>, Problem> {
    let broken = || Problem::Format(format!("{} is described wrongly", shown(key)));
    let Value::Call { function, arguments, .. } = pickle.get(value) else { return Ok(None) };
    let arguments = pickle.items(*arguments).ok_or_else(broken)?;
    match function {
        Global::RebuildParameter => {
            let inner = *arguments.first().ok_or_else(broken)?;
            // A parameter holds a tensor and never another parameter.
            match pickle.get(inner) {
                Value::Call { function: Global::RebuildParameter, .. } => Err(broken()),
                _ => tensor(pickle, key, inner),
            }
        }
        Global::RebuildTensor | Global::RebuildTensorV2 => {
            let [storage, offset, size, stride, ..] = *arguments else { return Err(broken()) };
            let Value::Persistent(storage) = *pickle.get(storage) else { return Err(broken()) };
            let storage = storage_ref(pickle, storage).ok_or_else(broken)?;
            let offset = pickle.size(offset).ok_or_else(broken)?;
            let shape = pickle.sizes(size).filter(|shape| shape.len() <= MAX_RANK).ok_or_else(broken)?;
            let strides = pickle.sizes(stride).ok_or_else(broken)?;
            Ok(Some(TensorRef { key: key.to_owned(), storage, offset, shape, strides }))
        }
        _ => Ok(None),
    }
}

/// `('storage', class, key, location, count[, (view_key, view_offset, view_count)])`; the location (a GPU) is ignored.
fn storage_ref(pickle: &Pickle, id: Id) -> Option<StorageRef<'_>> {
    let [tag, class, key, _, count, ref rest @ ..] = *pickle.items(id)? else { return None };
    let Value::Global(Global::Storage(name)) = pickle.get(class) else { return None };
    if pickle.text(tag)? != "storage" {
        return None;
    }
    let view_offset = match rest.first().and_then(|&view| pickle.items(view)) {
        Some(&[_, offset, _]) => pickle.size(offset)?,
        _ => 0,
    };
    Some(StorageRef { key: pickle.text(key)?, count: pickle.size(count)?, encoding: Encoding::named(name)?, view_offset })
}

/// Every storage that the pickle refers to, for tensors of the network or not.
pub(super) fn storages(pickle: &Pickle) -> impl Iterator<Item = StorageRef<'_>> {
    pickle.values().iter().filter_map(|value| match value {
        Value::Persistent(id) => storage_ref(pickle, *id),
        _ => None,
    })
}

/// Entries for all tensors, given where each storage lies.
pub(super) fn contents(
    pickle: &Pickle,
    mut locate: impl FnMut(&StorageRef<'_>) -> Result<Storage, Problem>,
) -> Result<Contents, Problem> {
    let (tensors, notes) = tensors(pickle)?;
    let mut located: HashMap<String, Storage> = HashMap::new();
    let mut entries = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        let storage = match located.get(tensor.storage.key) {
            Some(storage) => storage.clone(),
            None => locate(&tensor.storage)?,
        };
        if storage.encoding != tensor.storage.encoding || storage.count != tensor.storage.count {
            return Err(Problem::Format(format!("{} reads a storage as another type than it has", shown(&tensor.key))));
        }
        located.insert(tensor.storage.key.to_owned(), storage.clone());
        entries.push(tensor.entry(&storage)?);
    }
    Ok(Contents { entries, notes })
}
