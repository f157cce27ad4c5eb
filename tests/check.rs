//! `treed check` on tiny stories, with exact figures and witnesses; and against a slow and obvious
//! search on random ones.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{HashMap, HashSet};
use treed::engine::{self, Move, State};
use treed::proof::odds::{Longest, Weights};
use treed::proof::pack::Reduce;
use treed::proof::{Budget, Ended, Options, Proof, prove, shown};
use treed::story::diagnostic::{Code, Severity};
use treed::story::{Source, Story, Way, load};

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
            weights: Weights::uniform(),
            stop: &false.into(),
            progress: &mut |_| {},
        },
    )
}

fn proved(story: &Story) -> Proof {
    proved_with(story, Reduce::default(), 1, Budget::default())
}

/// Codes and witnesses of all errors and warnings.
fn verdicts(story: &Story, proof: &Proof) -> Vec<(Code, String)> {
    let _ = story;
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
    let found = verdicts(&story, &proof);
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
        let found = verdicts(&story, &proved(&story));
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
    assert_eq!(verdicts(&story, &proof), []);
    let proof = proved_with(&story, Reduce::default(), 1, Budget { bytes: 100_000, ..Budget::default() });
    assert_eq!(proof.graph.ended, Ended::Memory);
    assert_eq!(proved(&story).graph.len(), 10_001);
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

// ---- Against a slow and obvious search ----

/// What a search over whole states finds: all facts kept, one step at a time.
struct Slow {
    states: Vec<State>,
    edges: Vec<Vec<(Move, usize)>>,
    depth: Vec<usize>,
    scenes: HashSet<usize>,
    choices: HashSet<usize>,
}

fn moves_of(story: &Story, state: &State) -> Vec<Move> {
    let mut moves = Vec::new();
    engine::moves(story, state.words(), |by| moves.push(by));
    moves
}

fn slow(story: &Story) -> Slow {
    let begun = engine::begin(story).unwrap();
    let mut slow = Slow {
        states: vec![begun.state.clone()],
        edges: Vec::new(),
        depth: vec![0],
        scenes: begun.passed.iter().map(|state| state.scene(story).index()).collect(),
        choices: HashSet::new(),
    };
    let mut numbers = HashMap::from([(begun.state, 0)]);
    let mut next = 0;
    while next < slow.states.len() {
        let state = slow.states[next].clone();
        slow.scenes.insert(state.scene(story).index());
        let mut edges = Vec::new();
        for by in moves_of(story, &state) {
            let step = engine::step(story, &state, by).unwrap();
            if let Move::Choose(choice) = by {
                slow.choices.insert(choice.index());
            }
            slow.scenes.extend(step.passed.iter().map(|state| state.scene(story).index()));
            let count = slow.states.len();
            let to = *numbers.entry(step.state.clone()).or_insert(count);
            if to == count {
                slow.states.push(step.state);
                slow.depth.push(slow.depth[next] + 1);
            }
            edges.push((by, to));
        }
        slow.edges.push(edges);
        next += 1;
    }
    slow
}

impl Slow {
    fn ending(&self, story: &Story, i: usize) -> Option<usize> {
        match story.scene(self.states[i].scene(story)).way {
            Way::Ending(ending) => Some(ending.index()),
            _ => None,
        }
    }

    /// Which states can reach an ending, by asking each until nothing changes.
    fn ends(&self, story: &Story) -> Vec<bool> {
        let mut ends: Vec<bool> = (0..self.states.len()).map(|i| self.ending(story, i).is_some()).collect();
        loop {
            let before = ends.clone();
            for (end, edges) in ends.iter_mut().zip(&self.edges) {
                *end |= edges.iter().any(|(_, to)| before[*to]);
            }
            if ends == before {
                return ends;
            }
        }
    }

    /// The odds, by moving all mass one step at a time.
    fn odds(&self, story: &Story) -> (Vec<f64>, f64) {
        let ends = self.ends(story);
        let mut odds = vec![0.0; story.endings.len()];
        let mut moves = 0.0;
        let mut now = vec![0.0; self.states.len()];
        now[0] = 1.0;
        for _ in 0..100_000 {
            let mut next = vec![0.0; self.states.len()];
            for i in 0..now.len() {
                if now[i] == 0.0 || !ends[i] {
                    continue;
                }
                if let Some(ending) = self.ending(story, i) {
                    odds[ending] += now[i];
                    continue;
                }
                moves += now[i];
                let weight = |by: &Move| match by {
                    Move::Choose(choice) => story.choice(*choice).weight,
                    _ => 1.0,
                };
                let all: f64 = self.edges[i].iter().map(|(by, _)| weight(by)).sum();
                for (by, to) in &self.edges[i] {
                    let p = if all > 0.0 { weight(by) / all } else { 1.0 / self.edges[i].len() as f64 };
                    next[*to] += now[i] * p;
                }
            }
            now = next;
            if now.iter().sum::<f64>() < 1e-14 {
                break;
            }
        }
        (odds, moves)
    }
}

/// A list of moves by their shown names leads somewhere when it is played.
fn replay(story: &Story, moves: &[String]) -> State {
    let mut state = engine::begin(story).unwrap().state;
    for name in moves {
        let by = moves_of(story, &state)
            .into_iter()
            .find(|by| match by {
                Move::Choose(choice) => story.str(story.choice(*choice).id) == name,
                Move::World(outcome) => match &story.scene(state.scene(story)).way {
                    Way::Lab { lab, .. } => {
                        name.ends_with(lab.signature().outcomes[usize::from(*outcome)].name)
                    }
                    Way::Exercise { kind, .. } => name.ends_with(kind.outcomes()[usize::from(*outcome)]),
                    _ => false,
                },
                Move::Type => false,
            })
            .unwrap_or_else(|| panic!("{name} is not on offer"));
        state = engine::step(story, &state, by).unwrap().state;
    }
    state
}

/// Outcomes of the drones; one of them hangs on the knob that the random stories turn.
const OUTCOMES: [&str; 6] = ["Rescued", "Crashed", "Fled", "Orbiting", "Hovering", "Grounded"];

/// A small random story from numbers: facts, conditions, effects, locks, marks, arms, tunnels, events,
/// anywhere choices, a lab and an exercise.
fn random_story(seed: u64) -> String {
    use std::fmt::Write;
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut pick = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) % n
    };
    let condition = |pick: &mut dyn FnMut(u64) -> u64| {
        let one = |pick: &mut dyn FnMut(u64) -> u64| match pick(5) {
            0 => "Is(\"f\")".to_owned(),
            1 => "Not(Is(\"g\"))".to_owned(),
            2 => format!("AtLeast(\"n\", {})", pick(3)),
            3 => format!("Equals(\"o\", \"{}\")", ["u", "v", "w"][pick(3) as usize]),
            _ => format!("AtMost(\"m\", {})", pick(3)),
        };
        match pick(4) {
            0 => format!("All([{}, {}])", one(pick), one(pick)),
            1 => format!("Any([{}, {}])", one(pick), one(pick)),
            _ => one(pick),
        }
    };
    let effects = |pick: &mut dyn FnMut(u64) -> u64| {
        let mut list = Vec::new();
        for _ in 0..pick(3) {
            let one = match pick(11) {
                0 => "Set(\"f\")".to_owned(),
                1 => "Clear(\"f\")".to_owned(),
                2 => "Copy(\"g\", \"f\")".to_owned(),
                3 => "RaiseToEnd(\"n\", 1)".to_owned(),
                4 => "LowerToEnd(\"m\", 1)".to_owned(),
                5 => format!("Put(\"o\", \"{}\")", ["u", "v", "w"][pick(3) as usize]),
                6 => "When(Is(\"g\"), [RaiseToEnd(\"m\", 2), Clear(\"g\")])".to_owned(),
                7 => "Copy(\"m\", \"n\")".to_owned(),
                8 => "When(AtLeast(\"t\", 1), [Set(\"g\")])".to_owned(),
                9 => format!("Put(\"k\", \"{}\")", ["None", "Bonus"][pick(2) as usize]),
                _ => "RaiseToEnd(\"t\", 1)".to_owned(),
            };
            list.push(one);
        }
        list.join(", ")
    };
    let scenes = 4 + pick(3);
    let mut out = String::from(
        "start: \"s0\", facts: {\"f\": Flag, \"g\": Flag, \"n\": Range(from: 0, to: 2, start: 0), \"m\": Range(from: 0, to: 2, start: 1), \"o\": OneOf([\"u\", \"v\", \"w\"]), \"t\": Range(from: 0, to: 3, start: 0), \"k\": OneOf([\"None\", \"Bonus\"])},\nlabs: {\"drones\": {\"shaping\": \"k\"}},\n",
    );
    if pick(2) == 0 {
        let _ = writeln!(
            out,
            "anywhere: [(id: \"ring\", label: \"Ring\", weight: 0.5, once: {}, then: [{}], visit: \"tunnel\")],",
            pick(2) == 0,
            effects(&mut pick)
        );
    }
    if pick(2) == 0 {
        let _ = writeln!(
            out,
            "events: {{\"ev\": (when: {}, once: true, visit: \"tunnel\")}},",
            condition(&mut pick)
        );
    }
    out.push_str("scenes: {\n");
    for i in 0..scenes {
        let text =
            format!("[\"S.\", (when: {}, text: \"T.\", otherwise: \"U.\"), \"{{t}}\"]", condition(&mut pick));
        let target = |pick: &mut dyn FnMut(u64) -> u64| match pick(scenes + 2) {
            n if n < scenes => format!("to: \"s{n}\""),
            n if n == scenes => "to: \"won\"".to_owned(),
            _ => "visit: \"tunnel\"".to_owned(),
        };
        match pick(8) {
            // Automatic scenes lead forward only, so that they make no loop.
            0 if i + 1 < scenes => {
                let _ = writeln!(
                    out,
                    "\"s{i}\": (text: {text}, auto: [(when: {}, then: [{}], to: \"s{}\"), (to: \"lost\")]),",
                    condition(&mut pick),
                    effects(&mut pick),
                    i + 1
                );
            }
            1 if i > 0 => {
                let _ = writeln!(
                    out,
                    "\"s{i}\": (text: {text}, exercise: (do: \"label\", arms: {{\"Done\": [(then: [{}], {})], \"Declined\": [({})]}})),",
                    effects(&mut pick),
                    target(&mut pick).replace("visit: \"tunnel\"", "to: \"lost\""),
                    target(&mut pick).replace("visit: \"tunnel\"", "to: \"lost\"")
                );
            }
            2 if i > 0 => {
                let arms: Vec<String> = OUTCOMES
                    .iter()
                    .map(|outcome| {
                        let last = target(&mut pick).replace("visit: \"tunnel\"", "to: \"lost\"");
                        format!(
                            "\"{outcome}\": [(when: {}, to: \"won\"), (then: [{}], {last})]",
                            condition(&mut pick),
                            effects(&mut pick)
                        )
                    })
                    .collect();
                let _ = writeln!(
                    out,
                    "\"s{i}\": (text: {text}, lab: (run: \"drones\", arms: {{{}}})),",
                    arms.join(", ")
                );
            }
            _ => {
                let _ = write!(
                    out,
                    "\"s{i}\": (text: {text}, alone: {}, quiet: {}, choices: [",
                    pick(3) == 0,
                    pick(3) == 0
                );
                for c in 0..1 + pick(3) {
                    let _ = write!(out, "(id: \"c{c}\", label: \"C\", ");
                    match pick(4) {
                        0 => {
                            let _ = write!(out, "when: {}, ", condition(&mut pick));
                        }
                        1 => {
                            let _ =
                                write!(out, "locked: (unless: {}, reason: \"R.\"), ", condition(&mut pick));
                        }
                        _ => {}
                    }
                    let _ = write!(
                        out,
                        "once: {}, weight: {}.0, then: [{}], {}), ",
                        pick(3) == 0,
                        1 + pick(3),
                        effects(&mut pick),
                        target(&mut pick)
                    );
                }
                out.push_str("]),\n");
            }
        }
    }
    let _ = writeln!(
        out,
        "\"tunnel\": (text: \"T.\", alone: true, choices: [(id: \"t0\", label: \"T\", then: [{}], back: true), (id: \"t1\", label: \"T\", when: {}, then: [{}], back: true), (id: \"t2\", label: \"T\", when: {}, to: \"lost\")]),",
        effects(&mut pick),
        condition(&mut pick),
        effects(&mut pick),
        condition(&mut pick)
    );
    out.push_str("\"won\": (text: \"W.\", ending: \"won\"), \"lost\": (text: \"L.\", ending: \"lost\")},\nendings: {\"won\": (title: \"W\", hint: \"h\"), \"lost\": (title: \"L\", hint: \"h\")}");
    out
}

#[track_caller]
fn agrees(seed: u64) {
    let fields = random_story(seed);
    let story = story(&fields);
    let slow = slow(&story);
    let proof = proved(&story);
    let say = || format!("seed {seed}\n{fields}");
    // What is reached.
    for i in 0..story.scenes.len() {
        assert_eq!(proof.reached.scenes[i], slow.scenes.contains(&i), "scene {i} {}", say());
    }
    for i in 0..story.choices.len() {
        assert_eq!(proof.reached.choices[i], slow.choices.contains(&i), "choice {i} {}", say());
    }
    // Endings, with the length of the shortest list, which replays to them.
    for (i, ending) in proof.endings.iter().enumerate() {
        let first = (0..slow.states.len()).find(|state| slow.ending(&story, *state) == Some(i));
        assert_eq!(
            ending.map(|node| proof.graph.depth(node)),
            first.map(|state| slow.depth[state]),
            "{}",
            say()
        );
        if let Some(node) = ending {
            let path = proof.graph.path(*node);
            assert_eq!(path.len(), proof.graph.depth(*node));
            let state = replay(&story, &proof.names(&story, &path));
            assert!(matches!(story.scene(state.scene(&story)).way, Way::Ending(id) if id.index() == i));
        }
    }
    // Stuck and trapped, with the length of the shortest witness.
    let ends = slow.ends(&story);
    let is_stuck = |i: usize| slow.edges[i].is_empty() && slow.ending(&story, i).is_none();
    let stuck = (0..slow.states.len()).filter(|i| is_stuck(*i)).map(|i| slow.depth[i]).min();
    let shortest = |code: Code| {
        let of = proof.diagnostics.iter().filter(|fault| fault.code == code);
        of.map(|fault| fault.witness.as_ref().unwrap().len()).min()
    };
    assert_eq!(shortest(Code::Stuck), stuck, "stuck {}", say());
    let mut to_stuck: Vec<bool> = (0..slow.states.len()).map(is_stuck).collect();
    loop {
        let before = to_stuck.clone();
        for (stuck, edges) in to_stuck.iter_mut().zip(&slow.edges) {
            *stuck |= edges.iter().any(|(_, to)| before[*to]);
        }
        if before == to_stuck {
            break;
        }
    }
    let trap = (0..slow.states.len()).filter(|i| !ends[*i] && !to_stuck[*i]).map(|i| slow.depth[i]).min();
    assert_eq!(shortest(Code::Trap), trap, "trap {}", say());
    // Parts of texts: a scene's second part has a side for each truth value.
    let mut unseen = 0;
    for (i, scene) in story.scenes.iter().enumerate() {
        let Some(treed::story::Part::When { when, .. }) = story.parts(scene.text).get(1) else { continue };
        if !slow.scenes.contains(&i) {
            continue;
        }
        let mut seen = HashSet::new();
        let mut look = |state: &State| {
            if state.scene(&story).index() == i {
                seen.insert(engine::holds(&story, when, state.words()));
            }
        };
        engine::begin(&story).unwrap().passed.iter().for_each(&mut look);
        for (from, state) in slow.states.iter().enumerate() {
            look(state);
            for (by, _) in &slow.edges[from] {
                engine::step(&story, state, *by).unwrap().passed.iter().for_each(&mut look);
            }
        }
        unseen += 2 - seen.len();
    }
    let told = proof.diagnostics.iter().filter(|fault| fault.code == Code::TextNeverShown).count();
    assert_eq!(told, unseen, "texts {}", say());
    // Odds.
    let (expected, moves) = slow.odds(&story);
    let odds = proof.odds.as_ref().unwrap();
    for (found, expected) in odds.endings.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-9, "odds {:?} {expected:?} {}", odds.endings, say());
    }
    assert!((odds.moves - moves).abs() < 1e-9 * moves.max(1.0), "moves {} {moves} {}", odds.moves, say());
    // Neither masking nor dropping nor threads change a verdict.
    let plain = Reduce { control_only: false, dead: false };
    for reduce in
        [plain, Reduce { dead: false, ..Reduce::default() }, Reduce { control_only: false, dead: true }]
    {
        let other = proved_with(&story, reduce, 1, Budget::default());
        let lengths = |proof: &Proof| -> Vec<(Code, u32, Option<usize>)> {
            let of = proof.diagnostics.iter();
            of.map(|fault| (fault.code, fault.span.start, fault.witness.as_ref().map(Vec::len))).collect()
        };
        assert_eq!(lengths(&other), lengths(&proof), "{reduce:?} {}", say());
        assert_eq!(other.reached, proof.reached);
        assert!(other.graph.len() >= proof.graph.len());
        let odds = other.odds.unwrap();
        assert!(odds.endings.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9));
    }
    assert_eq!(proved_with(&story, plain, 1, Budget::default()).graph.len(), slow.states.len(), "{}", say());
}

#[test]
fn agrees_with_a_slow_search_on_random_stories() {
    for seed in 0..400 {
        agrees(seed);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 100, failure_persistence: None, ..Default::default() })]
    #[test]
    fn agrees_with_a_slow_search_on_any_random_story(seed: u64) {
        agrees(seed);
    }
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
