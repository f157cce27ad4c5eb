//! What a story does, feature by feature of `docs/story-format.md`, as a player sees it; and the laws of
//! playing, saving and undoing on random small stories.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use std::time::Duration;
use support::{Play, open, small, story, try_story};
use treed::engine::{self, Move, Offer};
use treed::journal::save::Save;
use treed::journal::{Entry, Game};
use treed::story::ChoiceId;

#[test]
fn a_scene_shows_its_text_its_speakers_and_its_choices() {
    let story = story(&support::kept("lamp.ron"));
    Play::new(&story)
        .shows(
            "
            The hall, 3 matches.

            A hall. The lamp is out.

            Ghost: You again.

            1. Light the lamp
            2. Climb the stairs (not now: It is too dark.)
            3. Go home
            ",
        )
        .refuses("stairs", "this choice is locked")
        .refuses("blow", "this choice is not on offer here")
        .moves("light")
        .shows(
            "
            The hall, 2 matches.

            It catches at once.

            A hall. The lamp is lit.

            Ghost: You again.

            1. Blow it out
            2. Climb the stairs
            3. Go home
            ",
        )
        .moves("stairs sleep")
        .shows(
            "
            2 matches.

            You sleep well.
            ",
        );
}

#[test]
fn white_space_means_nothing_and_a_blank_line_starts_a_paragraph() {
    let story = story(&small(
        r#""f": Flag"#,
        r#""start": (text: ["One
            line.

            Two.", "Three,", "+ and on", (when: Not(Is("f")), text: "+ and on.", otherwise: "+ and off."), "owl: I said:
            so.", "Noon: not a speaker.", (when: Is("f"), text: "cat: Two.

            owl: And one more.")], choices: [(id: "set", label: "Set", then: [Set("f")])]),"#,
    ));
    Play::new(&story)
        .shows(
            "
            One line.

            Two.

            Three, and on and on.

            Owl: I said: so.

            Noon: not a speaker.

            1. Set
            ",
        )
        .moves("set")
        .shows(
            "
            One line.

            Two.

            Three, and on and off.

            Owl: I said: so.

            Noon: not a speaker.

            The Cat: Two.

            Owl: And one more.

            1. Set
            ",
        );
}

#[test]
fn values_are_written_as_their_format_says() {
    let story = story(&small(
        r#""flag": Flag, "n": Range(from: 0, to: 2000, start: 0), "hour": Range(from: 26, to: 64, start: 26),
           "metric": OneOf(["none", "f1"]), "part": Steps(of: "hour", at: [(26, "day"), (38, "dusk"), (40, "night")])"#,
        r#""start": (text: [
            (lines: "
                {n}, {n:words}, {n:Words}
                  {n:ordinal}, {n:money}
                {hour:clock}, {hour:span}
                {hour:span 26}, {hour:Span 26}
                {n|one cat|# cats}, {n|one cat|## cats}
                {flag|yes|no}, {metric}, {metric|none=nothing|f1=the mean}
                {part}, {part|day=light|dusk=grey|night=dark}
                {{braces}}"),
        ], choices: [
            (id: "one", label: "{n|one|#}", then: [Put("n", 1), Put("hour", 39), Set("flag"), Put("metric", "f1")]),
            (id: "many", label: "Many", then: [Put("n", 112), Put("hour", 64)]),
            (id: "most", label: "Most", then: [Put("n", 1250), Put("hour", 28)]),
        ]),"#,
    ));
    Play::new(&story)
        .shows(
            "
              0, zero, Zero
                zeroth, $0
              13:00, thirteen hours
              no time at all, No time at all
              0 cats, zero cats
              no, none, nothing
              day, light
              {braces}

            1. 0
            2. Many
            3. Most
            ",
        )
        .moves("one")
        .shows(
            "
              1, one, One
                first, $1
              19:30, nineteen and a half hours
              six and a half hours, Six and a half hours
              one cat, one cat
              yes, f1, the mean
              dusk, grey
              {braces}

            1. one
            2. Many
            3. Most
            ",
        )
        .moves("many")
        .shows(
            "
              112, one hundred and twelve, One hundred and twelve
                112th, $112
              08:00, thirty-two hours
              nineteen hours, Nineteen hours
              112 cats, one hundred and twelve cats
              yes, f1, the mean
              night, dark
              {braces}

            1. 112
            2. Many
            3. Most
            ",
        )
        .moves("most")
        .shows(
            "
              1,250, one thousand two hundred and fifty, One thousand
                two hundred and fifty
                1,250th, $1,250
              14:00, fourteen hours
              an hour, An hour
              1,250 cats, one thousand two hundred and fifty cats
              yes, f1, the mean
              day, light
              {braces}

            1. 1,250
            2. Many
            3. Most
            ",
        );
}

#[test]
fn every_condition_decides_what_is_on_offer() {
    let story = story(&small(
        r#""f": Flag, "n": Range(from: -2, to: 3, start: 0), "m": OneOf(["a", "b", "c"]),
           "s": Steps(of: "n", at: [(-2, "low"), (1, "high"), (3, "low")])"#,
        r#""start": (choices: [
            (id: "is", label: "x", when: Is("f")),
            (id: "not", label: "x", when: Not(Is("f"))),
            (id: "all", label: "x", when: All([Is("f"), AtLeast("n", 1)])),
            (id: "all-of-none", label: "x", when: All([])),
            (id: "any", label: "x", when: Any([Is("f"), AtMost("n", -1)])),
            (id: "any-of-none", label: "x", when: Any([])),
            (id: "least", label: "x", when: AtLeast("n", -5)),
            (id: "most", label: "x", when: AtMost("n", -5)),
            (id: "equals", label: "x", when: Equals("n", 3)),
            (id: "named", label: "x", when: Equals("m", "b")),
            (id: "in", label: "x", when: In("m", ["a", "c"])),
            (id: "in-numbers", label: "x", when: In("n", [0, 3])),
            (id: "steps", label: "x", when: Equals("s", "low")),
            (id: "go", label: "x", then: [Set("f"), Put("n", 3), Put("m", "b")]),
            (id: "middle", label: "x", then: [Put("n", 1)]),
        ]),"#,
    ));
    let play = Play::new(&story);
    assert_eq!(play.open().join(" "), "not all-of-none least in in-numbers steps go middle");
    let play = play.moves("go");
    assert_eq!(play.open().join(" "), "is all all-of-none any least equals named in-numbers steps go middle");
    let play = play.moves("middle");
    assert_eq!(play.open().join(" "), "is all all-of-none any least named go middle");
}

#[test]
fn effects_are_applied_in_order_and_never_leave_a_range() {
    let story = story(&small(
        r#""a": Range(from: 0, to: 5, start: 2), "b": Range(from: -3, to: 9, start: 0), "f": Flag, "g": Flag"#,
        r#""start": (text: "{a} {b} {f|f|-} {g|g|-}", choices: [
            (id: "raise", label: "x", then: [Raise("a", 2)]),
            (id: "lower", label: "x", then: [Lower("b", 2)]),
            (id: "ends", label: "x", then: [RaiseToEnd("a", 100), LowerToEnd("b", 100)]),
            (id: "copy", label: "x", then: [Copy("b", "a"), Set("f"), Copy("g", "f"), Clear("f")]),
            (id: "back", label: "x", then: [Copy("a", "b")]),
            (id: "half", label: "x", then: [Put("b", 7), Raise("a", 5)]),
            (id: "when", label: "x", then: [Put("a", 0), When(Equals("a", 0), [Raise("a", 1), When(Is("g"), [Raise("a", 1)])])]),
        ]),"#,
    ));
    const OUT: &str = "a fact would leave its range";
    let play = Play::new(&story).moves("raise");
    assert_eq!(play.line(), "4 0 - -");
    let play = play.moves("ends").refuses("raise", OUT).refuses("lower", OUT).refuses("back", OUT);
    assert_eq!(play.line(), "5 \u{2212}3 - -");
    let play = play.refuses("half", OUT).moves("copy");
    assert_eq!(play.line(), "5 5 - g");
    assert_eq!(play.moves("when").line(), "2 5 - g");
}

#[test]
fn a_choice_without_a_target_stays_and_enters_the_scene_again() {
    let story = story(&small(
        "",
        r#""start": (text: (label: "t", in_turn: ["First.", "Second.", "Later."]), choices: [
            (id: "stay", label: "x"), (id: "go", label: "x", to: "other"),
        ]),
        "other": (choices: [(id: "back", label: "x", to: "start")]),"#,
    ));
    let play = Play::new(&story);
    assert_eq!(play.line(), "First.");
    let play = play.moves("stay");
    assert_eq!(play.line(), "Second.");
    let play = play.moves("go back");
    assert_eq!(play.line(), "Later.");
    assert_eq!(play.moves("stay").line(), "Later.", "the last is repeated");
}

const PICKED: &str = r#"(label: "LABEL", one_of: ["a", "b", "c", "d", "e", "f", "g", "h"])"#;

#[test]
fn variants_are_picked_by_seed_and_label_and_stay_when_a_part_is_added() {
    let part = |label: &str| PICKED.replace("LABEL", label);
    let alone = story(&small(
        "",
        &format!(r#""start": (text: [{}], choices: [(id: "s", label: "x")]),"#, part("one")),
    ));
    let among = story(&small(
        "",
        &format!(
            r#""start": (text: [{}, {}, "More."], choices: [(id: "s", label: "x")]), "new": (ending: "end"),"#,
            part("another"),
            part("one")
        ),
    ));
    let mut picked = Vec::new();
    let mut parted = 0;
    for seed in 0..40 {
        let one = Play::seeded(&alone, seed).line();
        let shown = Play::seeded(&among, seed).text();
        let shown: Vec<&str> = shown.split("\n\n").collect();
        assert_eq!(shown[1], one, "seed {seed}: a part that was added changed another");
        parted += usize::from(shown[0] != one);
        assert_eq!(Play::seeded(&alone, seed).line(), one, "the same seed shows the same");
        picked.push(one);
    }
    assert!(parted > 20, "labels are picked apart from each other");
    picked.sort();
    picked.dedup();
    assert_eq!(picked.len(), 8, "every variant is picked by some seed");
}

#[test]
fn looking_again_shows_the_same_variant_and_entering_again_may_show_another() {
    let text = small("", &format!(r#""start": (text: [{PICKED}], choices: [(id: "s", label: "x")]),"#));
    let story = story(&text);
    let play = Play::new(&story);
    assert_eq!(play.text(), play.text());
    let mut seen: Vec<String> = Vec::new();
    let mut play = play;
    for _ in 0..20 {
        seen.push(play.line());
        play = play.moves("s");
    }
    seen.dedup();
    assert!(seen.len() > 5, "{seen:?}");
}

#[test]
fn pictures_are_drawn_and_described() {
    let story = story(&small(
        "",
        r#""start": (text: (picture: r"
            /\_/\
           ( o.o )
        ", described: "A cat."), choices: [(id: "s", label: "x")]),"#,
    ));
    let play = Play::new(&story).shows("Picture: A cat.\n\n1. x");
    let style = treed::shell::terminal::Style { width: 60, color: false, plain: false, pictures: true };
    let drawn = treed::shell::told(&play.game, style);
    assert!(drawn.contains("\n   /\\_/\\\n  ( o.o )\n"), "{drawn}");
    let narrow = treed::shell::terminal::Style { width: 6, ..style };
    let drawn = treed::shell::told(&play.game, narrow);
    assert!(drawn.contains("cat.") && !drawn.contains("o.o"), "in words where it does not fit: {drawn}");
}

#[test]
fn automatic_scenes_are_passed_and_told_in_the_order_they_were_passed() {
    let story = story(&small(
        r#""n": Range(from: 0, to: 9, start: 0)"#,
        r#""start": (text: "Start {n}.", choices: [(id: "go", label: "Go", then: [Raise("n", 1)], reply: "Reply {n}.", to: "a")]),
        "a": (text: "A {n}.", auto: [(when: AtLeast("n", 2), to: "start"), (then: [Raise("n", 1)], to: "b")]),
        "b": (text: "B {n}.", auto: [(when: AtLeast("n", 5), to: "end"), (then: [Raise("n", 2)], to: "c")]),
        "c": (text: "C {n}.", choices: [(id: "again", label: "Again", to: "a"), (id: "b", label: "B", to: "b")]),"#,
    ));
    Play::new(&story)
        .moves("go")
        .shows("Reply 1.\n\nA 1.\n\nB 2.\n\nC 4.\n\n1. Again\n2. B")
        .moves("b")
        .shows("B 4.\n\nC 6.\n\n1. Again\n2. B")
        .moves("again")
        .shows("A 6.\n\nStart 6.\n\n1. Go");
}

#[test]
fn automatic_scenes_that_never_end_are_refused() {
    let text = small(
        "",
        r#""start": (choices: [(id: "go", label: "x", to: "a")]),
        "a": (auto: [(to: "b")]), "b": (auto: [(to: "a")]),"#,
    );
    let story = story(&text);
    Play::new(&story).refuses("go", "automatic scenes lead into each other for ever");
}

#[test]
fn a_tunnel_comes_back_to_where_it_was_entered() {
    let text = small(
        "",
        r#""start": (text: "Start.", choices: [(id: "in", label: "In", visit: "one")]),
        "other": (text: "Other.", choices: [(id: "in", label: "In", visit: "one"), (id: "start", label: "x", to: "start")]),
        "one": (text: "One.", choices: [(id: "deeper", label: "Deeper", visit: "two"), (id: "on", label: "On", to: "last"), (id: "die", label: "x", to: "end")]),
        "two": (text: "Two.", auto: [(back: true)]),
        "last": (text: "Last.", choices: [(id: "out", label: "Out", back: true)]),"#,
    );
    let story = story(&text);
    let play = Play::new(&story)
        .moves("in")
        .shows("One.\n\n1. Deeper\n2. On\n3. x")
        .moves("deeper")
        .shows("Two.\n\nOne.\n\n1. Deeper\n2. On\n3. x")
        .moves("on out")
        .shows("Start.\n\n1. In");
    assert_eq!(play.game.state().level(&story), 0);
    let play = play.moves("in die").shows("It is over.");
    assert_eq!(play.game.state().level(&story), 0, "an ending leaves all tunnels");
}

#[test]
fn a_tunnel_that_leads_into_itself_is_a_fault_and_so_is_one_too_deep() {
    let recursive = small("", r#""start": (choices: [(id: "in", label: "x", visit: "start")]),"#);
    assert!(
        try_story(&recursive).unwrap_err().contains("error[T024]: the tunnel `start` can lead into itself")
    );
    let deep = |depth: &str| {
        small(
            "",
            r#""start": (choices: [(id: "a", label: "x", visit: "a"), (id: "end", label: "x", to: "end")]),
        "a": (choices: [(id: "b", label: "x", visit: "b"), (id: "o", label: "x", back: true)]),
        "b": (choices: [(id: "c", label: "x", visit: "c"), (id: "o", label: "x", back: true)]),
        "c": (choices: [(id: "o", label: "x", back: true)]),"#,
        )
        .replace("start: \"start\",", &format!("start: \"start\", {depth}"))
    };
    assert!(try_story(&deep("depth: 2,")).unwrap_err().contains("error[T024]: tunnels nest 3 deep"));
    let story = story(&deep("depth: 3,"));
    Play::new(&story).moves("a b c o o o").shows("1. x\n2. x");
}

#[test]
fn events_interrupt_in_file_order_at_most_one_and_never_in_tunnels_or_scenes_that_stand_alone() {
    let text = small(
        r#""n": Range(from: 0, to: 9, start: 0)"#,
        r#""start": (text: "Start {n}.", choices: [
            (id: "tick", label: "x", then: [RaiseToEnd("n", 1)]),
            (id: "alone", label: "x", to: "alone"),
            (id: "tunnel", label: "x", visit: "tunnel"),
        ]),
        "alone": (alone: true, text: "Alone.", choices: [(id: "tick", label: "x", then: [RaiseToEnd("n", 1)]), (id: "leave", label: "x", to: "start"), (id: "finish", label: "x", to: "end")]),
        "tunnel": (text: "Tunnel.", choices: [(id: "tick", label: "x", then: [RaiseToEnd("n", 1)]), (id: "out", label: "x", back: true)]),
        "first": (text: "First.", choices: [(id: "ok", label: "x", back: true)]),
        "second": (text: "Second.", auto: [(back: true)]),
        "late": (text: "Late.", auto: [(back: true)]),"#,
    )
    .replace(
        "scenes: {",
        r#"events: {
            "first": (when: AtLeast("n", 1), once: true, visit: "first"),
            "second": (when: AtLeast("n", 2), until: AtLeast("n", 3), visit: "second"),
            "late": (when: AtLeast("n", 5), once: true, visit: "late"),
        }, scenes: {"#,
    );
    let story = story(&text);
    let line = |moves: &str| Play::new(&story).moves(moves).line();
    assert_eq!(line("tick"), "First.", "due after the first tick");
    assert_eq!(line("tick ok"), "Start 1.", "back where it interrupted, and only once");
    assert_eq!(line("tick ok tick"), "Second.", "told, and passed at once");
    assert_eq!(line("tick ok tick tunnel"), "Tunnel.", "nothing interrupts a tunnel");
    assert_eq!(line("tick ok tick tunnel out"), "Second.", "without `once` it comes as long as it is due");
    assert_eq!(line("tick ok tick tick"), "Start 3.", "`until` lets it expire");
    assert_eq!(line("alone tick tick"), "Alone.", "nothing interrupts a scene that stands alone");
    assert_eq!(line("alone tick tick leave"), "First.", "both are due: the first of the file comes");
    assert_eq!(line("alone tick tick leave ok"), "Second.", "and the other after the next move");
    assert_eq!(line("alone tick finish"), "It is over.", "nothing interrupts an ending");
}

#[test]
fn an_event_does_not_interrupt_before_the_first_choice() {
    let text = small("", r#""start": (text: "Start.", choices: [(id: "s", label: "x")]), "e": (text: "E.", auto: [(back: true)]),"#)
        .replace("scenes: {", r#"events: { "e": (when: All([]), once: true, visit: "e") }, scenes: {"#);
    let story = story(&text);
    let play = Play::new(&story);
    assert_eq!(play.line(), "Start.");
    assert_eq!(play.moves("s").line(), "E.");
}

#[test]
fn a_choice_offered_anywhere_is_number_zero_and_shifts_no_other() {
    let text = small(
        "",
        r#""start": (choices: [(id: "a", label: "A"), (id: "b", label: "B", to: "alone")]),
        "alone": (alone: true, choices: [(id: "c", label: "C", to: "start")]),
        "phone": (alone: true, text: "Hello?", choices: [(id: "hang-up", label: "Hang up", back: true)]),"#,
    )
    .replace(
        "scenes: {",
        r#"anywhere: [(id: "phone", label: "Ring", once: true, visit: "phone"), (id: "shout", label: "Shout")], scenes: {"#,
    );
    let story = story(&text);
    Play::new(&story)
        .shows("1. A\n2. B\n0. Ring\n3. Shout")
        .moves("phone")
        .shows("Hello?\n\n1. Hang up")
        .moves("hang-up")
        .shows("1. A\n2. B\n0. Shout")
        .moves("b")
        .shows("1. C")
        .lacks("shout");
}

#[test]
fn a_once_only_choice_is_gone_for_the_rest_of_the_playthrough() {
    let text = small(
        "",
        r#""start": (choices: [(id: "once", label: "x", once: true, to: "b"), (id: "stay", label: "x")]),
        "b": (choices: [(id: "back", label: "x", to: "start")]),"#,
    );
    let story = story(&text);
    let play = Play::new(&story).moves("once back");
    assert_eq!(play.open(), ["stay"]);
    let mut play = play.refuses("once", "this choice is not on offer here");
    play.game.undo();
    play.game.undo();
    assert_eq!(play.open(), ["once", "stay"], "undo gives it back");
}

#[test]
fn a_lab_answers_by_its_arms_and_its_figures_are_in_the_prose() {
    let story = story(&support::kept("labs.ron"));
    let play = Play::new(&story).moves("ask");
    let [Entry::Choose(_), Entry::World(outcome, figures)] = play.game.entries() else {
        panic!("the world answers at once: {:?}", play.game.entries());
    };
    assert_eq!(outcome, "MajorityClass", "what accuracy alone rewards");
    assert!(!figures.is_empty());
    assert!(play.text().contains("The crowd answered."), "{}", play.text());
    assert!(!play.text().contains("not measured"), "{}", play.text());
    // The same seed measures the same; another setting of the knob is another experiment.
    let again = Play::new(&story).moves("ask");
    assert_eq!(again.game.entries(), play.game.entries());
    let other = Play::new(&story).moves("balanced ask");
    assert_ne!(other.game.entries()[2], play.game.entries()[1]);
    assert_eq!(other.game.measure(), None, "nothing is asked where the player chooses");
}

#[test]
fn the_world_may_answer_only_what_is_possible() {
    let story = story(&support::kept("labs.ron"));
    let Offer::Choose(offered) = engine::offer(&story, &engine::begin(&story).unwrap().state) else {
        panic!("the player chooses first")
    };
    let ask = offered.iter().find(|offered| story.str(story.choice(offered.choice).id) == "ask").unwrap();
    let asked =
        engine::step(&story, &engine::begin(&story).unwrap().state, Move::Choose(ask.choice)).unwrap();
    let lab = treed::labs::Lab::Crowd;
    let possible = lab.possible(&engine::setting(&story, &asked.state, lab));
    for outcome in 0..40u8 {
        let allowed = outcome < 32 && possible >> outcome & 1 == 1;
        let step = engine::step(&story, &asked.state, Move::World(outcome));
        assert_eq!(step.is_ok(), allowed, "outcome {outcome}");
    }
    assert!(engine::step(&story, &asked.state, Move::Type).is_err(), "nothing is typed here");
    assert!(engine::step(&story, &asked.state, Move::Choose(ChoiceId(0))).is_err(), "nothing is chosen here");
}

#[test]
fn an_exercise_takes_lines_and_can_be_declined_and_undone_by_the_line() {
    let story = story(&support::kept("labs.ron"));
    let mut play = Play::new(&story).moves("fly");
    assert!(matches!(play.game.offer(), Offer::Exercise(_)));
    play.game.type_line("2 up").expect("up goes up");
    let after_one = play.game.entries().to_vec();
    let [Entry::Choose(_), Entry::Type(_)] = &after_one[..] else { panic!("{after_one:?}") };
    let refused = play.game.type_line("sideways and so on").unwrap_err().to_string();
    assert!(!refused.is_empty());
    assert_eq!(play.game.entries(), after_one, "a refused line is not recorded");
    play.game.undo().expect("the line");
    assert_eq!(play.game.entries().len(), 1, "one line is taken back");
    play.game.redo().expect("the line");
    assert_eq!(play.game.entries(), after_one);
    play.game.decline().expect("it can be handed back");
    assert_eq!(play.line(), "You declined.");
    play.game.undo().expect("declining");
    assert_eq!(play.game.entries(), after_one, "declining is taken back, what was typed stays");
}

#[test]
fn an_alias_finds_what_was_renamed_and_a_place_in_the_list_never_does() {
    let text = small("", r#""start": (choices: [(id: "new-name", label: "x", to: "end")]),"#)
        .replace("start: \"start\",", r#"start: "start", aliases: (choices: { "old-name": "new-name" }),"#);
    let story = story(&text);
    let game = Play::new(&story).moves("old-name").game;
    assert!(game.ending().is_some());
    assert!(story.choice_named(treed::story::SceneId(0), "1").is_none());
}

/// A random story whose every state offers something: scenes 0.., each with a choice or two, facts that
/// saturate, a tunnel, an event, variants, an ending.
fn any_story() -> impl Strategy<Value = String> {
    let choice = |scenes: usize| {
        (0..scenes, 0..6u8, 0..4u8).prop_map(move |(to, effect, kind)| {
            let then = [
                "",
                "Set(\"f\")",
                "Clear(\"f\")",
                "RaiseToEnd(\"n\", 2)",
                "LowerToEnd(\"n\", 1)",
                "Copy(\"f\", \"g\"), When(AtLeast(\"n\", 3), [Set(\"g\")])",
            ][usize::from(effect)];
            let when = [
                "",
                "when: Is(\"f\"), ",
                "once: true, ",
                "locked: (unless: AtMost(\"n\", 3), reason: \"No.\"), ",
            ][usize::from(kind)];
            format!("{when}then: [{then}], to: \"s{to}\"")
        })
    };
    (2..7usize)
        .prop_flat_map(move |scenes| {
            proptest::collection::vec(proptest::collection::vec(choice(scenes), 1..4), scenes)
        })
        .prop_map(|scenes| {
            let mut text = String::new();
            for (i, choices) in scenes.iter().enumerate() {
                text.push_str(&format!("\"s{i}\": (text: [\"Scene {i}, {{n}}.\", (label: \"l\", one_of: [\"a\", \"b\", \"c\"]), (label: \"m\", in_turn: [\"one\", \"two\"])], choices: ["));
                for (j, choice) in choices.iter().enumerate() {
                    text.push_str(&format!("(id: \"c{j}\", label: \"Choice {{f|yes|no}}\", reply: \"Reply {{n}}.\", {choice}), "));
                }
                text.push_str("(id: \"tunnel\", label: \"x\", visit: \"t\"), (id: \"over\", label: \"x\", when: AtLeast(\"n\", 5), to: \"end\")]),\n");
            }
            text.push_str("\"t\": (text: \"T.\", choices: [(id: \"up\", label: \"x\", then: [RaiseToEnd(\"n\", 1)], back: true), (id: \"stay\", label: \"x\")]), \"e\": (text: \"E.\", auto: [(then: [Set(\"g\")], back: true)]),");
            small("\"f\": Flag, \"g\": Flag, \"n\": Range(from: 0, to: 6, start: 1)", &text)
                .replace("start: \"start\"", "start: \"s0\"")
                .replace("scenes: {", "events: { \"e\": (when: AtLeast(\"n\", 4), once: true, visit: \"e\") }, scenes: {")
        })
}

/// Takes one of the open choices, by a number; true where there was one.
fn take(game: &mut Game, pick: usize) -> bool {
    let ids = open(game);
    if ids.is_empty() {
        return false;
    }
    let choice = game.story().choice_named(game.scene(), &ids[pick % ids.len()]).expect("it is on offer");
    game.choose(choice).expect("an open choice is never refused");
    true
}

/// All that a player could tell two games apart by.
fn seen(game: &Game) -> (treed::engine::State, Vec<Entry>, String, String) {
    let style = treed::shell::terminal::Style { width: 60, color: false, plain: true, pictures: true };
    (game.state().clone(), game.entries().to_vec(), treed::shell::told(game, style), game.last().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn law_replay_equals_play(text in any_story(), seed in 0u32..treed::journal::SEEDS, picks in proptest::collection::vec(0usize..12, 0..40)) {
        let story = story(&text);
        let mut game = Game::new(&story, seed).unwrap();
        for pick in picks {
            if !take(&mut game, pick) { break }
            let (again, stopped) = Game::replay(&story, seed, game.entries()).unwrap();
            prop_assert_eq!(stopped, None);
            prop_assert_eq!(seen(&again), seen(&game));
        }
    }

    #[test]
    fn law_what_is_saved_is_what_is_loaded(text in any_story(), seed in 0u32..treed::journal::SEEDS, picks in proptest::collection::vec(0usize..12, 0..40), undos in 0usize..5) {
        let story = story(&text);
        let mut game = Game::new(&story, seed).unwrap();
        for pick in picks {
            if !take(&mut game, pick) { break }
        }
        for _ in 0..undos {
            game.undo();
        }
        let save = Save::of(&game, "here".to_owned(), Duration::from_secs(3), 4);
        let read = Save::from_bytes(save.to_text().as_bytes()).unwrap();
        prop_assert_eq!(&read, &save);
        prop_assert_eq!(read.to_text(), save.to_text());
        let (loaded, stopped) = read.game(&story).unwrap();
        prop_assert_eq!(stopped, None);
        prop_assert_eq!(seen(&loaded), seen(&game));
        prop_assert_eq!(loaded.undone(), game.undone());
    }

    #[test]
    fn law_undo_then_redo_changes_nothing_and_undoing_all_returns_to_the_start(text in any_story(), seed in 0u32..treed::journal::SEEDS, picks in proptest::collection::vec(0usize..12, 1..40)) {
        let story = story(&text);
        let mut game = Game::new(&story, seed).unwrap();
        let start = seen(&game);
        let mut after = vec![start];
        for pick in picks {
            if !take(&mut game, pick) { break }
            after.push(seen(&game));
            game.undo().expect("a move can be taken back");
            prop_assert_eq!(&seen(&game), &after[after.len() - 2]);
            game.redo().expect("and made again");
            prop_assert_eq!(&seen(&game), &after[after.len() - 1]);
        }
        for before in after.iter().rev().skip(1) {
            game.undo().expect("as many as were made");
            prop_assert_eq!(&seen(&game), before);
        }
        prop_assert_eq!(game.undo(), None);
        for then in after.iter().skip(1) {
            game.redo().expect("as many as were undone");
            prop_assert_eq!(&seen(&game), then);
        }
        prop_assert_eq!(game.redo(), None);
    }

    #[test]
    fn law_offer_and_step_agree(text in any_story(), picks in proptest::collection::vec(0usize..12, 0..20)) {
        let story = story(&text);
        let mut game = Game::new(&story, 1).unwrap();
        for pick in picks {
            for choice in (0..story.choices.len() as u32).map(ChoiceId) {
                let offered = match engine::offer(&story, game.state()) {
                    Offer::Choose(offered) => offered.iter().any(|offered| offered.choice == choice && offered.open),
                    _ => false,
                };
                prop_assert_eq!(engine::step(&story, game.state(), Move::Choose(choice)).is_ok(), offered);
            }
            prop_assert!(engine::step(&story, game.state(), Move::World(0)).is_err());
            if !take(&mut game, pick) { break }
        }
    }
}

#[test]
fn a_different_move_after_undo_forgets_what_was_undone_and_the_same_keeps_it() {
    let story = story(&support::kept("lamp.ron"));
    let mut game = Play::new(&story).moves("light blow light stairs").game;
    for _ in 0..3 {
        game.undo().expect("a move");
    }
    let game = Play { game }.moves("blow").game;
    assert_eq!(game.undone().len(), 2, "the same move again: what came after it can still be made again");
    let game = Play { game }.moves("leave").game;
    assert_eq!(game.undone().len(), 0);
}
