//! NumPy files: arrays of numbers, and the pickled dictionaries of arrays in which pix2pixHD keeps its object styles.
//!
//! The header is the text of a Python dictionary and is searched for three fields; pickles go through the same
//! parser as checkpoints, so nothing in them is executed.

use std::collections::BTreeMap;
use std::path::Path;

use crate::checkpoint::{CheckpointError, Dialect, Global, Id, Pickle, Problem, Value, parse_pickle};

/// Longest file that is read: a clustered feature file has some kilobytes, a raw one some megabytes.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// A matrix of rows of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Values of a row.
    pub columns: usize,
    /// Row after row.
    pub values: Vec<f32>,
}

impl Rows {
    /// The rows one by one.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.columns.max(1))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads a file that `numpy.save` wrote from a dictionary `{label: array [rows, columns]}`, by Python 2 or 3.
///
/// # Errors
/// When the file cannot be read, is no such dictionary, or its pickle names a function that arrays do not need.
pub fn read_dictionary(path: &Path) -> Result<BTreeMap<u32, Rows>, CheckpointError> {
    let of = |problem: Problem| problem.of(path);
    let length = std::fs::metadata(path).map_err(|error| of(Problem::Io(error)))?.len();
    if length > MAX_FILE_BYTES {
        return Err(of(Problem::Format(format!("it is {length} bytes long, too long for object styles"))));
    }
    let bytes = std::fs::read(path).map_err(|error| of(Problem::Io(error)))?;
    dictionary(&bytes).map_err(of)
}

/// The bytes that `numpy.save` would write for a dictionary `{label: float32 array [rows, columns]}`.
///
/// `numpy.load(path, allow_pickle=True, encoding="latin1").item()` gives it back, which is how pix2pixHD reads it.
pub fn dictionary_to_bytes(dictionary: &BTreeMap<u32, Rows>) -> Vec<u8> {
    let mut pickle = b"\x80\x03".to_vec();
    // An array of one object without dimensions, which is the dictionary.
    begin_array(&mut pickle, &[], "O8", '|', 63);
    pickle.extend(b"]}(");
    for (&label, rows) in dictionary {
        push_number(&mut pickle, label as i32);
        begin_array(&mut pickle, &[rows.len(), rows.columns], "f4", '<', 0);
        pickle.push(b'B');
        pickle.extend((rows.values.len() as u32 * 4).to_le_bytes());
        pickle.extend(rows.values.iter().flat_map(|value| value.to_le_bytes()));
        pickle.extend(b"tb");
    }
    pickle.extend(b"uatb.");
    let mut header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }".to_owned();
    // Magic, version and length take ten bytes; what follows the header begins at a multiple of 64.
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &pickle].concat()
}

/// `_reconstruct(ndarray, (0,), b'b')` and the state up to its last part, the values; `tb` ends it.
fn begin_array(pickle: &mut Vec<u8>, shape: &[usize], dtype: &str, order: char, flags: i32) {
    pickle.extend(b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01(");
    for &side in shape {
        push_number(pickle, side as i32);
    }
    pickle.extend(b"tcnumpy\ndtype\n");
    push_text(pickle, dtype);
    pickle.extend(b"\x89\x88\x87R(K\x03");
    push_text(pickle, &order.to_string());
    pickle.extend(b"NNN");
    for value in [-1, -1, flags] {
        push_number(pickle, value);
    }
    // The type's own state ends here; the array is not in the order of Fortran.
    pickle.extend(b"tb\x89");
}

fn push_number(pickle: &mut Vec<u8>, value: i32) {
    pickle.push(b'J');
    pickle.extend(value.to_le_bytes());
}

fn push_text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.as_bytes());
}

/// Reads an array of float16, float32 or float64 numbers: its shape and its values in row-major order.
///
/// # Errors
/// When the file cannot be read or is no such array.
pub fn read_array(path: &Path) -> Result<(Vec<usize>, Vec<f32>), CheckpointError> {
    let of = |problem: Problem| problem.of(path);
    let length = std::fs::metadata(path).map_err(|error| of(Problem::Io(error)))?.len();
    if length > MAX_FILE_BYTES {
        return Err(of(Problem::Format(format!("it is {length} bytes long, too long for an array"))));
    }
    let bytes = std::fs::read(path).map_err(|error| of(Problem::Io(error)))?;
    array_from_bytes(&bytes).map_err(of)
}

fn array_from_bytes(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), Problem> {
    let (header, body) = header(bytes)?;
    let field = |name: &str| header.split_once(name).map(|(_, rest)| rest.trim_start_matches([':', ' ']));
    let broken = || Problem::format("its header is broken");
    let code = field("'descr'").and_then(|rest| rest.split('\'').nth(1)).ok_or_else(broken)?;
    let shape = field("'shape'").and_then(|rest| rest.strip_prefix('(')?.split_once(')')).ok_or_else(broken)?.0;
    let sides = shape.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape: Vec<usize> = sides.map(str::parse).collect::<Result<_, _>>().map_err(|_| broken())?;
    if field("'fortran_order'").is_none_or(|rest| !rest.starts_with("False")) {
        return Err(Problem::format("its values are ordered by columns"));
    }
    let values = floats(code, body).ok_or_else(|| Problem::Format("its numbers are of an unknown type".to_owned()))?;
    let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side));
    if count != Some(values.len()) {
        return Err(Problem::format("its length differs from its shape"));
    }
    Ok((shape, values))
}

/// As [`read_dictionary`], from bytes; `name` is used in messages.
///
/// # Errors
/// As [`read_dictionary`].
pub fn dictionary_from_bytes(name: &Path, bytes: &[u8]) -> Result<BTreeMap<u32, Rows>, CheckpointError> {
    dictionary(bytes).map_err(|problem| problem.of(name))
}

fn dictionary(bytes: &[u8]) -> Result<BTreeMap<u32, Rows>, Problem> {
    let (header, mut body) = header(bytes)?;
    if !header.contains("'|O'") && !header.contains("'O'") {
        return Err(Problem::format("it is a NumPy array of numbers, not a dictionary of object styles"));
    }
    let pickle = parse_pickle(&mut body, Dialect::Numpy)?;
    let broken = || Problem::format("it holds no dictionary from labels to arrays");
    let pairs = match pickle.root() {
        Value::Dict(pairs) => pairs,
        // An array of one object: the objects are the last part of its state.
        Value::Call { function: Global::Reconstruct, state: Some(state), .. } => {
            let state = pickle.items(*state).ok_or_else(broken)?;
            let objects = state.last().and_then(|&objects| pickle.items(objects)).ok_or_else(broken)?;
            match objects.first().map(|&object| pickle.get(object)) {
                Some(Value::Dict(pairs)) => pairs,
                _ => return Err(broken()),
            }
        }
        _ => return Err(broken()),
    };
    let mut found = BTreeMap::new();
    let mut values = 0;
    for &(label, rows) in pairs {
        let label = label_number(&pickle, label).ok_or_else(|| Problem::format("a label in it is no whole number"))?;
        let rows = array(&pickle, rows).ok_or_else(|| Problem::Format(format!("the array of label {label} is broken")))?;
        // One array may stand under many labels; together they stay within the length of the file.
        values += rows.values.len();
        if values > bytes.len() {
            return Err(Problem::format("its arrays would take far more memory than the file"));
        }
        found.insert(label, rows);
    }
    Ok(found)
}

/// Magic, version, length and text of the header, and what follows it.
fn header(bytes: &[u8]) -> Result<(&str, &[u8]), Problem> {
    let broken = || Problem::format("it is no NumPy file");
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or_else(broken)?;
    let (&[major, _], rest) = rest.split_first_chunk().ok_or_else(broken)?;
    let (length, rest) = if major == 1 {
        let (length, rest) = rest.split_first_chunk().ok_or_else(broken)?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    } else {
        let (length, rest) = rest.split_first_chunk().ok_or_else(broken)?;
        (u32::from_le_bytes(*length) as usize, rest)
    };
    let (header, body) = rest.split_at_checked(length).ok_or_else(broken)?;
    Ok((str::from_utf8(header).map_err(|_| broken())?, body))
}

fn label_number(pickle: &Pickle, id: Id) -> Option<u32> {
    match pickle.get(id) {
        Value::Int(value) => u32::try_from(*value).ok(),
        // `numpy.int64(7)`: a type and the bytes of the number.
        Value::Call { function: Global::Scalar, arguments, .. } => {
            let &[dtype, raw] = pickle.items(*arguments)? else { return None };
            let (kind, bytes) = (dtype_code(pickle, dtype)?, raw_bytes(pickle, raw)?);
            if !matches!(kind.trim_start_matches(['<', '|']), "i8" | "i4" | "u8" | "u4" | "u2" | "i2" | "u1" | "i1") {
                return None;
            }
            let number = bytes.iter().rev().try_fold(0_u64, |sum, &byte| sum.checked_mul(256)?.checked_add(byte.into()))?;
            u32::try_from(number).ok()
        }
        _ => None,
    }
}

/// `_reconstruct(ndarray, (0,), b'b')` with the state `(1, shape, dtype, fortran_order, bytes)`.
fn array(pickle: &Pickle, id: Id) -> Option<Rows> {
    let Value::Call { function: Global::Reconstruct, state: Some(state), .. } = pickle.get(id) else { return None };
    let &[_, shape, dtype, fortran, raw] = pickle.items(*state)? else { return None };
    let &[rows, columns] = pickle.sizes(shape)?.as_slice() else { return None };
    let code = dtype_code(pickle, dtype)?;
    let bytes = raw_bytes(pickle, raw)?;
    let values = floats(code, &bytes)?;
    if rows.checked_mul(columns)? != values.len() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let by_columns = *pickle.get(fortran) == Value::Bool(true);
    let values =
        if by_columns { (0..values.len()).map(|at| values[at % columns * rows + at / columns]).collect() } else { values };
    Some(Rows { columns, values })
}

/// Numbers of the type `<f2`, `<f4` or `<f8`.
fn floats(code: &str, bytes: &[u8]) -> Option<Vec<f32>> {
    Some(match code.trim_start_matches('<') {
        "f4" => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        "f8" => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect(),
        "f2" => bytes.as_chunks().0.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect(),
        _ => return None,
    })
}

/// `f4`, `f8`, …; refuses types whose bytes are in the other order.
fn dtype_code(pickle: &Pickle, id: Id) -> Option<&str> {
    let Value::Call { function: Global::Dtype, arguments, state } = pickle.get(id) else { return None };
    let order = state.and_then(|state| pickle.text(*pickle.items(state)?.get(1)?));
    if order == Some(">") {
        return None;
    }
    pickle.text(*pickle.items(*arguments)?.first()?)
}

/// Bytes, or a text that Python 3 wrote for Python 2 with `_codecs.encode(text, 'latin1')`.
fn raw_bytes(pickle: &Pickle, id: Id) -> Option<Vec<u8>> {
    match pickle.get(id) {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Call { function: Global::Encode, arguments, .. } => {
            let text = pickle.text(*pickle.items(*arguments)?.first()?)?;
            text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let rows = |columns, values: &[f32]| Rows { columns, values: values.to_vec() };
        let dictionary = BTreeMap::from([(7, rows(3, &[0.5, -1.0, 2.0, 1e-9, 0.0, 3.5])), (26, rows(3, &[1.0; 3]))]);
        let bytes = dictionary_to_bytes(&dictionary);
        assert_eq!(dictionary_from_bytes(Path::new("a.npy"), &bytes).unwrap(), dictionary);
    }

    #[test]
    fn other_files_are_named() {
        let reason = |bytes: &[u8]| dictionary_from_bytes(Path::new("a.npy"), bytes).unwrap_err().to_string();
        assert_eq!(reason(b""), "a.npy is not a usable checkpoint: it is no NumPy file");
        let numbers = b"\x93NUMPY\x01\x00\x08\x00{'<f4'} ";
        assert!(reason(numbers).ends_with("not a dictionary of object styles"));
    }

    #[test]
    fn a_pickle_that_runs_a_program_is_refused() {
        let bytes = b"\x93NUMPY\x01\x00\x08\x00{'|O'}  \x80\x02cos\nsystem\nU\x02id\x85R.";
        let reason = dictionary_from_bytes(Path::new("a.npy"), bytes).unwrap_err().to_string();
        assert!(reason.contains("asks to run os.system") && reason.contains("nothing was run"), "{reason}");
    }
}
