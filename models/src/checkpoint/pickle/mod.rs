//! Pickles, parsed and never executed.
//!
//! A pickle is a program for a small stack machine that may name any function of any Python module and call it.
//! [`machine`] builds only data: plain values, and calls that are written down but not made. A function that is
//! not in the list of its [`Dialect`] ends the parse with its name, before anything is done with its arguments.
//!
//! Values live in one list and refer to each other by index, so that a value that holds itself, or one that holds
//! another a billion times over, costs no more than the bytes that describe it.

mod machine;

pub(crate) use machine::parse;

/// Index of a value in [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(u32);

/// Which functions a pickle may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// What `torch.save` needs for a dictionary of tensors.
    Torch,
    /// What `numpy.save` needs for a dictionary of arrays.
    Numpy,
}

/// A function or class that a pickle may name. None of them is ever called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Global {
    /// `collections.OrderedDict`, taken for a dictionary.
    OrderedDict,
    /// `torch._utils._rebuild_tensor`.
    RebuildTensor,
    /// `torch._utils._rebuild_tensor_v2`.
    RebuildTensorV2,
    /// `torch._utils._rebuild_parameter`.
    RebuildParameter,
    /// `torch.FloatStorage` and its kin, by the name of the type they hold.
    Storage(&'static str),
    /// `torch.Size`.
    Size,
    /// `torch.device`.
    Device,
    /// `numpy.core.multiarray._reconstruct`.
    Reconstruct,
    /// `numpy.ndarray`.
    Array,
    /// `numpy.dtype`.
    Dtype,
    /// `numpy.core.multiarray.scalar`.
    Scalar,
    /// `_codecs.encode`, how Python 3 writes bytes for Python 2.
    Encode,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    /// A call that was asked for, and the state that was to be set on its result.
    Call {
        function: Global,
        arguments: Id,
        state: Option<Id>,
    },
    /// A reference to something outside of the pickle.
    Persistent(Id),
}

/// The values of one pickle.
#[derive(Debug)]
pub(crate) struct Pickle {
    values: Vec<Value>,
    root: Id,
}

impl Pickle {
    /// The value that the pickle stands for.
    pub(crate) fn root(&self) -> &Value {
        self.get(self.root)
    }

    /// The value under an id of this pickle.
    pub(crate) fn get(&self, id: Id) -> &Value {
        &self.values[id.0 as usize]
    }

    /// Every value, in the order of the file.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The items of a tuple or list.
    pub(crate) fn items(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) | Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A whole number that is not negative and fits into a `usize`.
    pub(crate) fn size(&self, id: Id) -> Option<usize> {
        match self.get(id) {
            Value::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// A tuple or list of sizes.
    pub(crate) fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        let id = match self.get(id) {
            // `torch.Size((3, 4))`.
            Value::Call { function: Global::Size, arguments, .. } => *self.items(*arguments)?.first()?,
            _ => id,
        };
        self.items(id)?.iter().map(|&item| self.size(item)).collect()
    }

    /// A text; Python 2 writes texts as bytes.
    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => str::from_utf8(bytes).ok(),
            _ => None,
        }
    }
}

/// Looks a name up; `None` for everything that a file of weights does not need.
fn global(dialect: Dialect, module: &str, name: &str) -> Option<Global> {
    if (module, name) == ("collections", "OrderedDict") {
        return Some(Global::OrderedDict);
    }
    Some(match (dialect, module, name) {
        (Dialect::Torch, "torch._utils", "_rebuild_tensor") => Global::RebuildTensor,
        (Dialect::Torch, "torch._utils", "_rebuild_tensor_v2") => Global::RebuildTensorV2,
        (Dialect::Torch, "torch._utils", "_rebuild_parameter") => Global::RebuildParameter,
        (Dialect::Torch, "torch", "Size") => Global::Size,
        (Dialect::Torch, "torch", "device") => Global::Device,
        (Dialect::Torch, "torch" | "torch.cuda", _) => Global::Storage(storage_type(name)?),
        (Dialect::Numpy, "numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => Global::Reconstruct,
        (Dialect::Numpy, "numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Global::Scalar,
        (Dialect::Numpy, "numpy", "ndarray") => Global::Array,
        (Dialect::Numpy, "numpy", "dtype") => Global::Dtype,
        (Dialect::Numpy, "_codecs", "encode") => Global::Encode,
        _ => return None,
    })
}

/// The type that a storage class holds, in safetensors' spelling.
fn storage_type(class: &str) -> Option<&'static str> {
    Some(match class {
        "FloatStorage" => "F32",
        "HalfStorage" => "F16",
        "BFloat16Storage" => "BF16",
        "DoubleStorage" => "F64",
        "LongStorage" => "I64",
        "IntStorage" => "I32",
        "ShortStorage" => "I16",
        "CharStorage" => "I8",
        "ByteStorage" => "U8",
        "BoolStorage" => "BOOL",
        _ => return None,
    })
}
