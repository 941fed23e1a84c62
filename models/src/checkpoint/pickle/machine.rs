//! The stack machine of pickle protocols 2 to 5 (PEP 307, PEP 3154, PEP 574), building data only.

use std::collections::HashMap;
use std::io::Read;

use super::{Dialect, Global, Id, Pickle, Value, global};
use crate::checkpoint::Problem;

/// Most values that a pickle may hold: a network of 20,000 tensors has about a million.
const MAX_VALUES: usize = 1 << 22;

/// Longest pickle that is read; a network's has about 200 bytes a tensor.
const MAX_BYTES: u64 = 64 << 20;

/// Longest whole number, in bytes; PyTorch's magic number has 10.
const MAX_INTEGER_BYTES: usize = 16;

/// Parses one pickle from the front of `stream` and reads not a byte more.
///
/// # Errors
/// When it is broken, too long, or names a function that is not in the dialect.
pub(crate) fn parse(stream: &mut dyn Read, dialect: Dialect) -> Result<Pickle, Problem> {
    let mut machine = Machine {
        stream: stream.take(MAX_BYTES),
        dialect,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let [code] = machine.bytes()?;
        if code == b'.' {
            let root = machine.pop()?;
            return Ok(Pickle { values: machine.values, root });
        }
        machine.step(code)?;
    }
}

struct Machine<'a> {
    stream: std::io::Take<&'a mut dyn Read>,
    dialect: Dialect,
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

impl Machine<'_> {
    fn step(&mut self, code: u8) -> Result<(), Problem> {
        match code {
            0x80 => return self.protocol(),
            // A frame only says how much may be read ahead.
            0x95 => drop(self.bytes::<8>()?),
            b'N' => self.push(Value::None)?,
            0x88 => self.push(Value::Bool(true))?,
            0x89 => self.push(Value::Bool(false))?,
            b'K' => {
                let [value] = self.bytes()?;
                self.push(Value::Int(value.into()))?;
            }
            b'M' => {
                let value = u16::from_le_bytes(self.bytes()?);
                self.push(Value::Int(value.into()))?;
            }
            b'J' => {
                let value = i32::from_le_bytes(self.bytes()?);
                self.push(Value::Int(value.into()))?;
            }
            0x8a | 0x8b => self.long(code)?,
            b'G' => {
                let value = f64::from_be_bytes(self.bytes()?);
                self.push(Value::Float(value))?;
            }
            b'X' | 0x8c | 0x8d => self.text(code)?,
            b'T' | b'U' | b'B' | b'C' | 0x8e | 0x96 => self.byte_string(code)?,
            b'c' | 0x93 => self.named(code)?,
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Persistent(id))?;
            }
            b'R' | 0x81 => self.reduce()?,
            b'b' => self.build()?,
            b'(' => self.mark()?,
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => self.duplicate()?,
            b'h' | b'j' => self.recall(code)?,
            b'q' | b'r' | 0x94 => self.remember(code)?,
            _ => return self.container(code),
        }
        Ok(())
    }

    fn container(&mut self, code: u8) -> Result<(), Problem> {
        match code {
            b')' => self.push(Value::Tuple(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x85..=0x87 => {
                let start = self.stack.len().checked_sub(usize::from(code - 0x84)).ok_or_else(short)?;
                self.mark_free(start)?;
                let items = self.stack.split_off(start);
                self.push(Value::Tuple(items))
            }
            b't' => {
                let items = self.pop_mark()?;
                self.push(Value::Tuple(items))
            }
            b'l' => {
                let items = self.pop_mark()?;
                self.push(Value::List(items))
            }
            b'd' => {
                let pairs = pairs(&self.pop_mark()?)?;
                self.push(Value::Dict(pairs))
            }
            b'a' => {
                let item = self.pop()?;
                self.extend_list(vec![item])
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.extend_list(items)
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend_dict(vec![(key, value)])
            }
            b'u' => {
                let pairs = pairs(&self.pop_mark()?)?;
                self.extend_dict(pairs)
            }
            b'i' | b'o' | 0x92 => Err(Problem::format("its pickle makes an object of a class, which no weight file needs")),
            _ => Err(Problem::Format(format!("its pickle holds the instruction {code:#04x}, which no weight file needs"))),
        }
    }

    fn protocol(&mut self) -> Result<(), Problem> {
        let [version] = self.bytes()?;
        if (2..=5).contains(&version) {
            return Ok(());
        }
        Err(Problem::Format(format!("its pickle has protocol {version}; known are 2 to 5")))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads that many bytes; memory grows with what is really there, not with what is claimed.
    fn string(&mut self, length: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let read = (&mut self.stream).take(length).read_to_end(&mut bytes)?;
        if read as u64 == length { Ok(bytes) } else { Err(Problem::format("its pickle is cut short")) }
    }

    fn line(&mut self) -> Result<String, Problem> {
        let mut line = Vec::new();
        loop {
            match self.bytes()? {
                [b'\n'] => break,
                [byte] => line.push(byte),
            }
            if line.len() > 1024 {
                return Err(Problem::format("its pickle holds a name of more than 1024 bytes"));
            }
        }
        String::from_utf8(line).map_err(|_| Problem::format("its pickle holds a name that is no text"))
    }

    fn push(&mut self, value: Value) -> Result<(), Problem> {
        if self.values.len() >= MAX_VALUES {
            return Err(Problem::Format(format!("its pickle holds more than {MAX_VALUES} values")));
        }
        let id = Id(self.values.len() as u32);
        self.values.push(value);
        self.push_id(id)
    }

    fn push_id(&mut self, id: Id) -> Result<(), Problem> {
        if self.stack.len() >= MAX_VALUES {
            return Err(Problem::format("its pickle piles up too many values"));
        }
        self.stack.push(id);
        Ok(())
    }

    /// Takes the topmost value, which must lie above the last mark.
    fn pop(&mut self) -> Result<Id, Problem> {
        let start = self.stack.len().checked_sub(1).ok_or_else(short)?;
        self.mark_free(start)?;
        self.stack.pop().ok_or_else(short)
    }

    fn mark_free(&self, start: usize) -> Result<(), Problem> {
        if self.marks.last().is_some_and(|&mark| mark > start) { Err(short()) } else { Ok(()) }
    }

    fn mark(&mut self) -> Result<(), Problem> {
        if self.marks.len() >= MAX_VALUES {
            return Err(Problem::format("its pickle piles up too many marks"));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>, Problem> {
        let start = self.marks.pop().ok_or_else(short)?;
        Ok(self.stack.split_off(start))
    }

    fn duplicate(&mut self) -> Result<(), Problem> {
        let id = self.pop()?;
        self.push_id(id)?;
        self.push_id(id)
    }

    fn length(&mut self, bytes: usize) -> Result<u64, Problem> {
        let mut padded = [0; 8];
        self.stream.read_exact(&mut padded[..bytes])?;
        Ok(u64::from_le_bytes(padded))
    }

    fn long(&mut self, code: u8) -> Result<(), Problem> {
        let length = self.length(if code == 0x8a { 1 } else { 4 })? as usize;
        if length > MAX_INTEGER_BYTES {
            return Err(Problem::Format(format!("its pickle holds a whole number of {length} bytes")));
        }
        let mut bytes = [0; MAX_INTEGER_BYTES];
        self.stream.read_exact(&mut bytes[..length])?;
        if length > 0 && bytes[length - 1] >= 0x80 {
            bytes[length..].fill(0xff);
        }
        self.push(Value::Int(i128::from_le_bytes(bytes)))
    }

    fn text(&mut self, code: u8) -> Result<(), Problem> {
        let length = self.length(match code {
            0x8c => 1,
            b'X' => 4,
            _ => 8,
        })?;
        let text = String::from_utf8(self.string(length)?).map_err(|_| Problem::format("its pickle holds a broken text"))?;
        self.push(Value::Text(text))
    }

    fn byte_string(&mut self, code: u8) -> Result<(), Problem> {
        let length = self.length(match code {
            b'U' | b'C' => 1,
            b'T' | b'B' => 4,
            _ => 8,
        })?;
        let bytes = self.string(length)?;
        self.push(Value::Bytes(bytes))
    }

    /// A function or class by name; only those of the dialect pass.
    fn named(&mut self, code: u8) -> Result<(), Problem> {
        let (module, name) = if code == b'c' {
            (self.line()?, self.line()?)
        } else {
            let (name, module) = (self.pop()?, self.pop()?);
            let text = |id: Id| match &self.values[id.0 as usize] {
                Value::Text(text) => Ok(text.clone()),
                _ => Err(Problem::format("its pickle names a function by something that is no text")),
            };
            (text(module)?, text(name)?)
        };
        // Python 2 calls the module of built-in functions so.
        let module = if module == "__builtin__" { "builtins".to_owned() } else { module };
        match global(self.dialect, &module, &name) {
            Some(found) => self.push(Value::Global(found)),
            None => Err(Problem::Refused(printable(&format!("{module}.{name}")))),
        }
    }

    fn reduce(&mut self) -> Result<(), Problem> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        let Value::Global(function) = self.values[function.0 as usize] else {
            return Err(Problem::format("its pickle calls something that is no function"));
        };
        if function == Global::OrderedDict {
            let dict = self.ordered_dict(arguments)?;
            return self.push(dict);
        }
        self.push(Value::Call { function, arguments, state: None })
    }

    /// `OrderedDict()` of Python 3 or `OrderedDict([[key, value], …])` of Python 2.
    fn ordered_dict(&self, arguments: Id) -> Result<Value, Problem> {
        let items = |id: Id| match &self.values[id.0 as usize] {
            Value::Tuple(items) | Value::List(items) => Ok(items.as_slice()),
            _ => Err(Problem::format("its pickle fills a dictionary with something odd")),
        };
        let Some(&list) = items(arguments)?.first() else { return Ok(Value::Dict(Vec::new())) };
        let pair = |&id: &Id| match items(id)? {
            &[key, value] => Ok((key, value)),
            _ => Err(short()),
        };
        Ok(Value::Dict(items(list)?.iter().map(pair).collect::<Result<_, Problem>>()?))
    }

    /// Attributes of a dictionary (`_metadata`) are dropped; those of a call are kept for its reader.
    fn build(&mut self) -> Result<(), Problem> {
        let attributes = self.pop()?;
        let target = *self.stack.last().ok_or_else(short)?;
        match &mut self.values[target.0 as usize] {
            Value::Call { state, .. } => *state = Some(attributes),
            Value::Dict(_) => {}
            _ => return Err(Problem::format("its pickle sets attributes of a plain value")),
        }
        Ok(())
    }

    fn recall(&mut self, code: u8) -> Result<(), Problem> {
        let place = self.length(if code == b'h' { 1 } else { 4 })?;
        let id = *self.memo.get(&place).ok_or_else(|| Problem::format("its pickle refers to a value that it does not hold"))?;
        self.push_id(id)
    }

    fn remember(&mut self, code: u8) -> Result<(), Problem> {
        let place = match code {
            b'q' => self.length(1)?,
            b'r' => self.length(4)?,
            _ => self.memo.len() as u64,
        };
        if self.memo.len() >= MAX_VALUES {
            return Err(Problem::format("its pickle remembers too many values"));
        }
        let id = *self.stack.last().ok_or_else(short)?;
        self.memo.insert(place, id);
        Ok(())
    }

    fn extend_list(&mut self, items: Vec<Id>) -> Result<(), Problem> {
        let target = *self.stack.last().ok_or_else(short)?;
        match &mut self.values[target.0 as usize] {
            Value::List(list) => list.extend(items),
            _ => return Err(Problem::format("its pickle appends to something that is no list")),
        }
        Ok(())
    }

    fn extend_dict(&mut self, pairs: Vec<(Id, Id)>) -> Result<(), Problem> {
        let target = *self.stack.last().ok_or_else(short)?;
        match &mut self.values[target.0 as usize] {
            Value::Dict(dict) => dict.extend(pairs),
            _ => return Err(Problem::format("its pickle fills something that is no dictionary")),
        }
        Ok(())
    }
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, Problem> {
    let (pairs, []) = items.as_chunks::<2>() else { return Err(short()) };
    Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
}

fn short() -> Problem {
    Problem::format("its pickle is broken: an instruction lacks its values")
}

/// A name from a file as it may be shown: no control characters, not too long.
fn printable(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect()
}
