//! Dragging objects, the handles around them, and the horizon.

use super::{State, objects_within, toggle};
use crate::action::{Corner, Handle};
use crate::document::{Horizon, Placement, Rect};
use crate::paint::Point;
use crate::state::{Hand, PenEvent};

/// What is dragged between press and release; every frame starts again from where things stood at the press.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectGesture {
    grasp: Grasp,
    /// Where the pointer was pressed and where it is, in canvas pixels.
    from: [f32; 2],
    to: [f32; 2],
    /// What is moved and where it stood.
    origins: Vec<(u64, Placement)>,
    /// The frame around it, at the press.
    frame: Rect,
    /// What was selected before a frame was drawn around more.
    kept: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Grasp {
    Body,
    Handle(Handle),
    /// A frame that selects what it touches.
    Frame,
}

/// Less than this is no scale, more is a slip.
const SCALE_RANGE: std::ops::RangeInclusive<f32> = 0.02..=50.0;

/// A turn this near to a quarter turn becomes one, in radians.
const QUARTER_SNAP_RAD: f32 = 0.04;

impl ObjectGesture {
    /// The frame that is being drawn to select by, in canvas pixels: least and greatest corner.
    pub fn selecting(&self) -> Option<([f32; 2], [f32; 2])> {
        let ([ax, ay], [bx, by]) = (self.from, self.to);
        (self.grasp == Grasp::Frame).then(|| ([ax.min(bx), ay.min(by)], [ax.max(bx), ay.max(by)]))
    }

    /// Where everything stands now.
    fn placements(&self, horizon: Horizon) -> Vec<(u64, Placement)> {
        let place: Box<dyn Fn(Placement) -> Placement> = match self.grasp {
            Grasp::Body => {
                // Whole pixels: a silhouette keeps its exact shape on the way.
                let by = [0, 1].map(|axis| (self.to[axis] - self.from[axis]).round());
                Box::new(move |placement| walked(placement, by, horizon))
            }
            Grasp::Handle(Handle::Corner(corner)) => {
                let (held, opposite) = (self.corner(corner), self.corner(corner.opposite()));
                let arm = [held[0] - opposite[0], held[1] - opposite[1]];
                let moved = [0, 1].map(|axis| arm[axis] + self.to[axis] - self.from[axis]);
                let length2 = arm[0] * arm[0] + arm[1] * arm[1];
                let factor =
                    ((moved[0] * arm[0] + moved[1] * arm[1]) / length2.max(1.0)).clamp(*SCALE_RANGE.start(), *SCALE_RANGE.end());
                Box::new(move |placement| placement.scaled(factor, opposite))
            }
            Grasp::Handle(Handle::Turn) => {
                let centre = self.centre();
                let angle = |place: [f32; 2]| (place[1] - centre[1]).atan2(place[0] - centre[0]);
                let turned = angle(self.to) - angle(self.from);
                let first = self.origins.first().map_or(0.0, |(_, placement)| placement.rotation_rad);
                let turned = snapped(first + turned) - first;
                Box::new(move |placement| placement.rotated(turned, centre))
            }
            Grasp::Handle(Handle::Horizon) | Grasp::Frame => return Vec::new(),
        };
        self.origins.iter().map(|(id, placement)| (*id, place(*placement).sane())).collect()
    }

    fn corner(&self, Corner { right, bottom }: Corner) -> [f32; 2] {
        let Rect { left, top, right: end, bottom: foot } = self.frame;
        [if right { end } else { left } as f32, if bottom { foot } else { top } as f32]
    }

    fn centre(&self) -> [f32; 2] {
        let ([left, top], [right, bottom]) = (self.corner(Corner::ALL[0]), self.corner(Corner::ALL[3]));
        [f32::midpoint(left, right), f32::midpoint(top, bottom)]
    }
}

/// Moved on the ground: with the horizon's help nearer is larger.
pub(super) fn walked(placement: Placement, by: [f32; 2], horizon: Horizon) -> Placement {
    let moved = placement.moved(by);
    moved.scaled(horizon.scale(placement.foot[1], moved.foot[1]), moved.foot)
}

/// A whole number of quarter turns, if it is nearly that.
fn snapped(angle_rad: f32) -> f32 {
    let quarter = std::f32::consts::FRAC_PI_2;
    let nearest = (angle_rad / quarter).round() * quarter;
    if (angle_rad - nearest).abs() < QUARTER_SNAP_RAD { nearest } else { angle_rad }
}

impl State {
    /// Begins to drag a handle, the object under the pointer, or a frame.
    pub(super) fn press_objects(&mut self, place: Point, handle: Option<Handle>, add: bool) {
        let drawing = self.drawing_mut();
        let at = [place.x, place.y];
        let inside = place.x >= 0.0 && place.y >= 0.0;
        let hit =
            inside.then(|| drawing.document.object_at(place.x as usize, place.y as usize)).flatten().map(|object| object.id);
        let grasp = match (handle, hit) {
            (Some(handle), _) => Grasp::Handle(handle),
            (None, Some(id)) if add => {
                toggle(&mut drawing.selected, id);
                Grasp::Body
            }
            (None, Some(id)) => {
                if !drawing.selected.contains(&id) {
                    drawing.selected = vec![id];
                }
                Grasp::Body
            }
            (None, None) => {
                if !add {
                    drawing.selected.clear();
                }
                Grasp::Frame
            }
        };
        let ids = drawing.changeable();
        let moved = drawing.selected_objects().filter(|object| ids.contains(&object.id));
        let origins = moved.map(|object| (object.id, object.placement)).collect();
        let (frame, kept) = (drawing.frame_of_objects(), drawing.selected.clone());
        drawing.document.begin();
        self.hand = Hand::Objects(ObjectGesture { grasp, from: at, to: at, origins, frame, kept });
    }

    /// The pen while objects are in the hand, or before.
    pub(in crate::state) fn drag_objects(&mut self, event: &PenEvent) {
        let Hand::Objects(mut gesture) = std::mem::take(&mut self.hand) else {
            if *event == PenEvent::Cancel {
                self.drawing_mut().selected.clear();
            }
            return;
        };
        match event {
            PenEvent::Drag(samples) => {
                if let Some(sample) = samples.last() {
                    gesture.to = sample.at.into();
                    self.follow_gesture(&gesture);
                }
            }
            PenEvent::Up => return self.drawing_mut().document.commit(),
            PenEvent::Cancel => return self.drawing_mut().document.cancel(),
            _ => {}
        }
        self.hand = Hand::Objects(gesture);
    }

    fn follow_gesture(&mut self, gesture: &ObjectGesture) {
        if gesture.grasp == Grasp::Handle(Handle::Horizon) {
            let document = &mut self.drawing_mut().document;
            let y = gesture.to[1].clamp(0.0, document.canvas().height() as f32).round();
            return document.edit_extras(|extras| extras.horizon.y = y);
        }
        if let Some((least, most)) = gesture.selecting() {
            let rect = Rect::around(least[0], least[1], most[0], most[1]);
            let found = objects_within(&self.drawing().document, rect);
            let kept = gesture.kept.iter().copied().filter(|id| !found.contains(id));
            self.drawing_mut().selected = kept.chain(found.iter().copied()).collect();
            return;
        }
        let placements = gesture.placements(self.drawing().document.extras().horizon);
        self.place(&placements, false);
    }
}
