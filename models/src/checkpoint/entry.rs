//! Where a tensor's values lie in a file, and reading them.
//!
//! Every container comes down to this: a start, steps between values, and how a value is written.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use half::slice::HalfFloatSliceExt as _;

use super::{Problem, TensorInfo};

/// Values are written low byte first, and read in place.
const _: () = assert!(cfg!(target_endian = "little"), "checkpoints are read on little-endian machines only");

/// Most bytes that are held at once beside the tensors themselves.
const BLOCK_BYTES: usize = 4 << 20;

/// Most dimensions of a tensor; an official network has four.
pub(super) const MAX_RANK: usize = 8;

/// How a value is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Encoding {
    F32,
    F16,
    BF16,
    F64,
    /// One byte, a place in a table.
    Table(Arc<[f32; 256]>),
    /// No floating point number; listed, never read. The type's name and its bytes.
    Other(&'static str, usize),
}

impl Encoding {
    /// The encoding with safetensors' name for it.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::BF16,
            "F64" => Self::F64,
            "I64" => Self::Other("I64", 8),
            "U64" => Self::Other("U64", 8),
            "C64" => Self::Other("C64", 8),
            "I32" => Self::Other("I32", 4),
            "U32" => Self::Other("U32", 4),
            "I16" => Self::Other("I16", 2),
            "U16" => Self::Other("U16", 2),
            "I8" => Self::Other("I8", 1),
            "U8" => Self::Other("U8", 1),
            "BOOL" => Self::Other("BOOL", 1),
            "F8_E4M3" => Self::Other("F8_E4M3", 1),
            "F8_E5M2" => Self::Other("F8_E5M2", 1),
            _ => return None,
        })
    }

    /// Name for people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::F64 => "F64",
            Self::Table(_) => "U8 in a table",
            Self::Other(name, _) => name,
        }
    }

    /// Bytes of a value.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::F64 => 8,
            Self::Table(_) => 1,
            Self::Other(_, bytes) => *bytes,
        }
    }
}

/// One tensor of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) shape: Vec<usize>,
    /// Steps in values along each dimension.
    strides: Vec<usize>,
    /// Byte of the file where the first value lies.
    start: u64,
    encoding: Encoding,
}

/// A run of values in a file that tensors are views of.
#[derive(Debug, Clone)]
pub(super) struct Storage {
    /// Byte of the file where it begins.
    pub(super) start: u64,
    /// Number of values; the file was checked to hold them.
    pub(super) count: usize,
    pub(super) encoding: Encoding,
}

impl Entry {
    /// A view into a storage.
    ///
    /// # Errors
    /// When the view leaves the storage, or uses a value more than once.
    pub(super) fn view(
        key: String,
        storage: &Storage,
        offset: usize,
        shape: Vec<usize>,
        strides: Vec<usize>,
    ) -> Result<Self, Problem> {
        let shown = || format!("{} {shape:?}", shown(&key));
        if shape.len() != strides.len() || shape.len() > MAX_RANK {
            return Err(Problem::Format(format!("{} has strides that do not fit its shape", shown())));
        }
        // Also where a side of 0 makes the product 0.
        if shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side.max(1))).is_none() {
            return Err(Problem::Format(format!("{} is larger than any file", shown())));
        }
        // From the closest step to the widest, each must reach beyond all that lies within it.
        let mut order: Vec<(usize, usize)> = strides.iter().copied().zip(shape.iter().copied()).collect();
        order.retain(|&(_, size)| size > 1);
        order.sort_unstable();
        let empty = shape.contains(&0);
        let mut extent = 1_usize;
        for (stride, size) in order {
            if stride < extent && !empty {
                return Err(Problem::Format(format!("{} repeats values (an expanded view)", shown())));
            }
            let grown = stride.checked_mul(size.saturating_sub(1)).and_then(|reach| reach.checked_add(extent));
            extent = grown.ok_or_else(|| Problem::Format(format!("{} is larger than any file", shown())))?;
        }
        let fits = empty || offset.checked_add(extent).is_some_and(|end| end <= storage.count);
        if !fits {
            return Err(Problem::Format(format!("{} reaches beyond its {} stored values", shown(), storage.count)));
        }
        let start = storage.start + if empty { 0 } else { (offset * storage.encoding.bytes()) as u64 };
        Ok(Self { key, shape, strides, start, encoding: storage.encoding.clone() })
    }

    /// Values one after another in row-major order.
    pub(super) fn dense(key: String, storage: &Storage, offset: usize, shape: Vec<usize>) -> Result<Self, Problem> {
        let mut strides = vec![1_usize; shape.len()];
        for axis in (1..shape.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(shape[axis].max(1));
        }
        Self::view(key, storage, offset, shape, strides)
    }

    pub(super) fn info(&self) -> TensorInfo {
        TensorInfo { key: self.key.clone(), shape: self.shape.clone(), dtype: self.encoding.name().to_owned() }
    }

    /// Number of values.
    pub(super) fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Reads the values in row-major order.
    pub(super) fn read<S: Read + Seek + ?Sized>(&self, source: &mut S) -> Result<Arc<[f32]>, Problem> {
        if let Encoding::Other(name, _) = self.encoding {
            return Err(Problem::Format(format!("{} has the type {name}, which is no float", shown(&self.key))));
        }
        let mut values: Arc<[f32]> = std::iter::repeat_n(0.0, self.count()).collect();
        let Some(out) = Arc::get_mut(&mut values).filter(|out| !out.is_empty()) else { return Ok(values) };
        let mut axes: Vec<Axis> = Vec::with_capacity(self.shape.len());
        let mut out_stride = out.len();
        for (&size, &stride) in self.shape.iter().zip(&self.strides) {
            out_stride /= size;
            if size > 1 {
                axes.push(Axis { size, stride, out_stride });
            }
        }
        if axes.iter().all(|axis| axis.stride == axis.out_stride) {
            self.read_run(source, 0, out)?;
        } else {
            axes.sort_unstable_by_key(|axis| std::cmp::Reverse(axis.stride));
            self.gather(source, 0, &axes, 0, out)?;
        }
        Ok(values)
    }

    /// Reads consecutive values that begin `offset` values after the first.
    fn read_run<S: Read + Seek + ?Sized>(&self, source: &mut S, offset: usize, out: &mut [f32]) -> Result<(), Problem> {
        source.seek(SeekFrom::Start(self.start + (offset * self.encoding.bytes()) as u64))?;
        if self.encoding == Encoding::F32 {
            source.read_exact(bytemuck::cast_slice_mut(out))?;
            return Ok(());
        }
        let mut buffer = vec![0_u64; (out.len() * self.encoding.bytes()).min(BLOCK_BYTES).div_ceil(8)];
        for out in out.chunks_mut(BLOCK_BYTES / self.encoding.bytes()) {
            let bytes = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut buffer)[..out.len() * self.encoding.bytes()];
            source.read_exact(bytes)?;
            match &self.encoding {
                Encoding::F16 => bytemuck::cast_slice::<u8, half::f16>(bytes).convert_to_f32_slice(out),
                Encoding::BF16 => bytemuck::cast_slice::<u8, half::bf16>(bytes).convert_to_f32_slice(out),
                Encoding::F64 => {
                    out.iter_mut().zip(bytemuck::cast_slice::<u8, f64>(bytes)).for_each(|(out, &value)| *out = value as f32);
                }
                Encoding::Table(table) => {
                    out.iter_mut().zip(bytes).for_each(|(out, &mut place)| *out = table[usize::from(place)]);
                }
                Encoding::F32 | Encoding::Other(..) => {}
            }
        }
        Ok(())
    }

    /// Reads a view with steps: the largest block that fits into the buffer at once, wider axes one by one.
    fn gather<S: Read + Seek + ?Sized>(
        &self,
        source: &mut S,
        offset: usize,
        axes: &[Axis],
        at: usize,
        out: &mut [f32],
    ) -> Result<(), Problem> {
        let extent = 1 + axes.iter().map(|axis| axis.stride * (axis.size - 1)).sum::<usize>();
        if extent <= BLOCK_BYTES || axes.is_empty() {
            let mut block = vec![0.0; extent];
            self.read_run(source, offset, &mut block)?;
            scatter(&block, axes, at, out);
            return Ok(());
        }
        let (widest, inner) = (&axes[0], &axes[1..]);
        if inner.is_empty() {
            // One long row with steps: in pieces, so that the block stays small.
            let rows = (BLOCK_BYTES / widest.stride).max(1);
            for first in (0..widest.size).step_by(rows) {
                let piece = [Axis { size: rows.min(widest.size - first), ..*widest }];
                self.gather(source, offset + first * widest.stride, &piece, at + first * widest.out_stride, out)?;
            }
            return Ok(());
        }
        for index in 0..widest.size {
            self.gather(source, offset + index * widest.stride, inner, at + index * widest.out_stride, out)?;
        }
        Ok(())
    }
}

/// One dimension of a view and of what it is copied to.
#[derive(Debug, Clone, Copy)]
struct Axis {
    size: usize,
    stride: usize,
    out_stride: usize,
}

fn scatter(block: &[f32], axes: &[Axis], at: usize, out: &mut [f32]) {
    match axes {
        [] => out[at] = block[0],
        [axis, inner @ ..] => {
            for index in 0..axis.size {
                scatter(&block[index * axis.stride..], inner, at + index * axis.out_stride, out);
            }
        }
    }
}

/// A key from a file as it may be shown: no control characters, not too long.
pub(super) fn shown(key: &str) -> String {
    key.chars().take(120).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a view reads from a storage of these bytes.
    fn read(bytes: &[u8], encoding: Encoding, offset: usize, shape: &[usize], strides: &[usize]) -> Vec<f32> {
        let storage = Storage { start: 0, count: bytes.len() / encoding.bytes(), encoding };
        let entry = Entry::view("w".to_owned(), &storage, offset, shape.to_vec(), strides.to_vec()).unwrap();
        entry.read(&mut std::io::Cursor::new(bytes)).unwrap().to_vec()
    }

    #[test]
    fn every_type_of_value_is_read() {
        let values = [0.5_f32, -3.0, 1024.0, 0.015_625];
        let halves: Vec<u8> = values.iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()).collect();
        let brains: Vec<u8> = values.iter().flat_map(|&v| half::bf16::from_f32(v).to_le_bytes()).collect();
        let singles: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let doubles: Vec<u8> = values.iter().flat_map(|&v| f64::from(v).to_le_bytes()).collect();
        let all = [(halves, Encoding::F16), (brains, Encoding::BF16), (singles, Encoding::F32), (doubles, Encoding::F64)];
        for (bytes, encoding) in all {
            assert_eq!(read(&bytes, encoding.clone(), 0, &[4], &[1]), values, "{encoding:?}");
            assert_eq!(read(&bytes, encoding, 1, &[2], &[2]), [-3.0, 0.015_625]);
        }
        let table: Arc<[f32; 256]> = Arc::new(std::array::from_fn(|place| place as f32 * 2.0));
        assert_eq!(read(&[3, 0, 255], Encoding::Table(table), 0, &[3], &[1]), [6.0, 0.0, 510.0]);
    }

    #[test]
    fn views_larger_than_a_block_are_read_in_pieces() {
        let (rows, columns) = (2100, 2200);
        let bytes: Vec<u8> = (0..rows * columns).flat_map(|at| (at as f32).to_le_bytes()).collect();
        let turned = read(&bytes, Encoding::F32, 0, &[columns, rows], &[1, columns]);
        let right = (0..columns).flat_map(|column| (0..rows).map(move |row| (row * columns + column) as f32));
        assert!(turned.into_iter().eq(right));
        // Every third value of all, more than a block apart from end to end.
        let count = rows * columns / 3;
        let thirds = read(&bytes, Encoding::F32, 0, &[count], &[3]);
        assert!(thirds.into_iter().eq((0..count).map(|at| (at * 3) as f32)));
        // The left half of each row.
        let left = read(&bytes, Encoding::F32, 0, &[rows, columns / 2], &[columns, 1]);
        assert!(left.into_iter().eq((0..rows).flat_map(|row| (0..columns / 2).map(move |x| (row * columns + x) as f32))));
    }

    #[test]
    fn views_without_values_are_empty() {
        let storage = Storage { start: 0, count: 0, encoding: Encoding::F32 };
        let endless = Entry::view("w".to_owned(), &storage, 0, vec![usize::MAX, 4, 0], vec![0, 0, 0]);
        assert!(matches!(endless, Err(Problem::Format(reason)) if reason.contains("larger than any file")));
        assert_eq!(read(&[], Encoding::F32, 0, &[0, 3], &[3, 1]), Vec::<f32>::new());
    }
}
