//! Mirrors: what is painted on one side appears on the other, for faces and facades.

use crate::paint::Point;

/// Which mirrors are up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Axes {
    /// A standing mirror: left and right are alike.
    pub vertical: bool,
    /// A lying mirror: above and below are alike.
    pub horizontal: bool,
}

/// The mirrors of a drawing and where they stand.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Symmetry {
    /// Which mirrors are up.
    pub axes: Axes,
    /// Where they cross, in canvas pixels; multiples of a half, so that pixels are mirrored onto pixels.
    centre: Point,
}

impl Symmetry {
    /// No mirror, around the middle of a canvas.
    pub fn of_canvas(width: usize, height: usize) -> Self {
        let centre = Point { x: width as f32 / 2.0, y: height as f32 / 2.0 };
        Self { axes: Axes::default(), centre }
    }

    /// The same mirrors if they cross on a canvas, whatever a file says.
    pub fn within(self, width: usize, height: usize) -> Option<Self> {
        let Point { x, y } = self.centre;
        ((0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y)).then(|| {
            let mut sound = self;
            sound.move_to(self.centre);
            sound
        })
    }

    /// Where the mirrors cross, in canvas pixels.
    pub fn centre(&self) -> Point {
        self.centre
    }

    /// Moves the mirrors to the nearest place where pixels are mirrored onto pixels.
    pub fn move_to(&mut self, centre: Point) {
        let half = |value: f32| (value * 2.0).round() / 2.0;
        self.centre = Point { x: half(centre.x), y: half(centre.y) };
    }

    /// Whether any mirror is up.
    pub fn is_on(&self) -> bool {
        self.axes.vertical || self.axes.horizontal
    }

    /// What the mirrors make of one line: the line itself and up to three more.
    pub fn images(&self) -> impl Iterator<Item = Mirrored> + use<> {
        let Self { axes, centre } = *self;
        let all = [(false, false), (true, false), (false, true), (true, true)];
        let up = all.into_iter().filter(move |(x, y)| (axes.vertical || !x) && (axes.horizontal || !y));
        up.map(move |(x, y)| Mirrored { x, y, centre })
    }
}

/// One of the images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mirrored {
    /// Whether left and right are exchanged.
    pub x: bool,
    /// Whether above and below are exchanged.
    pub y: bool,
    centre: Point,
}

impl Mirrored {
    /// The line itself.
    pub const NONE: Self = Self { x: false, y: false, centre: Point { x: 0.0, y: 0.0 } };

    /// Where this image shows a place.
    pub fn place(&self, point: Point) -> Point {
        Point {
            x: if self.x { 2.0 * self.centre.x - point.x } else { point.x },
            y: if self.y { 2.0 * self.centre.y - point.y } else { point.y },
        }
    }
}
