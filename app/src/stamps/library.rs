//! The stamps at hand: those that come with the program, and the user's own.

use std::sync::{Arc, LazyLock};

use super::{Group, Stamp};

macro_rules! stamps {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../assets/stamps/", $name, ".svg")))),*]
    };
}

/// Every bundled stamp, in the order of the panel.
const FILES: &[(&str, &str)] = stamps![
    "car-hatchback-side",
    "car-sedan-side",
    "car-estate-side",
    "car-suv-side",
    "car-small-side",
    "car-front",
    "car-rear",
    "car-hatchback-rear",
    "car-suv-front",
    "car-suv-rear",
    "car-three-quarter-front",
    "car-three-quarter-rear",
    "car-hatchback-three-quarter",
    "car-suv-three-quarter",
    "van-side",
    "van-rear",
    "van-three-quarter",
    "pickup-side",
    "truck-box-side",
    "truck-semi-side",
    "truck-front",
    "truck-rear",
    "truck-tipper-side",
    "bus-side",
    "bus-double-decker-side",
    "bus-front",
    "bus-rear",
    "bus-three-quarter-rear",
    "bus-three-quarter-front",
    "tram-side",
    "tram-front",
    "bicycle-side",
    "bicycle-front",
    "bicycles-parked",
    "motorcycle-side",
    "scooter-side",
    "motorcycle-rear",
    "cyclist-side",
    "cyclist-front",
    "motorcyclist-side",
    "motorcyclist-rear",
    "scooter-rider-side",
    "person-standing",
    "person-dress",
    "person-walking",
    "person-walking-bag",
    "person-backpack",
    "person-running",
    "person-walking-front",
    "person-child",
    "person-parent-child",
    "person-couple",
    "person-group",
    "person-seated",
    "person-pram",
    "person-umbrella",
    "person-wheelchair",
    "tree-round",
    "tree-broad",
    "tree-tall",
    "tree-irregular",
    "tree-conifer",
    "tree-pine",
    "tree-palm",
    "tree-bare",
    "tree-bare-slender",
    "tree-young",
    "tree-willow",
    "bush-round",
    "bush-low",
    "hedge",
    "hedge-trimmed",
    "grass-tuft",
    "plant-pot",
    "pole",
    "bollard",
    "pole-utility",
    "lamp-street",
    "lamp-double",
    "lamp-post",
    "sign-round",
    "sign-triangle",
    "sign-yield",
    "sign-rectangle",
    "sign-stop",
    "sign-diamond",
    "sign-direction",
    "sign-two",
    "sign-billboard",
    "sign-gantry",
    "light-pole",
    "light-double",
    "light-arm",
    "light-pedestrian",
    "bus-stop",
    "bench",
    "bin",
    "hydrant",
    "fence-picket",
    "fence-railing",
    "window-plain",
    "window-paned",
    "window-tall",
    "window-wide",
    "window-arched",
    "window-gothic",
    "window-round",
    "window-sill",
    "window-framed",
    "window-shutters",
    "window-blind",
    "window-pediment",
    "window-dormer",
    "window-bay",
    "window-row",
    "door-plain",
    "door-double",
    "door-arched",
    "door-fanlight",
    "door-steps",
    "door-portal",
    "door-garage",
    "door-gate",
    "shop-front",
    "shop-awning",
    "shop-arcade",
    "balcony-railing",
    "balcony-solid",
    "balcony-balustrade",
    "balcony-french",
    "balcony-door",
    "balcony-long",
    "sill",
    "blind",
    "pillar",
    "pillar-ionic",
    "pilaster",
    "cornice",
    "cornice-bracketed",
    "pediment",
    "keystone",
    "medallion",
    "garland",
];

/// The stamps that could be read; a test makes sure that this is all of them.
static BUNDLED: LazyLock<Vec<Arc<Stamp>>> = LazyLock::new(|| {
    let parse = |(name, svg): &(&str, &str)| {
        let stamp = Stamp::parse(svg, name);
        stamp.inspect_err(|error| tracing::error!("the bundled stamp {name} is broken: {error}")).ok().map(Arc::new)
    };
    FILES.iter().filter_map(parse).collect()
});

/// Every bundled stamp.
pub fn bundled() -> &'static [Arc<Stamp>] {
    &BUNDLED
}

/// The stamps at hand, sorted by group.
#[derive(Debug, Clone)]
pub struct Library {
    stamps: Vec<Arc<Stamp>>,
}

impl Default for Library {
    /// What comes with the program.
    fn default() -> Self {
        Self { stamps: bundled().to_vec() }
    }
}

impl Library {
    /// Every stamp, group by group.
    pub fn all(&self) -> &[Arc<Stamp>] {
        &self.stamps
    }

    /// The stamp of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<Stamp>> {
        self.stamps.iter().find(|stamp| stamp.name == name)
    }

    /// Takes in a stamp, in place of one with the same name.
    pub fn add(&mut self, stamp: Stamp) {
        let stamp = Stamp { group: Group::Own, ..stamp };
        self.stamps.retain(|known| known.name != stamp.name);
        let place = self.stamps.partition_point(|known| known.group <= stamp.group);
        self.stamps.insert(place, Arc::new(stamp));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed_and_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/stamps");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = files.collect();
        let mut listed: Vec<String> = FILES.iter().map(|(name, _)| format!("{name}.svg")).collect();
        files.sort();
        listed.sort();
        assert_eq!(files, listed);
        for (name, svg) in FILES {
            assert_eq!(Stamp::parse(svg, "other").map(|stamp| stamp.name).unwrap(), *name);
        }
        assert!(bundled().is_sorted_by_key(|stamp| stamp.group), "the panel shows group by group");
    }

    #[test]
    fn own_stamps_come_first_and_replace_their_namesakes() {
        let mut library = Library::default();
        let count = library.all().len();
        let own = Stamp::clone(library.find("car-front").unwrap());
        library.add(Stamp { height_m: 2.0, ..own.clone() });
        library.add(Stamp { name: "car-own".to_owned(), ..own });
        assert_eq!(library.all().len(), count + 1);
        assert_eq!(library.find("car-front").map(|stamp| stamp.height_m), Some(2.0));
        assert!(library.all().is_sorted_by_key(|stamp| stamp.group));
        assert!(library.all()[..2].iter().all(|stamp| stamp.group == Group::Own));
    }
}
