//! Chances in large parts of a story that lead round and round: what is said of them is true, or nothing is said.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::proof::odds::Weights;
use treed::proof::{Budget, Options, Proof, Tally, prove};
use treed::story::{Source, load};

/// What becomes of claims in a story in which six answers are alike.
#[track_caller]
fn judged(facts: &str, scenes: &str, claims: &[String]) -> Proof {
    let text = format!(
        r#"#![enable(implicit_some)]
        Story(id: "example", title: "Example", version: "1", start: "a", facts: {{{facts}}}, labs: {{"drones": {{"shaping": "=Bonus"}}}},
        claims: [{}], scenes: {{{scenes}
            "won": (text: "W.", ending: "won"), "lost": (text: "L.", ending: "lost")}},
        endings: {{"won": (title: "W", hint: "h"), "lost": (title: "L", hint: "h")}})"#,
        claims.join(", ")
    );
    let source = Source::new("example.ron", text.into_bytes()).unwrap();
    let story = load(&source).unwrap_or_else(|faults| panic!("{faults:?}"));
    prove(
        &story,
        Options {
            budget: Budget::default(),
            threads: 1,
            reduce: Default::default(),
            texts: None,
            weights: Weights::uniform(),
            stop: &false.into(),
            progress: &|_| {},
        },
    )
}

/// Arms of an experiment: for so many of its answers each.
fn arms(of: &[(usize, &str)]) -> String {
    let answers = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"];
    let arms = of.iter().flat_map(|(count, arms)| vec![*arms; *count]);
    let arms: Vec<String> =
        answers.iter().zip(arms).map(|(answer, arms)| format!("\"{answer}\": [{arms}]")).collect();
    assert_eq!(arms.len(), 6);
    format!("lab: (run: \"drones\", arms: {{{}}})", arms.join(", "))
}

/// Places to walk between, and in each a draw: won, lost, or once more.
#[test]
fn a_large_part_whose_chances_are_soon_known_is_decided_to_both_sides() {
    let draw = arms(&[(1, "(to: \"won\")"), (1, "(to: \"lost\")"), (4, "(to: \"a\")")]);
    let scenes = format!(
        r#""a": (text: "A.", choices: [
            (id: "on", label: "On", when: AtMost("m", 299), then: [Raise("m", 1)]),
            (id: "back", label: "Back", when: AtLeast("m", 1), then: [Put("m", 0)]),
            (id: "draw", label: "Draw", to: "draw")]),
           "draw": (text: "D.", {draw}),"#
    );
    let claims: Vec<String> = [-1e-8, 1e-8]
        .iter()
        .flat_map(|off| {
            let likely = format!("Likely(Ending(\"won\"), {})", 0.5 + off);
            [format!("AtStart({likely})"), format!("AtStart(Not({likely}))"), format!("Never({likely})")]
        })
        .collect();
    let proof = judged(r#""m": Range(from: 0, to: 300, start: 0)"#, &scenes, &claims);
    assert_eq!(proof.graph.len(), 604);
    assert_eq!(proof.claims, Tally { hold: 3, fail: 3, open: 0 }, "{:?}", proof.diagnostics);
}

/// Who gives up wins one game of three; who tries until twenty draws in a row have gone well, five of six, however
/// long that takes. From one round to the next next to nothing changes.
#[test]
fn what_changes_next_to_nothing_for_long_is_not_taken_for_settled() {
    let good = "(when: AtLeast(\"n\", 19), to: \"rich\"), (then: [Raise(\"n\", 1)], to: \"a\")";
    let (draw, half) = (
        arms(&[(1, good), (5, "(then: [Put(\"n\", 0)], to: \"a\")")]),
        arms(&[(2, "(to: \"won\")"), (4, "(to: \"lost\")")]),
    );
    let rich = arms(&[(5, "(to: \"won\")"), (1, "(to: \"lost\")")]);
    let scenes = format!(
        r#""a": (text: "A.", choices: [
            (id: "on", label: "On", when: AtMost("m", 19), then: [Raise("m", 1)]),
            (id: "back", label: "Back", when: AtLeast("m", 1), then: [Put("m", 0)]),
            (id: "draw", label: "Draw", to: "draw"), (id: "give", label: "Give up", to: "half")]),
           "draw": (text: "D.", {draw}), "half": (text: "H.", {half}), "rich": (text: "R.", {rich}),"#
    );
    for (most, open) in [(20, 840), (2, 120)] {
        let scenes = scenes.replace("AtMost(\"m\", 19)", &format!("AtMost(\"m\", {})", most - 1));
        let facts =
            format!(r#""n": Range(from: 0, to: 20, start: 0), "m": Range(from: 0, to: {most}, start: 0)"#);
        let claims = ["Never(Likely(Ending(\"won\"), 0.6))", "AtStart(Likely(Ending(\"won\"), 0.3))"];
        let proof = judged(&facts, &scenes, &claims.map(str::to_owned));
        assert_eq!(proof.graph.len(), open + 4);
        // The first is false.
        assert_eq!(
            (proof.claims.hold, proof.claims.fail + proof.claims.open),
            (1, 1),
            "{:?}",
            proof.diagnostics
        );
    }
}

/// A fair walk to one of two ends, three draws of six to each side: some forty thousand draws on the way.
#[test]
fn a_walk_that_takes_very_many_rounds_is_solved_directly() {
    let step = arms(&[
        (3, "(when: AtLeast(\"n\", 400), to: \"won\"), (then: [Raise(\"n\", 1)], to: \"a\")"),
        (3, "(when: AtMost(\"n\", 0), to: \"lost\"), (then: [Lower(\"n\", 1)], to: \"a\")"),
    ]);
    let scenes = format!(
        r#""a": (text: "A.", choices: [(id: "on", label: "On", to: "step")]), "step": (text: "S.", {step}),"#
    );
    let likely = |off: f64| format!("Likely(Ending(\"won\"), {})", 0.5 + off);
    let claims = [
        format!("AtStart({})", likely(1e-8)),
        format!("AtStart(Not({}))", likely(-1e-8)),
        format!("AtStart({})", likely(-1e-8)),
        format!("AtStart(Not({}))", likely(1e-8)),
        format!("AtStart(Not({}))", likely(1e-12)),
    ];
    let proof = judged(r#""n": Range(from: 0, to: 400, start: 200)"#, &scenes, &claims);
    assert_eq!(proof.graph.len(), 804);
    assert_eq!(proof.claims, Tally { hold: 2, fail: 2, open: 1 }, "{:?}", proof.diagnostics);
}
