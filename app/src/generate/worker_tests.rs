//! The promises of the worker, with a painter that only counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use daub_models::architecture::{Architecture, Family, InputKind};
use daub_models::looks::{Looks, Object};
use daub_models::recognise::unknown_card;
use daub_models::{Input, Model};

use super::super::Pixels;
use super::*;

#[derive(Clone, Default)]
struct Counter {
    passes: Arc<AtomicUsize>,
    stopped: Arc<AtomicUsize>,
    in_flight: Arc<AtomicUsize>,
    preview: bool,
    full_ms: u64,
}

impl Painter for Counter {
    fn steps(&mut self, request: &Request) -> anyhow::Result<Vec<Step>> {
        anyhow::ensure!(request.stamp.revision != 13, "thirteen cannot be painted");
        assert_ne!(request.stamp.revision, 666, "a painter that panics");
        let preview = Step { quality: Quality::Preview, styled: false, stoppable: false };
        let full = Step { quality: Quality::Full, styled: false, stoppable: self.preview };
        Ok(if self.preview { vec![preview, full] } else { vec![full] })
    }

    fn paint(&mut self, request: &Request, Step { quality, .. }: Step, interrupt: &Interrupt) -> anyhow::Result<Shown> {
        assert_eq!(self.in_flight.fetch_add(1, Ordering::SeqCst), 0, "two passes at once");
        self.passes.fetch_add(1, Ordering::SeqCst);
        let steps = if quality == Quality::Full { self.full_ms } else { 0 };
        let outcome = (0..steps).try_for_each(|_| {
            std::thread::sleep(Duration::from_millis(1));
            interrupt.check()
        });
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        if let Err(error) = outcome {
            self.stopped.fetch_add(1, Ordering::SeqCst);
            return Err(error.into());
        }
        let pixels = Pixels::Bytes(Arc::from([0; 3].as_slice()));
        let Request { stamp, model, options, styles, .. } = request.clone();
        let (milliseconds, device, before) = (0.0, "test".into(), None);
        Ok(Shown { stamp, model, options, quality, width: 1, height: 1, pixels, styles, before, milliseconds, device })
    }

    fn look(&mut self, wish: &LookRequest, index: usize, interrupt: &Interrupt) -> anyhow::Result<LookPicture> {
        assert_eq!(self.in_flight.fetch_add(1, Ordering::SeqCst), 0, "two passes at once");
        let outcome = (0..self.full_ms).try_for_each(|_| {
            std::thread::sleep(Duration::from_millis(1));
            interrupt.check()
        });
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        outcome?;
        Ok(LookPicture { stamp: wish.request.stamp, object: wish.object, index, choices: 4, picture: None })
    }

    fn reset(&mut self) {}
}

fn request(revision: u64) -> Request {
    let architecture = Architecture::new(Family::Resnet, InputKind::Rgb, 3, 4, 2, 1);
    let card = unknown_card(std::path::Path::new("test.safetensors"), architecture);
    Request {
        stamp: Stamp { document: 1, revision },
        model: Arc::new(Model { card, weights: "test.safetensors".into() }),
        input: Input::from_rgb(1, 1, vec![0; 3]),
        looks: Looks::default(),
        options: super::super::Options::default(),
        styles: super::super::Styles::default(),
        in_stroke: false,
        bytes: false,
    }
}

/// Takes results until the generator is idle; returns every picture and failure that was seen.
fn drain(generator: &Generator, results: &mpsc::Receiver<()>) -> (Vec<Shown>, Vec<String>) {
    let (mut shown, mut failed) = (Vec::new(), Vec::new());
    loop {
        let taken = generator.take_results();
        shown.extend(taken.shown);
        failed.extend(taken.failed.map(|(_, message)| message));
        if !taken.busy {
            return (shown, failed);
        }
        results.recv_timeout(Duration::from_secs(20)).expect("the generator stopped answering");
    }
}

fn start(counter: &Counter) -> (Generator, mpsc::Receiver<()>) {
    let (sender, receiver) = mpsc::channel();
    (
        Generator::start(Box::new(counter.clone()), move || {
            // A test that has ended no longer listens.
            let _sent = sender.send(());
        })
        .unwrap(),
        receiver,
    )
}

#[test]
fn of_a_thousand_rapid_requests_the_last_is_shown() {
    let counter = Counter { full_ms: 2, ..Counter::default() };
    let (generator, results) = start(&counter);
    for revision in 1001..=2000 {
        generator.want(request(revision));
    }
    let (shown, failed) = drain(&generator, &results);
    assert_eq!(shown.last().map(|shown| shown.stamp.revision), Some(2000));
    assert!(failed.is_empty(), "{failed:?}");
    assert!(shown.is_sorted_by_key(|shown| shown.stamp.revision));
    assert!(counter.passes.load(Ordering::SeqCst) < 100, "stale requests were painted");
}

#[test]
fn every_request_that_is_waited_for_arrives() {
    let (generator, results) = start(&Counter { preview: true, full_ms: 1, ..Counter::default() });
    for revision in 1001..=1200 {
        generator.want(request(revision));
        let (shown, _) = drain(&generator, &results);
        let last = shown.last().map(|shown| (shown.stamp.revision, shown.quality));
        assert_eq!(last, Some((revision, Quality::Full)));
    }
}

#[test]
fn a_full_pass_gives_way_after_its_preview() {
    let counter = Counter { preview: true, full_ms: 3000, ..Counter::default() };
    let (generator, results) = start(&counter);
    for revision in 1..=5 {
        generator.want(request(revision));
        // The pass that was stopped also notifies, without a picture.
        let preview = std::iter::repeat_with(|| {
            results.recv_timeout(Duration::from_secs(20)).unwrap();
            generator.take_results().shown
        });
        assert_eq!(preview.flatten().next().map(|shown| shown.stamp.revision), Some(revision));
    }
    drop(generator);
    // Five previews; every full pass that began was stopped.
    assert_eq!(counter.passes.load(Ordering::SeqCst), 5 + counter.stopped.load(Ordering::SeqCst));
}

#[test]
fn failures_and_panics_are_told_and_survived() {
    let (generator, results) = start(&Counter::default());
    generator.want(request(13));
    assert_eq!(drain(&generator, &results).1, ["thirteen cannot be painted"]);
    generator.want(request(666));
    assert_eq!(drain(&generator, &results).1.len(), 1);
    generator.want(request(7));
    assert_eq!(drain(&generator, &results).0.len(), 1);
}

#[test]
fn requests_from_many_threads_never_deadlock() {
    let (generator, results) = start(&Counter { preview: true, full_ms: 1, ..Counter::default() });
    let next = AtomicU64::new(1001);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..250).for_each(|_| generator.want(request(next.fetch_add(1, Ordering::SeqCst)))));
        }
    });
    generator.want(request(9000));
    assert_eq!(drain(&generator, &results).0.last().map(|shown| shown.stamp.revision), Some(9000));
}

fn looks(id: u32) -> LookRequest {
    LookRequest { request: request(1), object: Object::Instance(id) }
}

/// Takes results until the generator is idle; returns the looks by object and number, and the pictures.
fn drain_looks(generator: &Generator, results: &mpsc::Receiver<()>) -> (Vec<(u32, usize)>, usize) {
    let (mut looks, mut pictures) = (Vec::new(), 0);
    loop {
        let taken = generator.take_results();
        looks.extend(taken.looks.iter().map(|look| (look.object.id(), look.index)));
        pictures += usize::from(taken.shown.is_some());
        if !taken.busy {
            return (looks, pictures);
        }
        results.recv_timeout(Duration::from_secs(20)).expect("the generator stopped answering");
    }
}

#[test]
fn every_look_is_painted_once_and_pictures_come_first() {
    let (generator, results) = start(&Counter { full_ms: 20, ..Counter::default() });
    generator.want_looks(Some(looks(26)));
    results.recv_timeout(Duration::from_secs(20)).unwrap();
    // The look under way gives way to the picture and is begun again.
    generator.want(request(2));
    let (painted, pictures) = drain_looks(&generator, &results);
    assert_eq!((painted, pictures), (vec![(26, 0), (26, 1), (26, 2), (26, 3)], 1));
}

#[test]
fn looks_of_another_object_take_the_place_of_the_old_ones() {
    let (generator, results) = start(&Counter { full_ms: 20, ..Counter::default() });
    generator.want_looks(Some(looks(26)));
    results.recv_timeout(Duration::from_secs(20)).unwrap();
    generator.want_looks(Some(looks(7)));
    let (painted, _) = drain_looks(&generator, &results);
    assert_eq!(painted, (0..4).map(|index| (7, index)).collect::<Vec<_>>());
    generator.want_looks(Some(looks(8)));
    generator.want_looks(None);
    assert!(drain_looks(&generator, &results).0.is_empty());
}
