//! The stroke under the pointer: a small machine of (what the hand does, what the pen says).

use super::objects::ObjectGesture;
use super::region::Floating;
use super::selecting::Selecting;
use crate::action::{Action, LookAction};
use crate::document::{Document, Ink, Mask};
use crate::paint::Point;
use crate::pen::{self, Line, Sample, snapped};
use crate::tool::{Ground, Stroke, Tool};

/// What the pen says, in canvas pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum PenEvent {
    /// The pointer was pressed.
    Down(Sample),
    /// It moved while pressed; every sample since the last frame.
    Drag(Vec<Sample>),
    /// It is pressed and did not move, at this time in seconds.
    Rest(f64),
    /// It moved without being pressed.
    Hover(Point),
    /// It was released.
    Up,
    /// A polygon should be closed, or what floats be placed: Enter or a double click.
    Finish,
    /// The stroke should be as if it had never begun: Escape.
    Cancel,
}

/// What the hand is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Hand {
    /// Nothing.
    #[default]
    Ready,
    /// A stroke between press and release.
    Drawing(Stroke, Line),
    /// A polygon between its corners; the last point follows the pointer.
    Corners(Stroke),
    /// A selection between press and release.
    Selecting(Selecting),
    /// Pixels that were pasted or picked up and are not placed yet.
    Floating(Floating),
    /// Objects, or something around them, between press and release.
    Objects(ObjectGesture),
    /// A hint between press and release.
    Hint,
}

/// What is in the hand and what lies before it.
#[derive(Debug, Clone, Copy)]
pub struct Grip<'a> {
    /// The tool.
    pub tool: Tool,
    /// What it lays down.
    pub ink: Ink,
    /// Radius of the brush in canvas pixels.
    pub radius_px: f32,
    /// How the pen feels.
    pub pen: pen::Settings,
    /// Mirrors and the selection.
    pub ground: Ground<'a>,
    /// Where the last stroke ended; a click with Shift goes on from there.
    pub last_point: Option<Point>,
    /// Whether the wand keeps to connected pixels.
    pub contiguous: bool,
}

/// What comes of an event beside what is painted.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The eyedropper found this ink.
    Ink(Ink),
    /// The selection is to be this.
    Selection(Option<Mask>),
    /// A stroke ended here.
    Ended(Point),
}

/// A click this near to a polygon's first corner closes it, in canvas pixels.
const CLOSING_DISTANCE_PX: f32 = 4.0;

impl Hand {
    /// Handles an event on the document.
    pub fn handle(&mut self, event: PenEvent, grip: Grip<'_>, document: &mut Document) -> Option<Outcome> {
        let mut outcome = None;
        *self = match (std::mem::take(self), event) {
            (Self::Ready, PenEvent::Down(sample)) => {
                let (hand, found) = pressed(sample, grip, document);
                outcome = found;
                hand
            }
            (Self::Drawing(mut stroke, mut line), PenEvent::Drag(samples)) => {
                go_on(&mut stroke, &mut line, &samples, grip.ground, document);
                Self::Drawing(stroke, line)
            }
            (Self::Drawing(mut stroke, mut line), PenEvent::Rest(seconds)) => {
                if stroke.tool.is_incremental() {
                    extend(&mut stroke, grip.ground, document, |inked| line.rest(seconds, inked));
                }
                Self::Drawing(stroke, line)
            }
            (Self::Drawing(mut stroke, mut line), PenEvent::Up) => {
                if stroke.tool.is_incremental() {
                    extend(&mut stroke, grip.ground, document, |inked| line.end(inked));
                }
                document.commit();
                outcome = stroke.points.last().map(|end| Outcome::Ended(*end));
                Self::Ready
            }
            (Self::Corners(stroke), PenEvent::Down(sample)) => corner(stroke, &sample, grip.ground, document),
            (Self::Corners(mut stroke), PenEvent::Hover(point)) => {
                follow(&mut stroke, &point.into(), grip.ground, document);
                Self::Corners(stroke)
            }
            (Self::Corners(mut stroke), PenEvent::Drag(samples)) => {
                if let Some(sample) = samples.last() {
                    follow(&mut stroke, sample, grip.ground, document);
                }
                Self::Corners(stroke)
            }
            (Self::Corners(stroke), PenEvent::Finish) => finished(stroke, grip.ground, document),
            (Self::Drawing(..) | Self::Corners(_) | Self::Floating(_), PenEvent::Cancel) => {
                document.cancel();
                Self::Ready
            }
            (Self::Selecting(mut selecting), PenEvent::Drag(samples)) => {
                selecting.go_on(&samples);
                Self::Selecting(selecting)
            }
            (Self::Selecting(selecting), PenEvent::Up) => {
                outcome = Some(Outcome::Selection(selecting.finished(document.canvas().bounds(), grip.ground.within)));
                Self::Ready
            }
            (Self::Selecting(_), PenEvent::Cancel) => Self::Ready,
            (Self::Floating(floating), event) => {
                let (floating, selection) = floating.handle(event, document);
                outcome = selection.map(|selection| Outcome::Selection(Some(selection)));
                floating.map_or(Self::Ready, Self::Floating)
            }
            (hand, _) => hand,
        };
        outcome
    }

    /// Whether a stroke is under way.
    pub fn is_busy(&self) -> bool {
        *self != Self::Ready
    }

    /// Whether more of a gesture is to come that changes the drawing; pixels may float for long without being moved.
    pub fn is_drawing(&self) -> bool {
        match self {
            // The end of a selection is no reason to paint the photograph once more.
            Self::Ready | Self::Selecting(_) => false,
            Self::Floating(floating) => floating.is_held(),
            _ => true,
        }
    }

    /// Whether the stroke goes on although the pointer rests.
    pub fn lags(&self) -> bool {
        matches!(self, Self::Drawing(_, line) if line.lags())
    }
}

/// The pointer is pressed and the hand is empty.
fn pressed(sample: Sample, grip: Grip<'_>, document: &mut Document) -> (Hand, Option<Outcome>) {
    let Grip { tool, ink, radius_px, ground, .. } = grip;
    if sample.held.ctrl
        && let Some(floating) = Floating::picked_up(document, ground.within, &sample)
    {
        return (Hand::Floating(floating), None);
    }
    match tool {
        Tool::Eyedropper => return (Hand::Ready, ink_at(document, sample.at).map(Outcome::Ink)),
        Tool::Wand => {
            let found = Selecting::by_wand(document.composite(), &sample, grip.contiguous, ground.within);
            return (Hand::Ready, found);
        }
        Tool::SelectRectangle | Tool::Lasso | Tool::SelectBrush => {
            let selecting = Selecting::begin(tool, radius_px, &sample, document.canvas().bounds());
            return (Hand::Selecting(selecting), None);
        }
        _ => {}
    }
    document.begin();
    let (line, first) = Line::begin(&grip.pen, sample);
    let mut stroke = Stroke { tool, ink, radius_px, points: vec![first.at], widths: vec![first.width] };
    if tool == Tool::Polygon {
        stroke.points.push(sample.at);
        return (Hand::Corners(stroke), None);
    }
    if let Some(last) = grip.last_point.filter(|_| sample.held.shift && tool.is_incremental()) {
        stroke.points.insert(0, last);
        stroke.widths.push(first.width);
    }
    stroke.lay_on(document, 0, ground);
    (Hand::Drawing(stroke, line), None)
}

/// The pointer moves while it is pressed.
fn go_on(stroke: &mut Stroke, line: &mut Line, samples: &[Sample], ground: Ground<'_>, document: &mut Document) {
    if stroke.tool.is_incremental() {
        extend(stroke, ground, document, |inked| {
            for sample in samples {
                line.go_on(*sample, inked);
            }
        });
    } else if let Some(last) = samples.last().filter(|_| stroke.tool != Tool::Fill) {
        stroke.points.truncate(1);
        stroke.points.push(constrained(stroke.tool, stroke.points[0], last));
        stroke.lay_on(document, 1, ground);
    }
}

/// Lays what the line pushes.
fn extend(stroke: &mut Stroke, ground: Ground<'_>, document: &mut Document, push: impl FnOnce(&mut Vec<pen::Inked>)) {
    let (first, mut inked) = (stroke.points.len(), Vec::new());
    push(&mut inked);
    if !inked.is_empty() {
        stroke.points.extend(inked.iter().map(|inked| inked.at));
        stroke.widths.extend(inked.iter().map(|inked| inked.width));
        stroke.lay_on(document, first, ground);
    }
}

/// The end of a shape; with Shift lines keep to 15° and boxes become squares.
pub(super) fn constrained(tool: Tool, start: Point, end: &Sample) -> Point {
    match tool {
        _ if !end.held.shift => end.at,
        Tool::Line | Tool::Polygon => snapped(start, end.at),
        _ => {
            let (dx, dy) = (end.at.x - start.x, end.at.y - start.y);
            let side = dx.abs().max(dy.abs());
            Point { x: start.x + side.copysign(dx), y: start.y + side.copysign(dy) }
        }
    }
}

/// Fixes the corner that followed the pointer, or closes the polygon at its first corner.
fn corner(mut stroke: Stroke, sample: &Sample, ground: Ground<'_>, document: &mut Document) -> Hand {
    let (first, point) = (stroke.points[0], sample.at);
    let closes = stroke.points.len() > 3 && (first.x - point.x).hypot(first.y - point.y) <= CLOSING_DISTANCE_PX;
    if closes {
        return finished(stroke, ground, document);
    }
    follow(&mut stroke, sample, ground, document);
    stroke.points.extend(stroke.points.last().copied());
    Hand::Corners(stroke)
}

fn follow(stroke: &mut Stroke, sample: &Sample, ground: Ground<'_>, document: &mut Document) {
    if let [.., before, last] = &mut stroke.points[..] {
        *last = constrained(stroke.tool, *before, sample);
    }
    stroke.lay_on(document, 0, ground);
}

/// Ends a polygon without the corner that followed the pointer.
fn finished(mut stroke: Stroke, ground: Ground<'_>, document: &mut Document) -> Hand {
    stroke.points.pop();
    stroke.points.dedup();
    if stroke.points.len() >= 3 {
        stroke.lay_on(document, 0, ground);
        document.commit();
    } else {
        document.cancel();
    }
    Hand::Ready
}

fn ink_at(document: &Document, point: Point) -> Option<Ink> {
    let inside = point.x >= 0.0 && point.y >= 0.0;
    inside.then(|| document.composite().get(point.x as usize, point.y as usize)).flatten()
}

/// Whether an action may come in the middle of a stroke: the pen itself, the brush and the view, and news from threads.
pub(super) fn leaves_the_hand_alone(action: &Action) -> bool {
    match action {
        Action::Object(action) if action.goes_on() => return true,
        Action::Layer(action) if action.goes_on() => return true,
        Action::Style(action) if action.goes_on() => return true,
        Action::File(action) => return super::filing::leaves_the_hand_alone(action),
        Action::Candidate(action) => return super::candidates::leaves_the_hand_alone(action),
        _ => {}
    }
    matches!(
        action,
        Action::Pen(_)
            | Action::SetView(_)
            | Action::SetRadius(_)
            | Action::BrushSmaller
            | Action::BrushLarger
            | Action::Saved { .. }
            | Action::Notify(_)
            | Action::DismissNotice(_)
            | Action::Interface(_)
            | Action::Selection(_)
            | Action::TypePath(_)
            | Action::PathAgreed(..)
            | Action::Training(_)
            | Action::Look(LookAction::Measured { .. })
    )
}
