//! Objects in a project file: numbers in JSON, masks in PNG.

use std::sync::Arc;

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::entries::{Reader, Writer};
use crate::document::{Ink, Kind, MAX_OBJECTS, Mask, Object, Part, Placement, Rect, Shape};

/// No object has more parts.
const MAX_PARTS: usize = 64;

/// Longest name of an object, in bytes.
const MAX_NAME: usize = 1000;

/// An object without its masks.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    id: u64,
    name: String,
    shape: ShapeEntry,
    placement: Placement,
    parts: Vec<PartEntry>,
    instance: u32,
    #[serde(default = "yes")]
    visible: bool,
    #[serde(default)]
    locked: bool,
}

fn yes() -> bool {
    true
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ShapeEntry {
    Stamp { stamp: String, parts: Vec<usize> },
    Free { free: Vec<Option<[usize; 2]>>, origin: Placement },
}

#[derive(Serialize, Deserialize)]
struct PartEntry {
    ink: Ink,
    /// The upper left pixel of the mask; none where it covers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<[usize; 2]>,
}

fn at(mask: &Mask) -> Option<[usize; 2]> {
    (!mask.rect().is_empty()).then_some([mask.rect().left, mask.rect().top])
}

impl Entry {
    pub(super) fn of(object: &Object) -> Self {
        let shape = match &object.shape {
            Shape::Stamp { name, parts } => ShapeEntry::Stamp { stamp: name.clone(), parts: parts.clone() },
            Shape::Free { masks, origin } => {
                ShapeEntry::Free { free: masks.iter().map(|mask| at(mask)).collect(), origin: *origin }
            }
        };
        let parts = object.parts.iter().map(|part| PartEntry { ink: part.ink, at: at(&part.mask) }).collect();
        let Object { id, placement, instance, visible, locked, .. } = *object;
        Self { id, name: object.name.clone(), shape, placement, parts, instance, visible, locked }
    }
}

/// Writes the masks of an object; those of a free shape only where they are not what it covers anyway.
pub(super) fn write(writer: &mut Writer, object: &Object) -> anyhow::Result<()> {
    for (number, part) in object.parts.iter().enumerate().filter(|(_, part)| at(&part.mask).is_some()) {
        writer.add_mask(&mask_name(object.id, number), &part.mask)?;
    }
    if let Shape::Free { masks, .. } = &object.shape {
        for (number, mask) in masks.iter().enumerate().filter(|(_, mask)| at(mask).is_some()) {
            if object.parts.get(number).is_none_or(|part| part.mask != *mask) {
                writer.add_mask(&first_name(object.id, number), mask)?;
            }
        }
    }
    Ok(())
}

fn mask_name(id: u64, part: usize) -> String {
    format!("objects/{id}-{part}.png")
}

fn first_name(id: u64, part: usize) -> String {
    format!("objects/{id}-{part}-first.png")
}

/// Reads all objects.
///
/// # Errors
/// When there are too many, or one breaks a rule.
pub(super) fn read(reader: &mut Reader<'_>, entries: Vec<Entry>, kind: &Kind, bounds: Rect) -> anyhow::Result<Vec<Arc<Object>>> {
    ensure!(entries.len() <= MAX_OBJECTS, "it has {} objects and there can be {MAX_OBJECTS}", entries.len());
    let mut objects: Vec<Arc<Object>> = Vec::new();
    for entry in entries {
        let id = entry.id;
        let known = objects.iter().any(|object| object.id == id || object.instance == entry.instance);
        ensure!(!known && (entry.instance as usize) < MAX_OBJECTS, "object {id} has the number of another one");
        objects.push(Arc::new(object(reader, entry, kind, bounds)?));
    }
    Ok(objects)
}

fn object(reader: &mut Reader<'_>, entry: Entry, kind: &Kind, bounds: Rect) -> anyhow::Result<Object> {
    let Entry { id, name, shape, placement, parts, instance, visible, locked } = entry;
    ensure!(name.len() <= MAX_NAME, "the name of object {id} is too long");
    ensure!(parts.len() <= MAX_PARTS, "object {id} has {} parts", parts.len());
    ensure!(placement == placement.sane(), "object {id} stands nowhere");
    let highest = if kind.is_labels() { 255 } else { 0x00ff_ffff };
    ensure!(parts.iter().all(|part| part.ink <= highest), "object {id} has an ink that is none of its drawing");
    let mut masks: Vec<Arc<Mask>> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let mask = part.at.map(|at| reader.mask(&mask_name(id, number), at, bounds)).transpose()?;
        masks.push(Arc::new(mask.unwrap_or_default()));
    }
    let shape = match shape {
        ShapeEntry::Stamp { stamp, parts: kept } => {
            ensure!(kept.is_empty() || kept.len() == parts.len(), "object {id} has other parts than its stamp");
            Shape::Stamp { name: stamp, parts: kept }
        }
        ShapeEntry::Free { free, origin } => {
            ensure!(free.len() == parts.len(), "object {id} has other parts than its shape");
            ensure!(origin == origin.sane(), "the shape of object {id} stands nowhere");
            let mut first = Vec::new();
            for (number, at) in free.into_iter().enumerate() {
                let name = first_name(id, number);
                first.push(match at {
                    None => Arc::new(Mask::default()),
                    Some(at) if reader.find(&name) => Arc::new(reader.mask(&name, at, bounds)?),
                    Some(_) => masks[number].clone(),
                });
            }
            Shape::Free { masks: first, origin }
        }
    };
    let parts = parts.into_iter().zip(masks).map(|(part, mask)| Part { ink: part.ink, mask }).collect();
    Ok(Object { id, name, shape, placement, parts, instance, visible, locked })
}
