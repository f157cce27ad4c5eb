//! States per second and bytes per state, side by side with `stateright` on the same generated model,
//! one thread against one, in the same run: `cargo bench --bench proof`.
//!
//! The model: a corridor of scenes in each of which three choices change three counters that
//! saturate, so that nearly every combination is reached. Stateright gets the same rules over the same
//! packed words by hand; its best states per second are with a breadth-first search on one thread.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::needless_range_loop,
    reason = "a test fails by panicking"
)]

use stateright::{Checker, Model, Property};
use std::time::Instant;
use treed::proof::explore::{Budget, explore};
use treed::proof::pack::{Control, Reduce};
use treed::story::{Source, load};

/// Scenes and values of each counter.
#[derive(Clone, Copy)]
struct Size {
    scenes: u32,
    values: u32,
}

fn story(size: Size) -> String {
    use std::fmt::Write;
    let most = size.values - 1;
    let range = format!("Range(from: 0, to: {most}, start: 0)");
    let mut text = format!(
        "#![enable(implicit_some)]\nStory(id: \"bench\", title: \"B\", version: \"1\", start: \"s0\", facts: {{\"a\": {range}, \"b\": {range}, \"c\": {range}}}, scenes: {{"
    );
    for i in 0..size.scenes {
        let next = (i + 1) % size.scenes;
        let _ = write!(
            text,
            "\"s{i}\": (text: \"S.\", choices: [
                (id: \"x\", label: \"X\", then: [When(Equals(\"a\", {most}), [RaiseToEnd(\"b\", 1)]), RaiseToEnd(\"a\", 1)], to: \"s{next}\"),
                (id: \"y\", label: \"Y\", then: [When(Equals(\"b\", {most}), [RaiseToEnd(\"c\", 1)]), LowerToEnd(\"a\", 2), RaiseToEnd(\"b\", 1)], to: \"s{next}\"),
                (id: \"z\", label: \"Z\", then: [LowerToEnd(\"b\", 1), RaiseToEnd(\"c\", 1), LowerToEnd(\"a\", 1)], to: \"s{i}\"),
                (id: \"e\", label: \"E\", when: All([Equals(\"a\", 0), Equals(\"b\", 0), Equals(\"c\", 1)]), to: \"end\")]),"
        );
    }
    text.push_str(
        "\"end\": (text: \"E.\", ending: \"end\")}, endings: {\"end\": (title: \"E\", hint: \"h\")})",
    );
    text
}

/// The same rules by hand.
#[derive(Clone)]
struct ByHand(Size);

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Packed([u64; 2]);

impl Packed {
    fn new(scene: u32, a: u32, b: u32, c: u32) -> Packed {
        Packed([u64::from(scene), u64::from(a) | u64::from(b) << 20 | u64::from(c) << 40])
    }

    fn parts(&self) -> (u32, u32, u32, u32) {
        let part = |shift: u32| (self.0[1] >> shift & 0xF_FFFF) as u32;
        (self.0[0] as u32, part(0), part(20), part(40))
    }
}

impl Model for ByHand {
    type State = Packed;
    type Action = u8;

    fn init_states(&self) -> Vec<Packed> {
        vec![Packed::new(0, 0, 0, 0)]
    }

    fn actions(&self, state: &Packed, actions: &mut Vec<u8>) {
        let (scene, a, b, c) = state.parts();
        if scene < self.0.scenes {
            actions.extend([0, 1, 2]);
            if (a, b, c) == (0, 0, 1) {
                actions.push(3);
            }
        }
    }

    fn next_state(&self, state: &Packed, action: u8) -> Option<Packed> {
        let (scene, a, b, c) = state.parts();
        let most = self.0.values - 1;
        let next = (scene + 1) % self.0.scenes;
        Some(match action {
            0 => Packed::new(next, (a + 1).min(most), if a == most { (b + 1).min(most) } else { b }, c),
            1 => Packed::new(
                next,
                a.saturating_sub(2),
                (b + 1).min(most),
                if b == most { (c + 1).min(most) } else { c },
            ),
            2 => Packed::new(scene, a.saturating_sub(1), b.saturating_sub(1), (c + 1).min(most)),
            _ => Packed::new(self.0.scenes, 0, 0, 0),
        })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("never", |_, _| true)]
    }
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) * 1024
}

fn ours(size: Size, threads: usize) -> (usize, f64, f64) {
    let source = Source::new("bench.ron", story(size).into_bytes()).expect("text");
    let story = load(&source).expect("a sound story");
    let control = Control::of(&story, Reduce::default());
    let begun = Instant::now();
    let graph = explore(&control, Budget::default(), threads, &false.into(), &mut |_| {});
    let time = begun.elapsed().as_secs_f64();
    (graph.len(), time, graph.bytes as f64 / graph.len() as f64)
}

fn stateright(size: Size) -> (usize, f64, f64) {
    let before = resident();
    let begun = Instant::now();
    let checker = ByHand(size).checker().threads(1).spawn_bfs().join();
    let time = begun.elapsed().as_secs_f64();
    let states = checker.unique_state_count();
    let bytes = resident().saturating_sub(before) as f64 / states as f64;
    (states, time, bytes)
}

fn main() {
    // `cargo test --benches` only asks whether it still runs.
    let quick = std::env::args().any(|argument| argument == "--test");
    let sizes = [(10, 10), (25, 16), (50, 27), (80, 50)];
    println!(
        "{:>10}  {:>12} {:>7}  {:>12} {:>7}  {:>6}  {:>11}",
        "states", "ours/s", "bytes", "stateright/s", "bytes", "ratio", "2 threads"
    );
    for (scenes, values) in sizes.into_iter().take(if quick { 1 } else { sizes.len() }) {
        let size = Size { scenes, values };
        // The best of three: other work on the machine only ever makes it slower.
        let best = |run: &dyn Fn() -> (usize, f64, f64)| {
            let runs = [run(), run(), run()];
            let time = runs.iter().map(|run| run.1).fold(f64::INFINITY, f64::min);
            (runs[0].0, time, runs.iter().map(|run| run.2).fold(0.0, f64::max))
        };
        let (states, time, bytes) = best(&|| ours(size, 1));
        let (_, two, _) = best(&|| ours(size, 2));
        let (theirs, their_time, their_bytes) = best(&|| stateright(size));
        assert_eq!(states, theirs, "the two models differ");
        let (ours, other) = (states as f64 / time, theirs as f64 / their_time);
        println!(
            "{states:>10}  {ours:>12.0} {bytes:>7.1}  {other:>12.0} {their_bytes:>7.1}  {:>6.2}  {:>10.2}x",
            ours / other,
            time / two
        );
    }
}
