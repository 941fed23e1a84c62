//! How the objects of one drawing look, for generators that leave it open: pix2pixHD with features paints each object in
//! a style of its own, SPADE with a variational encoder the whole picture from one code.
//!
//! What nobody chose is drawn from a seed and the object's id, so that a drawing that is opened again shows the same
//! picture, and an object keeps its look while others change.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::features::{Clusters, class_of};
use crate::random::{self, Draws};

/// The looks of one drawing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Looks {
    /// What is not chosen is drawn from this.
    pub seed: u64,
    /// Styles that were measured in a photograph, by instance id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<u32, Vec<f32>>,
    /// The code that was measured in a photograph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Vec<f32>>,
    /// Objects whose look was chosen; of two choices for one pixel the later one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<(Object, Look)>,
}

/// One thing in a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// Every pixel with this instance id: a countable thing.
    Instance(u32),
    /// The connected pixels of one instance id around a place; gone once something else is painted over the place.
    Region {
        /// Column of the place, in pixels.
        x: usize,
        /// Row of the place, in pixels.
        y: usize,
        /// The instance id that the place has.
        id: u32,
    },
}

/// A chosen look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// One of the usual looks of the object's class, by number.
    Usual(usize),
    /// A style that was measured in a photograph: a value for each feature plane.
    Own(Vec<f32>),
}

/// A choice that a model cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// No object has the id.
    #[error("there is no object {0} in the instance map")]
    NoObject(u32),
    /// The class has fewer looks.
    #[error("object {id} has {choices} looks, which are 0 to {}; {look} is none of them", choices - 1)]
    NoLook {
        /// Instance id.
        id: u32,
        /// What was chosen.
        look: usize,
        /// Number of looks, not 0.
        choices: usize,
    },
    /// The class has none at all.
    #[error("objects of class {} have no looks to choose from: no features_clustered file beside the model lists it", class_of(*id))]
    NoLooks {
        /// Instance id.
        id: u32,
    },
}

impl Object {
    /// The instance id that its pixels have.
    pub const fn id(self) -> u32 {
        match self {
            Self::Instance(id) | Self::Region { id, .. } => id,
        }
    }

    /// The object under a pixel: a countable thing by its id, anything else as the connected region around the place.
    pub fn at(instances: &[u32], width: usize, x: usize, y: usize) -> Option<Self> {
        let id = *instances.get(y * width + x).filter(|_| x < width)?;
        Some(if id < 1000 { Self::Region { x, y, id } } else { Self::Instance(id) })
    }

    /// Its pixels, as positions in the instance map; none where the place shows something else by now.
    pub fn pixels(self, instances: &[u32], width: usize) -> Vec<usize> {
        match self {
            Self::Instance(wanted) => (0..instances.len()).filter(|&at| instances[at] == wanted).collect(),
            Self::Region { x, y, id } => region(instances, width, x, y, id),
        }
    }
}

/// Connected pixels of one id, over shared sides.
fn region(instances: &[u32], width: usize, x: usize, y: usize, id: u32) -> Vec<usize> {
    let start = y * width + x;
    if x >= width || instances.get(start) != Some(&id) {
        return Vec::new();
    }
    let mut seen = vec![false; instances.len()];
    seen[start] = true;
    let mut found = vec![start];
    let mut next = 0;
    while let Some(&at) = found.get(next) {
        next += 1;
        let column = at % width;
        let sides = [
            (column > 0).then(|| at - 1),
            (column + 1 < width).then_some(at + 1),
            at.checked_sub(width),
            Some(at + width).filter(|&below| below < instances.len()),
        ];
        for side in sides.into_iter().flatten() {
            if instances[side] == id && !std::mem::replace(&mut seen[side], true) {
                found.push(side);
            }
        }
    }
    found
}

impl Looks {
    /// Gives an object a look, or takes its choice back; what was chosen for the same object before is forgotten.
    pub fn choose(&mut self, object: Object, look: Option<Look>, instances: &[u32], width: usize) {
        let mut mine = vec![false; instances.len()];
        for at in object.pixels(instances, width) {
            mine[at] = true;
        }
        // An older choice whose place lies within this object was made for it.
        self.chosen.retain(|(older, _)| match *older {
            Object::Instance(_) => *older != object,
            Object::Region { x, y, .. } => !mine.get(y * width + x).copied().unwrap_or(true),
        });
        self.chosen.extend(look.map(|look| (object, look)));
    }

    /// What was chosen for an object.
    pub fn of(&self, object: Object, instances: &[u32], width: usize) -> Option<&Look> {
        let pixels = object.pixels(instances, width);
        let within = |older: Object| match older {
            Object::Instance(_) => older == object,
            Object::Region { x, y, id } => id == object.id() && pixels.contains(&(y * width + x)),
        };
        self.chosen.iter().rev().find(|(older, _)| within(*older)).map(|(_, look)| look)
    }

    /// Checks that every choice is one that the model offers for an object of the map.
    ///
    /// # Errors
    /// About the first one that is not.
    pub fn check(&self, clusters: Option<&Clusters>, instances: &[u32]) -> Result<(), LookError> {
        for (object, look) in &self.chosen {
            let (id, Look::Usual(look)) = (object.id(), look) else { continue };
            if !instances.contains(&id) {
                return Err(LookError::NoObject(id));
            }
            match clusters.map_or(0, |clusters| clusters.choices(id)) {
                0 => return Err(LookError::NoLooks { id }),
                choices if *look >= choices => return Err(LookError::NoLook { id, look: *look, choices }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Feature planes `[channels, height, width]` for an instance map.
    ///
    /// A chosen look comes before a measured style, and that before one drawn from the seed; objects of classes without
    /// any get zeros, as in the official tool.
    pub fn planes(&self, clusters: Option<&Clusters>, instances: &[u32], width: usize, channels: usize) -> Arc<[f32]> {
        let mut planes = vec![0.0; instances.len() * channels];
        let usual = |id: u32, look: usize| {
            let rows = clusters?.by_class.get(&class_of(id))?;
            rows.rows().nth(look % rows.len())
        };
        let style = |id: u32| -> Option<&[f32]> {
            let drawn = || {
                let choices = clusters.map_or(0, |clusters| clusters.choices(id));
                usual(id, (Draws::new(self.seed, u64::from(id)).uniform() * choices as f32) as usize)
            };
            self.measured.get(&id).map(Vec::as_slice).or_else(drawn)
        };
        let mut styles: BTreeMap<u32, Option<&[f32]>> = BTreeMap::new();
        for (at, &id) in instances.iter().enumerate() {
            if let Some(style) = *styles.entry(id).or_insert_with(|| style(id)) {
                lay(&mut planes, instances.len(), at, style);
            }
        }
        for (object, look) in &self.chosen {
            let style = match look {
                Look::Usual(look) => usual(object.id(), *look),
                Look::Own(style) => Some(style.as_slice()),
            };
            for at in style.map(|_| object.pixels(instances, width)).into_iter().flatten() {
                lay(&mut planes, instances.len(), at, style.unwrap_or_default());
            }
        }
        planes.into()
    }

    /// The code of a generator that reads one: what was measured, else standard normal values from the seed.
    pub fn code(&self, channels: usize) -> Arc<[f32]> {
        let measured = self.code.as_ref().filter(|code| code.len() == channels);
        measured.map_or_else(|| random::code(self.seed, channels), |code| code.as_slice().into())
    }
}

/// Writes one pixel of every plane; a style that is too short, of another model, leaves zeros.
fn lay(planes: &mut [f32], pixels: usize, at: usize, style: &[f32]) {
    for (plane, value) in planes.chunks_exact_mut(pixels).zip(style) {
        plane[at] = *value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npy::Rows;

    fn clusters() -> Clusters {
        let rows = Rows { columns: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        Clusters { by_class: BTreeMap::from([(26, rows.clone()), (7, rows)]) }
    }

    fn chosen(object: Object, look: Look) -> Looks {
        Looks { chosen: vec![(object, look)], ..Looks::default() }
    }

    #[test]
    fn instances_get_their_look_and_the_rest_nothing() {
        let mut looks = chosen(Object::Instance(26_001), Look::Usual(1));
        looks.chosen.push((Object::Instance(26_002), Look::Own(vec![9.0, 8.0])));
        let planes = looks.planes(Some(&clusters()), &[26_001, 8, 26_002], 3, 2);
        assert_eq!(planes.as_ref(), [3.0, 0.0, 9.0, 4.0, 0.0, 8.0]);
        looks.measured.insert(8, vec![0.5, 0.25]);
        assert_eq!(looks.planes(None, &[26_001, 8, 8], 3, 2).as_ref(), [0.0, 0.5, 0.5, 0.0, 0.25, 0.25]);
    }

    #[test]
    fn a_region_has_its_own_look_until_it_is_painted_over() {
        // Two roads, left and right of something else.
        let map = [7, 8, 7, 7, 8, 7];
        let right = Object::at(&map, 3, 2, 1).unwrap();
        assert_eq!(right, Object::Region { x: 2, y: 1, id: 7 });
        let plain = Looks::default().planes(Some(&clusters()), &map, 3, 2);
        for look in [0, 1] {
            let planes = chosen(right, Look::Usual(look)).planes(Some(&clusters()), &map, 3, 2);
            let wanted = if look == 0 { [1.0, 2.0] } else { [3.0, 4.0] };
            assert_eq!([planes[2], planes[5], planes[8]].map(f32::to_bits), [wanted[0], wanted[0], wanted[1]].map(f32::to_bits));
            let kept = [plain[0], 0.0, plain[3]].map(f32::to_bits);
            assert_eq!([planes[0], planes[1], planes[3]].map(f32::to_bits), kept, "the other road keeps its look");
        }
        let over = [7, 8, 7, 7, 8, 8];
        assert_eq!(chosen(right, Look::Usual(1)).planes(None, &over, 3, 2), Looks::default().planes(None, &over, 3, 2));
    }

    #[test]
    fn a_new_choice_takes_the_place_of_the_old_one_and_can_be_taken_back() {
        let map = [7, 7, 8, 8];
        let mut looks = Looks::default();
        let (left, next) = (Object::Region { x: 0, y: 0, id: 7 }, Object::Region { x: 1, y: 0, id: 7 });
        looks.choose(left, Some(Look::Usual(0)), &map, 4);
        looks.choose(Object::Region { x: 3, y: 0, id: 8 }, Some(Look::Usual(3)), &map, 4);
        looks.choose(next, Some(Look::Usual(1)), &map, 4);
        assert_eq!((looks.chosen.len(), looks.of(left, &map, 4)), (2, Some(&Look::Usual(1))));
        looks.choose(left, None, &map, 4);
        assert_eq!((looks.chosen.len(), looks.of(next, &map, 4)), (1, None));
    }

    #[test]
    fn looks_follow_their_seed_and_survive_a_file() {
        let map: Vec<u32> = (0..64).map(|k| 26_000 + k).collect();
        let of = |seed| Looks { seed, ..Looks::default() }.planes(Some(&clusters()), &map, 8, 2);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let mut looks = chosen(Object::Region { x: 3, y: 4, id: 7 }, Look::Own(vec![0.1, -0.25]));
        looks.measured.insert(26_001, vec![1.5]);
        looks.code = Some(vec![0.5; 3]);
        let text = serde_json::to_string(&looks).unwrap();
        assert_eq!(serde_json::from_str::<Looks>(&text).unwrap(), looks);
        assert_eq!((looks.code(3).as_ref(), looks.code(4)), ([0.5; 3].as_slice(), random::code(0, 4)));
    }

    #[test]
    fn choices_that_do_not_exist_are_named() {
        let check = |id, look, map: &[u32]| chosen(Object::Instance(id), Look::Usual(look)).check(Some(&clusters()), map);
        assert_eq!(check(26_001, 1, &[26_001]), Ok(()));
        assert_eq!(check(26_002, 1, &[26_001]), Err(LookError::NoObject(26_002)));
        assert_eq!(check(26_001, 2, &[26_001]), Err(LookError::NoLook { id: 26_001, look: 2, choices: 2 }));
        assert_eq!(check(8, 0, &[8]), Err(LookError::NoLooks { id: 8 }));
    }
}
