//! For each kind of complaint that takes an exploration: a story that has it and one that does not, in
//! the shape of `story::examples`.

use crate::story::diagnostic::{Code, Example};

/// One example for each code of a claim or a proof.
pub static EXAMPLES: &[Example] = &[
    Example {
        code: Code::UnknownChoice,
        about: "A claim, or an alias, names a choice that no scene has.",
        failing: r#"start: "a", claims: [AtStart(Offers("onn"))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", claims: [AtStart(Offers("on"))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::BadClaim,
        about: "A claim that says nothing as it is written: nobody is ever at a scene that is passed at once, and a probability lies between 0 and 1.",
        failing: r#"start: "a", claims: [AtStart(CanReach(At("b")))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b"), (id: "wait", label: "Wait")]), "b": (text: "B.", auto: [(to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", claims: [AtStart(CanReach(Ending("e")))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b"), (id: "wait", label: "Wait")]), "b": (text: "B.", auto: [(to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::SceneNeverReached,
        about: "Arrows lead to the scene, but on every playthrough something prevents it: a condition that never holds, an answer that the world cannot give.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "spin")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "T.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "spin": (text: "S.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", labs: { "drones": { "shaping": "=Bonus" } }, scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "spin")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "T.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "spin": (text: "S.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::EndingNeverReached,
        about: "A scene ends so and arrows lead to it, but no playthrough gets there: the gallery would show a hint that nobody can follow.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "spin")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "T.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "spin": (text: "S.", ending: "spun"), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h"), "spun": (title: "S", hint: "h") },"#,
        passing: r#"start: "a", labs: { "drones": { "shaping": "=Bonus" } }, scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "spin")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "T.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "spin": (text: "S.", ending: "spun"), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h"), "spun": (title: "S", hint: "h") },"#,
    },
    Example {
        code: Code::ChoiceNeverOffered,
        about: "The condition of the choice holds in no state in which its scene is shown.",
        failing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")]), (id: "on", label: "On", to: "e"), (id: "dark", label: "Dark", when: Is("lit"), to: "b")]), "b": (text: "B.", choices: [(id: "snuff", label: "Snuff", then: [Clear("lit")], to: "a"), (id: "on", label: "On", to: "e"), (id: "odd", label: "Odd", when: Not(Is("lit")), to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")]), (id: "on", label: "On", to: "e"), (id: "dark", label: "Dark", when: Is("lit"), to: "b")]), "b": (text: "B.", choices: [(id: "snuff", label: "Snuff", then: [Clear("lit")], to: "a"), (id: "on", label: "On", to: "e"), (id: "odd", label: "Odd", when: Is("lit"), to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NeverUnlocked,
        about: "The choice is shown, with its reason, and nothing the player can do ever opens it.",
        failing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", when: Not(Is("lit")), then: [Set("lit")]), (id: "on", label: "On", to: "e"), (id: "door", label: "Door", locked: (unless: All([Is("lit"), Not(Is("lit"))]), reason: "It sticks."), to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", when: Not(Is("lit")), then: [Set("lit")]), (id: "on", label: "On", to: "e"), (id: "door", label: "Door", locked: (unless: Is("lit"), reason: "It sticks."), to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::ArmNeverTaken,
        about: "One before it holds whenever this arm would be asked, or its condition never holds.",
        failing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], to: "b"), (id: "on", label: "On", then: [Clear("lit")], to: "b")]), "b": (text: "B.", auto: [(when: All([Is("lit"), Not(Is("lit"))]), to: "a"), (to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], to: "b"), (id: "on", label: "On", then: [Clear("lit")], to: "b")]), "b": (text: "B.", auto: [(when: Is("lit"), to: "a"), (to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::EventNeverHappens,
        about: "In no state after a move does the event's condition hold before it expires.",
        failing: r#"start: "a", facts: { "lit": Flag }, events: { "moth": (when: All([Is("lit"), Not(Is("lit"))]), once: true, visit: "b") }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], visit: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", alone: true, choices: [(id: "back", label: "Back", back: true), (id: "snuff", label: "Snuff", then: [Clear("lit")], back: true)]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, events: { "moth": (when: Is("lit"), once: true, visit: "b") }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], visit: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", alone: true, choices: [(id: "back", label: "Back", back: true), (id: "snuff", label: "Snuff", then: [Clear("lit")], back: true)]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::TextNeverShown,
        about: "The part's condition holds in no playthrough at this place, so nobody will ever read it. A figure in a condition counts as able to answer either way. The same is said of the reason of a lock that never locks, of a page that nothing unlocks, and of a picture in a page's `here`, which keeps words alone.",
        failing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], to: "b"), (id: "on", label: "On", to: "e")]), "b": (text: [(when: Is("lit"), text: "It burns.", otherwise: "It is dark.")], choices: [(id: "on", label: "On", to: "e"), (id: "snuff", label: "Snuff", then: [Clear("lit")], to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")], to: "b"), (id: "on", label: "On", to: "e")]), "b": (text: [(when: Is("lit"), text: "It burns.")], choices: [(id: "on", label: "On", to: "e"), (id: "snuff", label: "Snuff", then: [Clear("lit")], to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Stuck,
        about: "A state with no open choice that is no ending. The moves that lead there are shown.",
        failing: r#"start: "a", facts: { "n": Range(from: 0, to: 3, start: 0) }, scenes: { "a": (text: "A.", choices: [(id: "left", label: "Left", when: AtMost("n", 2), then: [Raise("n", 1)]), (id: "on", label: "On", when: AtMost("n", 2), to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "n": Range(from: 0, to: 3, start: 0) }, scenes: { "a": (text: "A.", choices: [(id: "left", label: "Left", when: AtMost("n", 2), then: [Raise("n", 1)]), (id: "on", label: "On", when: AtMost("n", 3), to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Trap,
        about: "There is always something to choose, and none of it ever leads to an ending. Decided backwards from the endings, so cycles hide nothing.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "jump", label: "Jump", to: "pit"), (id: "on", label: "On", to: "e")]), "pit": (text: "P.", choices: [(id: "up", label: "Up", to: "wall"), (id: "wait", label: "Wait")]), "wall": (text: "W.", choices: [(id: "slip", label: "Slip", to: "pit"), (id: "hold", label: "Hold")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "jump", label: "Jump", to: "pit"), (id: "on", label: "On", to: "e")]), "pit": (text: "P.", choices: [(id: "up", label: "Up", to: "wall"), (id: "wait", label: "Wait")]), "wall": (text: "W.", choices: [(id: "slip", label: "Slip", to: "pit"), (id: "hold", label: "Hold", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::OutOfRange,
        about: "`Raise`, `Lower` and `Copy` promise that the fact stays in its range; here a playthrough breaks the promise. The moves are shown.",
        failing: r#"start: "a", facts: { "n": Range(from: 0, to: 2, start: 0) }, scenes: { "a": (text: "{n} cats.", choices: [(id: "more", label: "More", then: [Raise("n", 1)]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "n": Range(from: 0, to: 2, start: 0) }, scenes: { "a": (text: "{n} cats.", choices: [(id: "more", label: "More", then: [RaiseToEnd("n", 1)]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::AutomaticLoop,
        about: "Automatic scenes that lead into each other for ever; the game refuses the move.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", to: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", auto: [(to: "c")]), "c": (text: "C.", auto: [(to: "b")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", to: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", auto: [(to: "c")]), "c": (text: "C.", auto: [(to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NothingWaits,
        about: "`back: true` in a scene that was not entered with `visit`.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", to: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", choices: [(id: "back", label: "Back", back: true), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", visit: "b"), (id: "on", label: "On", to: "e")]), "b": (text: "B.", choices: [(id: "back", label: "Back", back: true), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NotMeasured,
        about: "Prose shows a figure where, on some playthrough, its experiment has not run yet.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "skip", label: "Skip", to: "told")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "told")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "{drones.rescued} came back.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "skip", label: "Skip", to: "fly")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "told")], "Crashed": [(to: "told")], "Fled": [(to: "told")], "Orbiting": [(to: "told")], "Hovering": [(to: "told")], "Grounded": [(to: "told")]})), "told": (text: "{drones.rescued} came back.", choices: [(id: "stop", label: "Stop", to: "e"), (id: "again", label: "Again", to: "a")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::ClaimFails,
        about: "The author promises something of the story that is not so. The moves lead to the first state in which it fails.",
        failing: r#"start: "a", claims: [AtStart(Not(Within(1, Ending("e"))))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", claims: [AtStart(Not(Within(0, Ending("e"))))], scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::FactNeverRead,
        about: "No condition, knob or text asks for the fact, so it may as well not be there. To be shown counts as being read.",
        failing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "A.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lit": Flag }, scenes: { "a": (text: "It is {lit|light|dark}.", choices: [(id: "lamp", label: "Lamp", then: [Set("lit")]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::FactNeverChanged,
        about: "Something asks for the fact, but nothing ever changes it.",
        failing: r#"start: "a", facts: { "n": Range(from: 0, to: 3, start: 1) }, scenes: { "a": (text: "{n} cats.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "n": Range(from: 0, to: 3, start: 1) }, scenes: { "a": (text: "{n} cats.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait", then: [RaiseToEnd("n", 1)])]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::OnlyChoice,
        about: "Whenever the choice is on offer, nothing else is: often meant, sometimes a condition too many elsewhere.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "e"), (id: "wait", label: "Wait")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NotDecided,
        about: "The facts that decide a part of a text have more values together than the checker follows, so it says nothing of this part. Or the probability that a claim asks for is too close to the real one, or not known closely enough. The story is not proved then (exit code 3).",
        failing: r#"start: "a", facts: { "p": Range(from: 0, to: 999, start: 0), "q": Range(from: 0, to: 999, start: 0) }, scenes: { "a": (text: ["A.", (when: All([AtLeast("p", 999), AtLeast("q", 999)]), text: "Many.")], choices: [(id: "p", label: "P", then: [RaiseToEnd("p", 1)]), (id: "q", label: "Q", then: [RaiseToEnd("q", 1)]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "p": Range(from: 0, to: 9, start: 0), "q": Range(from: 0, to: 9, start: 0) }, scenes: { "a": (text: ["A.", (when: All([AtLeast("p", 9), AtLeast("q", 9)]), text: "Many.")], choices: [(id: "p", label: "P", then: [RaiseToEnd("p", 1)]), (id: "q", label: "Q", then: [RaiseToEnd("q", 1)]), (id: "on", label: "On", to: "e")]), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::EndingNotShown,
        about: "The graph allows the ending, since an experiment could answer so; but at every seed that was tried it answers otherwise. `treed check` plays a game to every ending that it can.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "e")], "Crashed": [(to: "e")], "Fled": [(to: "e")], "Orbiting": [(to: "e")], "Hovering": [(to: "e")], "Grounded": [(to: "sat")]})), "sat": (text: "S.", ending: "sat"), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h"), "sat": (title: "S", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "stop", label: "Stop", to: "e")]), "fly": (text: "F.", lab: (run: "drones", arms: {"Rescued": [(to: "e")], "Crashed": [(to: "e")], "Fled": [(to: "gone")], "Orbiting": [(to: "e")], "Hovering": [(to: "e")], "Grounded": [(to: "e")]})), "gone": (text: "G.", ending: "gone"), "e": (text: "E.", ending: "e") }, endings: { "e": (title: "E", hint: "h"), "gone": (title: "G", hint: "h") },"#,
    },
];
