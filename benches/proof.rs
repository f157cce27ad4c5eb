//! States per second and bytes per state, side by side with `stateright` on the same generated model,
//! one thread against one, in the same run: `cargo bench --bench proof`. Targets: at least 4 times its
//! states per second, at most 64 bytes a state, time linear in states and in the length of a corridor.
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
use std::hash::Hash;
use std::time::Instant;
use treed::proof::explore::{Budget, Ended, Later, explore};
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

/// States, seconds, and bytes a state.
type Run = (usize, f64, f64);

fn ours(text: String, threads: usize) -> Run {
    let source = Source::new("bench.ron", text.into_bytes()).expect("text");
    let story = load(&source).expect("a sound story");
    let control = Control::of(&story, Reduce::default());
    let budget = Budget { states: usize::MAX, bytes: 16 << 30, ..Budget::default() };
    let begun = Instant::now();
    let graph = explore(&control, budget, Later::default(), threads, &false.into(), &mut |_| {});
    let time = begun.elapsed().as_secs_f64();
    assert_eq!(graph.ended, Ended::Complete);
    (graph.len(), time, graph.bytes as f64 / graph.len() as f64)
}

fn stateright<M>(model: M) -> Run
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Send + Sync + Clone + PartialEq + 'static,
    M::Action: Send + Sync + Clone + PartialEq + 'static,
{
    let before = resident();
    let begun = Instant::now();
    let checker = model.checker().threads(1).spawn_bfs().join();
    let time = begun.elapsed().as_secs_f64();
    let states = checker.unique_state_count();
    let bytes = resident().saturating_sub(before) as f64 / states as f64;
    (states, time, bytes)
}

/// The best of some rounds, in which all take turns: other work on the machine only ever makes them slower.
fn best<const N: usize>(rounds: usize, runs: [&dyn Fn() -> Run; N]) -> [Run; N] {
    let mut best = [(0, f64::INFINITY, 0.0f64); N];
    for _ in 0..rounds {
        for (best, run) in best.iter_mut().zip(runs) {
            let (states, time, bytes) = run();
            *best = (states, best.1.min(time), best.2.max(bytes));
        }
    }
    best
}

fn main() {
    // `cargo test --benches` only asks whether it still runs.
    let quick = std::env::args().any(|argument| argument == "--test");
    let sizes = [(10, 10, 40), (25, 16, 25), (50, 27, 7), (80, 50, 2)];
    println!(
        "{:>10}  {:>12} {:>7}  {:>12} {:>7}  {:>6}  {:>11}",
        "states", "ours/s", "bytes", "stateright/s", "bytes", "ratio", "2 threads"
    );
    for (scenes, values, rounds) in sizes.into_iter().take(if quick { 1 } else { sizes.len() }) {
        let size = Size { scenes, values };
        let [one, two, theirs] =
            best(rounds, [&|| ours(story(size), 1), &|| ours(story(size), 2), &|| stateright(ByHand(size))]);
        assert_eq!(one.0, theirs.0, "the two models differ");
        let rate = |run: Run| run.0 as f64 / run.1;
        println!(
            "{:>10}  {:>12.0} {:>7.1}  {:>12.0} {:>7.1}  {:>6.2}  {:>10.2}x",
            one.0,
            rate(one),
            one.2,
            rate(theirs),
            theirs.2,
            rate(one) / rate(theirs),
            one.1 / two.1
        );
    }
    println!(
        "\n{:>10}  {:>12}  {:>12}  {:>6}   a corridor, one choice a scene",
        "scenes", "ours/s", "stateright/s", "ratio"
    );
    for length in [1000, 10_000, 30_000].into_iter().take(if quick { 1 } else { 3 }) {
        let [one, theirs] = best(5, [&|| ours(corridor(length), 1), &|| stateright(Corridor(length))]);
        assert_eq!(one.0, theirs.0, "the two models differ");
        let rate = |run: Run| run.0 as f64 / run.1;
        println!(
            "{length:>10}  {:>12.0}  {:>12.0}  {:>6.1}",
            rate(one),
            rate(theirs),
            rate(one) / rate(theirs)
        );
    }
}

/// A long story without branches.
fn corridor(length: u32) -> String {
    use std::fmt::Write;
    let mut text = String::from(
        "#![enable(implicit_some)]\nStory(id: \"bench\", title: \"B\", version: \"1\", start: \"s1\", scenes: {",
    );
    for i in 1..length {
        let _ = write!(
            text,
            "\"s{i}\": (text: \"S.\", choices: [(id: \"x\", label: \"X\", to: \"s{}\")]),",
            i + 1
        );
    }
    let _ = write!(
        text,
        "\"s{length}\": (text: \"E.\", ending: \"end\")}}, endings: {{\"end\": (title: \"E\", hint: \"h\")}})"
    );
    text
}

/// The same by hand.
struct Corridor(u32);

impl Model for Corridor {
    type State = u32;
    type Action = ();

    fn init_states(&self) -> Vec<u32> {
        vec![1]
    }

    fn actions(&self, state: &u32, actions: &mut Vec<()>) {
        if *state < self.0 {
            actions.push(());
        }
    }

    fn next_state(&self, state: &u32, (): ()) -> Option<u32> {
        Some(state + 1)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("never", |_, _| true)]
    }
}
