//! `treed check` on tiny stories, with exact figures and witnesses. `brute.rs` compares it with a slow
//! search on random ones.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use treed::proof::odds::{Longest, Weights};
use treed::proof::pack::Reduce;
use treed::proof::{Budget, Ended, Options, Proof, prove, shown};
use treed::story::diagnostic::{Code, Severity};
use treed::story::{Source, Story, load};

fn story(fields: &str) -> Story {
    let text = format!(
        "#![enable(implicit_some)]\nStory(id: \"example\", title: \"Example\", version: \"1\",\n{fields}\n)"
    );
    let source = Source::new("example.ron", text.into_bytes()).unwrap();
    load(&source).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn proved_with(story: &Story, reduce: Reduce, threads: usize, budget: Budget) -> Proof {
    prove(
        story,
        Options {
            budget,
            threads,
            reduce,
            texts: Some(Default::default()),
            weights: Weights::uniform(),
            stop: &false.into(),
            progress: &|_| {},
        },
    )
}

fn proved(story: &Story) -> Proof {
    proved_with(story, Reduce::default(), 1, Budget::default())
}

/// Codes and witnesses of all errors and warnings.
fn verdicts(proof: &Proof) -> Vec<(Code, String)> {
    proof
        .diagnostics
        .iter()
        .filter(|fault| fault.code.severity() != Severity::Note)
        .map(|fault| (fault.code, fault.witness.as_ref().map_or(String::new(), |moves| moves.join(" "))))
        .collect()
}

#[track_caller]
fn check(fields: &str, expected: &[(Code, &str)]) -> Proof {
    let story = story(fields);
    let proof = proved(&story);
    let found = verdicts(&proof);
    let found: Vec<(Code, &str)> = found.iter().map(|(code, moves)| (*code, moves.as_str())).collect();
    assert_eq!(found, expected);
    proof
}

const END: &str = r#""end": (text: "E.", ending: "end")}, endings: {"end": (title: "End", hint: "h")}"#;

/// A story from its scenes; one called `end` is added.
fn with(before: &str, scenes: &str) -> String {
    format!("start: \"a\", {before} scenes: {{{scenes} {END}")
}

#[test]
fn a_sound_story_has_no_faults_and_exact_figures() {
    let proof = check(
        &with(
            "",
            r#""a": (text: "A.", choices: [(id: "on", label: "On", weight: 3.0, to: "end"), (id: "round", label: "Round", to: "b")]),
               "b": (text: "B.", choices: [(id: "back", label: "Back", to: "a"), (id: "stop", label: "Stop", to: "end")]),"#,
        ),
        &[],
    );
    assert_eq!((proof.graph.len(), proof.graph.transitions()), (3, 4));
    let odds = proof.odds.unwrap();
    // One move, then with 1/4 one more, then with 1/2 from the beginning: m = 1 + 1/4 (1 + m/2).
    assert!((odds.moves - 1.25 / 0.875).abs() < 1e-12);
    assert!((odds.endings[0] - 1.0).abs() < 1e-12);
    assert!(matches!(proof.longest, Some(Longest::Cycle(cycle)) if cycle.len() == 2));
}

#[test]
fn an_ending_behind_a_condition_that_can_never_hold() {
    check(
        r#"start: "a", facts: {"n": Range(from: 0, to: 3, start: 0), "odd": Flag},
           scenes: {
             "a": (text: "A.", choices: [
               (id: "two", label: "Two", then: [When(AtMost("n", 1), [Raise("n", 2)])]),
               (id: "win", label: "Win", when: Equals("n", 3), to: "won"),
               (id: "stop", label: "Stop", to: "end")]),
             "won": (text: "W.", ending: "won"), "end": (text: "E.", ending: "end")},
           endings: {"won": (title: "Won", hint: "h"), "end": (title: "End", hint: "h")}"#,
        &[(Code::FactNeverRead, ""), (Code::ChoiceNeverOffered, ""), (Code::EndingNeverReached, "")],
    );
}

#[test]
fn stuck_after_left_twelve_times_in_a_row() {
    let proof = check(
        &with(
            r#"facts: {"left": Range(from: 0, to: 12, start: 0)},"#,
            r#""a": (text: "A.", choices: [
                (id: "left", label: "Left", when: AtMost("left", 11), then: [Raise("left", 1)]),
                (id: "right", label: "Right", when: AtMost("left", 11), then: [Put("left", 0)]),
                (id: "out", label: "Out", when: AtMost("left", 11), to: "end")]),"#,
        ),
        &[(Code::Stuck, "left left left left left left left left left left left left")],
    );
    assert_eq!(proof.graph.len(), 14);
}

#[test]
fn a_pit_whose_two_choices_lead_back_into_it() {
    check(
        &with(
            "",
            r#""a": (text: "A.", choices: [(id: "jump", label: "Jump", to: "pit"), (id: "leave", label: "Leave", to: "end")]),
               "pit": (text: "P.", choices: [(id: "up", label: "Up", to: "wall"), (id: "wait", label: "Wait")]),
               "wall": (text: "W.", choices: [(id: "slip", label: "Slip", to: "pit"), (id: "hold", label: "Hold")]),"#,
        ),
        &[(Code::Trap, "jump")],
    );
}

#[test]
fn a_sound_story_with_an_error_only_on_an_impossible_branch() {
    check(
        &with(
            r#"facts: {"key": Flag, "n": Range(from: 0, to: 2, start: 0)},"#,
            r#""a": (text: "A.", choices: [
                 (id: "up", label: "Up", then: [When(Is("key"), [Raise("n", 9)]), RaiseToEnd("n", 1), Clear("key")], to: "b")]),
               "b": (text: "{n}.", choices: [(id: "stop", label: "Stop", to: "end")]),"#,
        ),
        &[],
    );
}

#[test]
fn facts_that_leave_their_range_are_shown_by_the_shortest_list() {
    // `n` decides, so exploration finds it; `m` is only told, so propagation does.
    for fact in ["n", "m"] {
        check(
            &with(
                r#"facts: {"n": Range(from: 0, to: 2, start: 0), "m": Range(from: 0, to: 2, start: 0)},"#,
                &format!(
                    r#""a": (text: "{{m}}", choices: [
                      (id: "more", label: "More", then: [Raise("{fact}", 1), RaiseToEnd("n", 0), RaiseToEnd("m", 0)]),
                      (id: "stop", label: "Stop", when: AtLeast("n", 0), to: "end")]),"#
                ),
            ),
            &[(Code::OutOfRange, "more more more")],
        );
    }
}

#[test]
fn a_fact_that_leaves_its_range_before_the_first_choice() {
    // `n` decides, `m` is only told.
    for fact in ["n", "m"] {
        check(
            &with(
                r#"facts: {"n": Range(from: 0, to: 2, start: 2), "m": Range(from: 0, to: 2, start: 2)},"#,
                &format!(
                    r#""a": (text: "{{m}}", auto: [(then: [Raise("{fact}", 1), RaiseToEnd("n", 0), RaiseToEnd("m", 0)], to: "b")]),
                       "b": (text: "B.", choices: [(id: "stop", label: "Stop", when: AtLeast("n", 0), to: "end")]),"#
                ),
            ),
            &[(Code::OutOfRange, "")],
        );
    }
}

#[test]
fn a_trap_is_told_where_a_fact_leaves_its_range_too() {
    check(
        &with(
            r#"facts: {"n": Range(from: 0, to: 1, start: 0)},"#,
            r#""a": (text: "A.", choices: [(id: "in", label: "In", to: "b"), (id: "stop", label: "Stop", to: "end")]),
               "b": (text: "B.", choices: [(id: "up", label: "Up", when: AtLeast("n", 0), then: [Raise("n", 1)], to: "c")]),
               "c": (text: "C.", choices: [(id: "on", label: "On", to: "b")]),"#,
        ),
        &[(Code::Trap, "in"), (Code::OutOfRange, "in up on up")],
    );
}

#[test]
fn arms_that_only_refused_steps_take_are_taken() {
    check(
        &with(
            "",
            r#""a": (text: "A.", exercise: (do: "label", arms: {"Done": [(to: "b")], "Declined": [(to: "c")]})),
               "b": (text: "B.", exercise: (do: "label", arms: {"Done": [(to: "c")], "Declined": [(to: "end")]})),
               "c": (text: "C.", auto: [(to: "c")]),"#,
        ),
        &[(Code::AutomaticLoop, "label: Declined")],
    );
}

#[test]
fn automatic_scenes_that_lead_into_each_other() {
    check(
        &with(
            r#"facts: {"x": Flag},"#,
            r#""a": (text: "A.", choices: [(id: "in", label: "In", to: "b"), (id: "on", label: "On", then: [Set("x")], to: "b")]),
               "b": (text: "B.", auto: [(when: Is("x"), to: "end"), (to: "c")]),
               "c": (text: "C.", auto: [(to: "b")]),"#,
        ),
        &[(Code::AutomaticLoop, "in")],
    );
}

#[test]
fn a_way_back_when_nothing_waits() {
    check(
        &with(
            "",
            r#""a": (text: "A.", choices: [(id: "in", label: "In", visit: "b"), (id: "on", label: "On", to: "b"), (id: "stop", label: "Stop", to: "end")]),
               "b": (text: "B.", choices: [(id: "up", label: "Up", back: true)]),"#,
        ),
        &[(Code::NothingWaits, "on up")],
    );
}

#[test]
fn scenes_arms_locks_events_and_texts_that_nobody_sees() {
    check(
        &with(
            r#"facts: {"x": Flag, "y": Flag, "z": Flag}, events: {"never": (when: Is("y"), visit: "c")},"#,
            r#""a": (text: ["A.", (when: Is("z"), text: "Z.", otherwise: "No z."), (when: Is("x"), text: ["X.", (when: Is("z"), text: "Both.")])], choices: [
                 (id: "x", label: "X", then: [Set("x")], to: "b"),
                 (id: "lock", label: "L", locked: (unless: Is("y"), reason: "R."), to: "c"),
                 (id: "nil", label: "N", then: [Clear("y"), Clear("z")])]),
               "b": (text: "B.", auto: [(when: Is("x"), to: "end"), (to: "a")]),
               "c": (text: "C.", choices: [(id: "up", label: "Up", back: true)]),"#,
        ),
        &[
            (Code::EventNeverHappens, ""),
            (Code::TextNeverShown, ""),
            (Code::TextNeverShown, ""),
            (Code::NeverUnlocked, ""),
            (Code::ArmNeverTaken, ""),
            (Code::SceneNeverReached, ""),
        ],
    );
}

#[test]
fn a_figure_that_was_not_measured() {
    let outcomes = treed::labs::Lab::Drones.signature().outcomes;
    let arms: Vec<String> =
        outcomes.iter().map(|outcome| format!("\"{}\": [(to: \"told\")]", outcome.name)).collect();
    let figure = treed::labs::Lab::Drones.signature().figures[0].name;
    let scenes = format!(
        r#""a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "skip", label: "Skip", then: [Set("skipped")], to: "told")]),
           "fly": (text: "F.", lab: (run: "drones", arms: {{{}}})),
           "told": (text: [GUARD], choices: [(id: "stop", label: "Stop", to: "end")]),"#,
        arms.join(", ")
    );
    let facts = r#"facts: {"skipped": Flag},"#;
    let bare = scenes.replace("GUARD", &format!("\"{{skipped|S|N}} {{drones.{figure}}}\""));
    check(&with(facts, &bare), &[(Code::NotMeasured, "skip")]);
    let guarded = scenes.replace(
        "GUARD",
        &format!("(when: Is(\"skipped\"), text: \"S.\", otherwise: \"{{drones.{figure}}}\")"),
    );
    check(&with(facts, &guarded), &[]);
    // A label is read where its choice is on offer, open or locked.
    for lock in [r#"locked: (unless: Is("skipped"), reason: "R."), "#, ""] {
        let label = format!("label: \"{{drones.{figure}}}\", {lock}");
        let labelled = guarded.replace(r#"id: "fly", label: "Fly", "#, &format!(r#"id: "fly", {label}"#));
        let found = proved(&story(&with(facts, &labelled)));
        let found = verdicts(&found);
        assert!(found.contains(&(Code::NotMeasured, String::new())), "{found:?}");
    }
}

#[test]
fn the_start_of_a_claim_is_reached_by_answers_alone() {
    // `x` is two moves away by way of a choice, and three by answers: by these it is a start.
    check(
        &with(
            r#"claims: [AtStart(Not(At("x")))],"#,
            r#""a": (text: "A.", exercise: (do: "label", arms: {"Done": [(to: "c")], "Declined": [(to: "b")]})),
               "b": (text: "B.", exercise: (do: "label", arms: {"Done": [(to: "d")], "Declined": [(to: "end")]})),
               "c": (text: "C.", choices: [(id: "on", label: "On", to: "x"), (id: "off", label: "Off", to: "end")]),
               "d": (text: "D.", exercise: (do: "label", arms: {"Done": [(to: "x")], "Declined": [(to: "end")]})),
               "x": (text: "X.", choices: [(id: "e", label: "E", to: "end"), (id: "f", label: "F", to: "end")]),"#,
        ),
        &[(Code::ClaimFails, "label: Declined label: Done label: Done")],
    );
}

#[test]
fn claims_hold_or_fail_with_a_witness() {
    let scenes = r#""a": (text: "A.", choices: [(id: "b", label: "B", to: "b"), (id: "c", label: "C", then: [Set("x")], to: "b")]),
        "b": (text: "B.", choices: [(id: "ok", label: "Ok", when: Not(Is("x")), to: "end"), (id: "bad", label: "Bad", to: "bad")]),
        "bad": (text: "Bad.", ending: "bad"), "end": (text: "E.", ending: "end")},
        endings: {"end": (title: "End", hint: "h", good: true), "bad": (title: "Bad", hint: "h", tags: ["sad"])}"#;
    for (claim, witness) in [
        (r#"AtStart(CanReach(Ending("good")))"#, None),
        (r#"AtStart(Not(Within(1, Ending("end"))))"#, None),
        (r#"AtStart(Within(2, Ending("end")))"#, None),
        (r#"AtStart(Within(1, Ending("end")))"#, Some("")),
        (r#"Always(CanReach(Ending("good")))"#, Some("c")),
        (r#"Always(If(Not(Fact(Is("x"))), CanReach(Ending("good"))))"#, None),
        (r#"Never(Offers("bad"))"#, Some("b")),
        (r#"Always(Or([At("a"), Offers("bad")]))"#, None),
        (r#"Always(And([At("a")]))"#, Some("b")),
        (r#"Always(Within(2, Ending("sad")))"#, None),
        (r#"AtStart(Likely(Ending("good"), 1.0))"#, None),
        (r#"Always(Likely(Ending("good"), 0.1))"#, Some("c")),
    ] {
        let fields = format!("start: \"a\", facts: {{\"x\": Flag}}, claims: [{claim}], scenes: {{{scenes}");
        let story = story(&fields);
        let found = verdicts(&proved(&story));
        match witness {
            None => assert!(found.is_empty(), "{claim}: {found:?}"),
            Some(moves) => assert_eq!(found, [(Code::ClaimFails, moves.to_owned())], "{claim}"),
        }
    }
}

#[test]
fn a_budget_is_kept_and_nothing_is_claimed_beyond() {
    let story = story(&with(
        r#"facts: {"n": Range(from: 0, to: 9999, start: 0)},"#,
        r#""a": (text: "A.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "stop", label: "Stop", when: AtLeast("n", 9999), to: "end")]),"#,
    ));
    let proof = proved_with(&story, Reduce::default(), 1, Budget { states: 100, ..Budget::default() });
    assert_eq!(proof.graph.ended, Ended::States);
    assert!(proof.graph.len() < 200 && proof.odds.is_none());
    assert_eq!(verdicts(&proof), []);
    let proof = proved_with(&story, Reduce::default(), 1, Budget { bytes: 100_000, ..Budget::default() });
    assert_eq!(proof.graph.ended, Ended::Memory);
    assert_eq!(proved(&story).graph.len(), 10_001);
}

/// Claims on a part of a story, with how many of them fail, hold and are open, and the moves that show it.
#[test]
fn on_a_part_of_all_states_a_claim_fails_holds_or_is_open() {
    let scenes = r#"
        "a": (text: "A.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "down", label: "Down", to: "b"), (id: "stop", label: "Stop", when: AtLeast("n", 9999), to: "end")]),
        "b": (text: "B.", choices: [(id: "on", label: "On", to: "c")]),
        "c": (text: "C.", choices: [(id: "give", label: "Give up", to: "lost"), (id: "wait", label: "Wait")]),
        "lost": (text: "L.", ending: "lost"), "end": (text: "E.", ending: "end")},
        endings: {"end": (title: "E", hint: "h"), "lost": (title: "L", hint: "h")}"#;
    const OPEN: [usize; 3] = [0, 0, 1];
    const HOLDS: [usize; 3] = [0, 1, 0];
    for (claim, tally, witness) in [
        (r#"Never(At("c"))"#, [1, 0, 0], Some("down on")),
        (r#"Never(At("end"))"#, OPEN, None),
        (r#"Always(Offers("more"))"#, [1, 0, 0], Some("down")),
        (r#"Never(And([At("a"), Offers("stop")]))"#, OPEN, None),
        (r#"Always(Or([Not(At("a")), Offers("more")]))"#, OPEN, None),
        (r#"Always(CanReach(Ending("end")))"#, [1, 0, 0], Some("down")),
        (r#"Always(CanReach(Ending("lost")))"#, OPEN, None),
        (r#"Never(CanReach(Ending("end")))"#, OPEN, None),
        (r#"Never(CanReach(Ending("lost")))"#, [1, 0, 0], Some("")),
        (r#"AtStart(CanReach(Ending("lost")))"#, HOLDS, None),
        (r#"AtStart(Not(CanReach(Ending("lost"))))"#, [1, 0, 0], Some("")),
        (r#"AtStart(CanReach(Ending("end")))"#, OPEN, None),
        (r#"AtStart(Not(CanReach(Ending("end"))))"#, OPEN, None),
        (r#"AtStart(CanReach(Offers("stop")))"#, OPEN, None),
        (r#"AtStart(Within(3, Ending("lost")))"#, HOLDS, None),
        (r#"AtStart(Within(2, Ending("lost")))"#, [1, 0, 0], Some("")),
        (r#"AtStart(Not(Within(2, Ending("end"))))"#, HOLDS, None),
        (r#"AtStart(Within(9000, Ending("end")))"#, OPEN, None),
        (r#"AtStart(Likely(Ending("lost"), 1.0))"#, HOLDS, None),
        (r#"AtStart(Likely(Ending("end"), 0.5))"#, OPEN, None),
        (r#"AtStart(Not(Likely(Ending("end"), 0.5)))"#, OPEN, None),
        (r#"Always(Likely(Ending("end"), 0.1))"#, [1, 0, 0], Some("down")),
        (r#"Never(Likely(Ending("lost"), 0.9))"#, [1, 0, 0], Some("")),
        (r#"Always(If(At("b"), Not(CanReach(Ending("end")))))"#, OPEN, None),
        (r#"Always(If(CanReach(At("b")), CanReach(Ending("end"))))"#, [1, 0, 0], Some("down")),
        (r#"AtStart(Fact(AtMost("n", 0)))"#, HOLDS, None),
        (r#"Always(Fact(AtMost("n", 2)))"#, [1, 0, 0], Some("more more more")),
        (r#"Always(Fact(AtMost("n", 9000)))"#, OPEN, None),
    ] {
        let fields = format!(
            "start: \"a\", facts: {{\"n\": Range(from: 0, to: 9999, start: 0)}}, claims: [{claim}], scenes: {{{scenes}"
        );
        let story = story(&fields);
        let proof = proved_with(&story, Reduce::default(), 1, Budget { states: 300, ..Budget::default() });
        assert!(!proof.is_complete());
        assert_eq!([proof.claims.fail, proof.claims.hold, proof.claims.open], tally, "{claim}");
        let told = witness.map(|moves| (Code::ClaimFails, moves.to_owned()));
        assert_eq!(verdicts(&proof), Vec::from_iter(told), "{claim}");
    }
}

/// The world answers before the first choice, and not all of its answers were looked at.
#[test]
fn what_is_claimed_of_every_start_is_open_where_not_every_start_was_found() {
    let scenes = r#"
        "a": (text: "A.", lab: (run: "drones", arms: {"Rescued": [(to: "b")], "Crashed": [(to: "b")], "Fled": [(to: "b")], "Orbiting": [(to: "b")], "Hovering": [(to: "b")], "Grounded": [(then: [Raise("n", 1)], to: "again")]})),
        "again": (text: "B.", exercise: (do: "label", arms: {"Done": [(to: "c")], "Declined": [(to: "b")]})),
        "b": (text: "B.", choices: [(id: "stop", label: "Stop", to: "end"), (id: "stay", label: "Stay")]), 
        "c": (text: "C.", choices: [(id: "stop", label: "Stop", to: "end"), (id: "stay", label: "Stay")]),"#;
    for (claim, states, tally) in [
        (r#"AtStart(At("b"))"#, 2, [0, 0, 1]),
        (r#"AtStart(At("b"))"#, 100, [1, 0, 0]),
        (r#"AtStart(Not(At("b")))"#, 2, [1, 0, 0]),
        (r#"AtStart(Or([At("b"), At("c")]))"#, 2, [0, 0, 1]),
        (r#"AtStart(Or([At("b"), At("c")]))"#, 100, [0, 1, 0]),
    ] {
        let facts = r#"facts: {"n": Range(from: 0, to: 1, start: 0)},"#;
        let story = story(&with(&format!("{facts} claims: [{claim}],"), scenes));
        let proof = proved_with(&story, Reduce::default(), 1, Budget { states, ..Budget::default() });
        assert_eq!([proof.claims.fail, proof.claims.hold, proof.claims.open], tally, "{claim} {states}");
    }
}

#[test]
fn a_trap_is_told_on_a_part_of_all_states_and_what_may_still_end_is_none() {
    let story = story(&with(
        r#"facts: {"n": Range(from: 0, to: 9999, start: 0)},"#,
        r#""a": (text: "A.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "jump", label: "Jump", when: AtLeast("n", 1), to: "pit"), (id: "stop", label: "Stop", when: AtLeast("n", 9999), to: "end")]),
           "pit": (text: "P.", choices: [(id: "up", label: "Up", to: "wall"), (id: "wait", label: "Wait")]),
           "wall": (text: "W.", choices: [(id: "slip", label: "Slip", to: "pit"), (id: "hold", label: "Hold")]),"#,
    ));
    let proof = proved_with(&story, Reduce::default(), 1, Budget { states: 100, ..Budget::default() });
    assert_eq!(verdicts(&proof), [(Code::Trap, "more jump".to_owned())]);
}

#[test]
fn what_takes_more_steps_is_left_undecided() {
    let story = story(&with(
        r#"facts: {"n": Range(from: 0, to: 9999, start: 0)}, claims: [Always(CanReach(Ending("end"))), Always(CanReach(Ending("end")))],"#,
        r#""a": (text: "A.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "stop", label: "Stop", when: AtLeast("n", 9999), to: "end")]),"#,
    ));
    let with = |steps| proved_with(&story, Reduce::default(), 1, Budget { steps, ..Budget::default() });
    let undecided = (Code::NotDecided, String::new());
    // Some 10,000 states and as many moves: enough for one claim and for the odds, not for two claims.
    let proof = with(50_000);
    assert_eq!(verdicts(&proof), std::slice::from_ref(&undecided));
    assert!(proof.is_complete() && !proof.is_decided() && proof.odds.unwrap().is_settled());
    let proof = with(5_000);
    assert_eq!(verdicts(&proof), [undecided.clone(), undecided]);
    assert!(proof.is_complete() && proof.settled_odds().is_none());
    assert_eq!(proof.odds.unwrap().residual, 1.0);
    let proof = with(100_000);
    assert_eq!(verdicts(&proof), []);
    assert!(proof.is_decided());
}

#[test]
fn what_is_left_undecided_is_the_same_at_any_number_of_threads() {
    // Texts over facts of their own, some small and some large.
    let sizes = [3, 5, 9, 17, 33, 65, 129, 257, 513, 999];
    let facts: String =
        sizes.iter().map(|n| format!(r#""f{n}": Range(from: 0, to: {n}, start: 0),"#)).collect();
    let parts: String =
        sizes.iter().map(|n| format!(r#"(when: Equals("f{n}", {n}), text: "Much."),"#)).collect();
    let raised: String = sizes.iter().map(|n| format!(r#"RaiseToEnd("f{n}", {}),"#, 1 + n % 2)).collect();
    let story = story(&with(
        &format!(r#"facts: {{"n": Range(from: 0, to: 999, start: 0), {facts}}},"#),
        &format!(
            r#""a": (text: ["A.", {parts}], choices: [
                (id: "more", label: "More", when: AtMost("n", 998), then: [Raise("n", 1), {raised}]),
                (id: "again", label: "Again", when: AtLeast("n", 7), then: [Put("n", 0)]),
                (id: "stop", label: "Stop", to: "end")]),"#
        ),
    ));
    let mut open = Vec::new();
    let (steps, bytes) = (1 << 40, 1 << 30);
    for (steps, bytes) in
        [(2_000, bytes), (40_000, bytes), (steps, 230 << 10), (steps, 480 << 10), (steps, bytes)]
    {
        let budget = Budget { steps, bytes, ..Budget::default() };
        let [one, two, three] = [1, 2, 3].map(|threads| {
            let mut proof = proved_with(&story, Reduce::default(), threads, budget);
            assert_eq!(proof.graph.ended, Ended::Complete, "{steps} steps, {bytes} bytes");
            (std::mem::take(&mut proof.diagnostics), proof.pairs)
        });
        assert!(one == two && one == three, "{steps} steps, {bytes} bytes: {one:?} {two:?} {three:?}");
        open.push(one.0.iter().filter(|it| it.code == Code::NotDecided).count());
    }
    // More means decide more, and enough of them all.
    assert!(open[0] > open[1] && open[1] > 0 && open[2] > open[3] && open[3] > 0 && open[4] == 0, "{open:?}");
}

#[test]
fn witnesses_of_very_many_claims_are_bounded_together() {
    let claims = "Never(Fact(AtLeast(\"n\", 9999))), ".repeat(200);
    let story = story(&with(
        &format!(r#"facts: {{"n": Range(from: 0, to: 9999, start: 0)}}, claims: [{claims}],"#),
        r#""a": (text: "A.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "stop", label: "Stop", when: AtLeast("n", 9999), to: "end")]),"#,
    ));
    let proof = proved(&story);
    let moves: Vec<usize> =
        proof.diagnostics.iter().map(|fault| fault.witness.as_ref().map_or(0, Vec::len)).collect();
    assert_eq!((moves.len(), moves[0]), (200, 9999));
    assert!(moves.iter().sum::<usize>() <= 1 << 20, "{moves:?}");
    assert_eq!(proof.claims.fail, 200);
}

#[test]
fn texts_for_visits_that_never_come_are_told() {
    let turns = |texts: usize| {
        let texts: Vec<String> = (0..texts).map(|i| format!("\"T{i}.\"")).collect();
        format!(r#"(label: "l", in_turn: [{}])"#, texts.join(", "))
    };
    // How often each scene can be entered is counted by hand.
    let scenes = |hall: usize, yard: usize, porch: usize| {
        with(
            "",
            &format!(
                r#""a": (text: {}, choices: [(id: "yard", label: "Y", to: "porch"), (id: "e", label: "E", to: "end")]),
                   "porch": (text: {}, auto: [(to: "yard")]),
                   "yard": (text: {}, choices: [(id: "back", label: "B", once: true, to: "a"), (id: "on", label: "O", once: true, to: "porch"),
                        (id: "e", label: "E", to: "end")]),"#,
                turns(hall),
                turns(porch),
                turns(yard)
            ),
        )
    };
    let told = |fields: &str| verdicts(&proved(&story(fields))).len();
    // The hall twice; the yard, and the porch before it, once more for each way back.
    assert_eq!(told(&scenes(2, 3, 3)), 0);
    for (hall, yard, porch) in [(3, 3, 3), (2, 4, 3), (2, 3, 4), (5, 3, 3)] {
        assert_eq!(told(&scenes(hall, yard, porch)), 1, "{hall} {yard} {porch}");
    }
    // On a cycle there is no end, and what leads away from one is still entered once.
    let cycle = |hall: usize, room: usize| {
        with(
            "",
            &format!(
                r#""a": (text: {}, choices: [(id: "stay", label: "S"), (id: "on", label: "O", to: "room")]),
                   "room": (text: {}, choices: [(id: "e", label: "E", to: "end"), (id: "f", label: "F", to: "end")]),"#,
                turns(hall),
                turns(room)
            ),
        )
    };
    assert_eq!((told(&cycle(50, 1)), told(&cycle(50, 2))), (0, 1));
}

#[test]
fn the_longest_game_and_the_shortest_cycle_are_found() {
    let way = |more: &str| {
        let scenes = format!(
            r#""a": (text: "A.", choices: [(id: "b", label: "B", to: "b"), (id: "d", label: "D", to: "d")]),
               "b": (text: "B.", choices: [(id: "c", label: "C", to: "c"), (id: "e", label: "E", to: "end")]),
               "c": (text: "C.", choices: [(id: "d", label: "D", to: "d"){more}]),
               "d": (text: "D.", choices: [(id: "e", label: "E", to: "end")]),"#
        );
        proved(&story(&with("", &scenes))).longest.unwrap()
    };
    // By b, c and d.
    assert_eq!(way(""), Longest::Moves(4));
    let Longest::Cycle(cycle) = way(r#", (id: "back", label: "Back", to: "b")"#) else { panic!("no cycle") };
    assert_eq!(cycle, [1, 3]);
}

#[test]
fn an_impossible_start_is_told() {
    check(
        &with(
            "",
            r#""a": (text: "A.", auto: [(to: "b")]), "b": (text: "B.", auto: [(to: "a")]), "c": (text: "C.", choices: [(id: "e", label: "E", to: "end")]),"#,
        ),
        &[
            (Code::AutomaticLoop, ""),
            (Code::UnreachableScene, ""),
            (Code::UnreachableScene, ""),
            (Code::UnreachableEnding, ""),
        ],
    );
}

#[test]
fn one_thread_and_two_report_the_same() {
    let story = story(&with(
        r#"facts: {"n": Range(from: 0, to: 60, start: 0), "m": Range(from: 0, to: 60, start: 30), "o": Range(from: 0, to: 9, start: 0)},"#,
        r#""a": (text: "A.", choices: [
            (id: "n", label: "N", then: [RaiseToEnd("n", 1)]), (id: "m", label: "M", then: [LowerToEnd("m", 1)]),
            (id: "k", label: "K", then: [RaiseToEnd("m", 7), LowerToEnd("n", 3)]), (id: "o", label: "O", then: [RaiseToEnd("o", 1)]),
            (id: "b", label: "B", when: All([AtLeast("n", 50), AtMost("m", 5), AtLeast("o", 9)]), to: "b"),
            (id: "stop", label: "Stop", when: Any([AtMost("n", 40), AtLeast("m", 20), AtMost("o", 4)]), to: "end")]),
           "b": (text: "B.", choices: [(id: "e", label: "E", to: "end")]),"#,
    ));
    let [one, two, three] =
        [1, 2, 3].map(|threads| proved_with(&story, Reduce::default(), threads, Budget::default()));
    assert!(one.graph.len() > 30_000, "{}", one.graph.len());
    for other in [&two, &three] {
        assert_eq!(other.diagnostics, one.diagnostics);
        assert_eq!(other.graph.scripts, one.graph.scripts);
        assert_eq!(other.graph.levels, one.graph.levels);
        for node in one.graph.nodes() {
            assert_eq!(other.graph.key(node), one.graph.key(node));
            assert_eq!(other.graph.edges(node), one.graph.edges(node));
        }
        assert_eq!(other.odds.as_ref().unwrap().endings, one.odds.as_ref().unwrap().endings);
    }
}

#[test]
fn what_if_finds_the_last_other_choice_that_leads_to_a_new_ending() {
    use treed::journal::Game;
    let story = story(
        r#"start: "a", scenes: {
          "a": (text: "A.", choices: [(id: "b", label: "B", to: "b"), (id: "far", label: "F", to: "far")]),
          "b": (text: "B.", choices: [(id: "one", label: "1", to: "one"), (id: "c", label: "C", to: "c"), (id: "again", label: "A", to: "a")]),
          "c": (text: "C.", choices: [(id: "one", label: "1", to: "one"), (id: "two", label: "2", to: "two")]),
          "far": (text: "F.", choices: [(id: "three", label: "3", to: "three")]),
          "one": (text: "1.", ending: "one"), "two": (text: "2.", ending: "two"), "three": (text: "3.", ending: "three")},
        endings: {"one": (title: "1", hint: "h"), "two": (title: "2", hint: "h"), "three": (title: "3", hint: "h")}"#,
    );
    let mut game = Game::new(&story, 7).unwrap();
    for id in ["b", "one"] {
        let choice = story.choice_named(game.scene(), id).unwrap();
        game.choose(choice).unwrap();
    }
    let ask = |found: &[&str]| {
        let found =
            |ending: treed::story::EndingId| found.contains(&story.str(story.endings[ending.index()].name));
        treed::proof::what_if(&story, 7, game.entries(), &found).map(|(i, choice, ending)| {
            (i, story.str(story.choice(choice).id), story.str(story.endings[ending.index()].name))
        })
    };
    assert_eq!(ask(&["one"]), Some((1, "c", "two")));
    assert_eq!(ask(&["one", "two"]), Some((1, "again", "three")));
    assert_eq!(ask(&["one", "two", "three"]), None);
}

#[test]
fn what_if_answers_within_a_second_in_the_shipped_story() {
    use treed::engine::Offer;
    use treed::journal::Game;
    let story = load(&Source::built_in()).unwrap();
    let mut game = Game::new(&story, 11).unwrap();
    for turn in 0.. {
        match game.offer() {
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                game.choose(open[turn * 7 % open.len()].choice).unwrap();
            }
            Offer::Exercise(_) => game.decline().unwrap(),
            Offer::End(_) => break,
            Offer::World(_) => unreachable!(),
        }
    }
    let begun = std::time::Instant::now();
    let reached = game.ending().unwrap();
    let other = treed::proof::what_if(&story, 11, game.entries(), &|ending| ending == reached);
    assert!(other.is_some_and(|(_, _, ending)| ending != reached));
    // Debug builds are slower; the release promise is one second.
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

/// The built-in story promises that no ending is within two choices. A claim cannot say "any ending", so each stands there.
#[test]
fn the_claim_that_no_ending_is_within_two_choices_names_every_ending() {
    let source = Source::built_in();
    let (_, claim) = source.text.split_once("AtStart(Not(Within(2, Or([").unwrap();
    let (list, _) = claim.split_once("]))))").unwrap();
    let mut named: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let story = load(&source).unwrap();
    let mut all: Vec<String> =
        story.endings.iter().map(|ending| format!("Ending(\"{}\")", story.str(ending.name))).collect();
    named.sort_unstable();
    all.sort_unstable();
    assert_eq!(named, all);
}

#[test]
fn each_code_of_a_proof_has_a_failing_and_a_passing_example() {
    use treed::story::diagnostic::Example;
    let complaints = |fields: &str| -> Vec<Code> {
        let source = Source::new("example.ron", Example::story(fields).into_bytes()).unwrap();
        match load(&source) {
            Ok(story) => {
                let proof = proved(&story);
                let limits = shown::Limits { seeds: 2, ..shown::Limits::default() };
                let showing = shown::endings(&story, &proof, limits, &false.into(), &mut |_| {});
                let all = proof.diagnostics.iter().chain(&showing.diagnostics);
                all.map(|fault| fault.code).collect()
            }
            Err(faults) => faults.iter().map(|fault| fault.code).collect(),
        }
    };
    for example in treed::proof::EXAMPLES {
        let noted = |code: &Code| code.severity() != Severity::Note || *code == example.code;
        let mut failing = complaints(example.failing);
        failing.retain(noted);
        failing.dedup();
        assert_eq!(failing, [example.code], "{}", example.failing);
        let mut passing = complaints(example.passing);
        passing.retain(noted);
        assert_eq!(passing, [], "{:?} {}", example.code, example.passing);
    }
    let exemplified: Vec<Code> = treed::proof::EXAMPLES.iter().map(|example| example.code).collect();
    for code in Code::ALL {
        assert!(!code.number().starts_with("T2") || exemplified.contains(code), "{code:?} has no example");
    }
}
