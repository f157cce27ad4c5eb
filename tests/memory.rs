//! A proof keeps the memory that it is given, however many states, moves and values there are.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use peak_alloc::PeakAlloc;
use treed::proof::odds::Weights;
use treed::proof::pack::Reduce;
use treed::proof::{Budget, Ended, Options, Proof, prove};
use treed::story::diagnostic::Code;
use treed::story::{Source, Story, load};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What a proof may take beside: the story over its control facts, and what each thread has at hand.
const BESIDE: usize = 2 << 20;

fn story(text: &str) -> Story {
    let source = Source::new("example.ron", text.as_bytes().to_vec()).unwrap();
    load(&source).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Proves within so many MiB, and measures.
#[track_caller]
fn within(story: &Story, mib: usize, threads: usize) -> Proof {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let options = Options {
        budget: Budget { bytes: mib << 20, ..Budget::default() },
        threads,
        reduce: Reduce::default(),
        texts: Some(Default::default()),
        weights: Weights::uniform(),
        stop: &false.into(),
        progress: &|_| {},
    };
    let proof = prove(story, options);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let held = format!("{} states within {mib} MiB took {} KiB", proof.graph.len(), peak >> 10);
    assert!(peak <= (mib << 20) + BESIDE, "{held}");
    println!("{held}");
    proof
}

fn undecided(proof: &Proof) -> usize {
    proof.diagnostics.iter().filter(|it| it.code == Code::NotDecided).count()
}

/// Counts up to `most` twice, with three sums that only prose reads.
fn sums(most: usize) -> String {
    let sum = |i: usize| format!(r#""t{i}": Range(from: 0, to: 3999, start: 0),"#);
    let part = |i: usize| format!(r#"(when: Equals("t{i}", 3999), text: "So much."),"#);
    let raised = [0, 1, 2].map(|i| format!(r#"RaiseToEnd("t{i}", {}),"#, 7 + 2 * i)).concat();
    let lowered = [0, 1, 2].map(|i| format!(r#"LowerToEnd("t{i}", 5),"#)).concat();
    let less = most - 1;
    format!(
        r#"#![enable(implicit_some)]
Story(id: "m", title: "M", version: "1", start: "start",
  facts: {{"a": Range(from: 0, to: {most}, start: 0), "b": Range(from: 0, to: {most}, start: 0), {}}},
  claims: [Always(CanReach(Ending("e"))), Always(Likely(Ending("e"), 0.5))],
  scenes: {{
    "start": (text: [{}], choices: [
      (id: "a", label: "A", when: AtMost("a", {less}), then: [Raise("a", 1), {raised}]),
      (id: "b", label: "B", when: AtMost("b", {less}), then: [Raise("b", 1), {lowered}]),
      (id: "leave", label: "L", to: "end")]),
    "end": (text: "E.", ending: "e")}},
  endings: {{"e": (title: "E", hint: "h")}})"#,
        [0, 1, 2].map(sum).concat(),
        [0, 1, 2].map(part).concat(),
    )
}

// One test: what is measured is the memory of the whole process.
#[test]
fn a_proof_takes_no_more_memory_than_it_is_given() {
    let sums = story(&sums(200));
    for threads in [1, 2] {
        // Too little for all states.
        let proof = within(&sums, 4, threads);
        assert_eq!(proof.graph.ended, Ended::Memory);
        // For all states, but not for texts; for one of them at a time.
        for (mib, open) in [(16, 3), (64, 0)] {
            let proof = within(&sums, mib, threads);
            assert_eq!(proof.graph.ended, Ended::Complete, "{mib} MiB");
            assert_eq!(undecided(&proof), open, "{mib} MiB, {threads} threads: {:?}", proof.diagnostics);
        }
    }
    // The built-in story: for a part of its states, and for just all that is asked.
    let built_in = treed::story::load(&Source::built_in()).unwrap();
    assert_eq!(within(&built_in, 30, 2).graph.ended, Ended::Memory);
    let proof = within(&built_in, 160, 2);
    assert!(proof.is_complete() && undecided(&proof) == 0, "{:?}", proof.diagnostics);
}
