//! For each kind of complaint a story that has it and one that does not. They are tests, and
//! `docs/diagnostics.md` is made of them.

use super::diagnostic::{Code, Severity};
use std::fmt::Write;

/// A failing and a passing example of one code: the fields of a story after its id, title and version.
#[derive(Debug)]
pub struct Example {
    /// The code.
    pub code: Code,
    /// What it means and why it matters, a sentence or two.
    pub about: &'static str,
    /// A story that has it.
    pub failing: &'static str,
    /// Nearly the same story without it.
    pub passing: &'static str,
}

impl Example {
    /// The whole text of an example.
    pub fn story(fields: &str) -> String {
        let fields =
            fields.replace(MANY, &(0..4097).map(|i| format!("\"f{i}\": Flag, ")).collect::<String>());
        format!(
            "#![enable(implicit_some)]\nStory(\n    id: \"example\", title: \"Example\", version: \"1\",\n    {fields}\n)\n"
        )
    }
}

/// Stands for more facts than the page has room for.
const MANY: &str = "<f0 to f4096, each a Flag>";

/// The page `docs/diagnostics.md`.
pub fn page<'e>(examples: impl IntoIterator<Item = &'e Example>) -> String {
    let mut page = String::from(
        "# Diagnostics\n\nWhat `treed check` says of a story, by code. The page is made from the examples in the source, which are tests \
         (`TREED_BLESS=1 cargo test --test diagnostics` writes it again). An example shows the fields of a story after `id`, `title` and \
         `version`.\n\nAn error makes `treed check` exit with 1; a story with an error below T100 cannot be played.\n",
    );
    for example in examples {
        let severity = match example.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "\n## {} {} ({severity})\n\n{}\n\nFails:\n\n```text\n{}\n```\n\nPasses:\n\n```text\n{}\n```\n",
            example.code.number(),
            example.code.name(),
            example.about,
            visible(example.failing),
            visible(example.passing)
        );
    }
    page
}

fn visible(example: &str) -> String {
    example.replace('\u{202E}', "<U+202E>")
}

/// One example for each code that needs no exploration.
pub static EXAMPLES: &[Example] = &[
    Example {
        code: Code::Syntax,
        about: "The file is not RON, or has a field or a kind that the format does not know. Nothing else is looked at until this is mended.",
        failing: r#"start: "a", scenes: { "a": (txt: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::BadName,
        about: "Names stand in saves and on the command line, so they are plain: a letter, then letters, digits, `_` or `-`.",
        failing: r#"start: "a b", scenes: { "a b": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a_b", scenes: { "a_b": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Duplicate,
        about: "RON would keep the last of two equal keys without a word. Ids of choices must differ within a scene, since saves tell choices apart by them.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e"), "a": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::ControlCharacter,
        about: "Characters that move the cursor, hide text or change its direction would reach the player's terminal.",
        failing: "start: \"a\", scenes: { \"a\": (text: \"A\u{202E}.\", ending: \"e\") }, endings: { \"e\": (title: \"E\", hint: \"h\") },",
        passing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownScene,
        about: "A choice, an arm, an event or `start` leads to a scene that is not there.",
        failing: r#"start: "hall", scenes: { "hall": (text: "A hall.", choices: [(id: "on", label: "On", to: "gardn")]), "garden": (text: "A garden.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "hall", scenes: { "hall": (text: "A hall.", choices: [(id: "on", label: "On", to: "garden")]), "garden": (text: "A garden.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownFact,
        about: "A condition, an effect or a value in prose names a fact that was not declared.",
        failing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "The lamp is {lamb|lit|out}.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "The lamp is {lamp|lit|out}.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownSpeaker,
        about: "A paragraph that begins with a small word and a colon is a speech, and nobody of that name is in the cast.",
        failing: r#"start: "a", cast: { "ghost": (name: "Ghost") }, scenes: { "a": (text: "gost: Boo.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", cast: { "ghost": (name: "Ghost") }, scenes: { "a": (text: "ghost: Boo.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownValue,
        about: "A fact never has this value, or a text is missing for one that it can have.",
        failing: r#"start: "a", facts: { "sky": OneOf(["grey", "blue"]) }, scenes: { "a": (text: "A.", auto: [(then: [Put("sky", "bleu")], to: "b")]), "b": (text: "{sky}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "sky": OneOf(["grey", "blue"]) }, scenes: { "a": (text: "A.", auto: [(then: [Put("sky", "blue")], to: "b")]), "b": (text: "{sky}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownFormat,
        about: "A value in prose has a format that does not exist or does not suit its kind.",
        failing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "Lamp: {lamp:words}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lamps": Range(from: 0, to: 3, start: 1) }, scenes: { "a": (text: "Lamps: {lamps:words}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownEnding,
        about: "A scene ends in an ending that was not declared.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", ending: "hom") }, endings: { "home": (title: "Home", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", ending: "home") }, endings: { "home": (title: "Home", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownPage,
        about: "A scene or an ending unlocks a page that the notebook does not have.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", pages: ["recal"], ending: "e") }, endings: { "e": (title: "E", hint: "h") }, notebook: { "recall": (title: "Recall", text: "Of all cats, how many were found.", reference: "Somebody (1900): Something.") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", pages: ["recall"], ending: "e") }, endings: { "e": (title: "E", hint: "h") }, notebook: { "recall": (title: "Recall", text: "Of all cats, how many were found.", reference: "Somebody (1900): Something.") },"#,
    },
    Example {
        code: Code::UnknownAct,
        about: "A scene belongs to an act that is not in the list of acts.",
        failing: r#"start: "a", acts: ["one"], scenes: { "a": (act: "two", text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", acts: ["one"], scenes: { "a": (act: "one", text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnknownLab,
        about: "No lab, exercise, knob, outcome, figure or picture of this name.",
        failing: r#"start: "a", scenes: { "a": (text: "Of {crowd?cat} cats.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "Of {crowd?cats} cats.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::MissingArms,
        about: "An experiment or an exercise can end in a way that the scene does not answer.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", exercise: (do: "label", arms: { "Done": [(to: "b")] })), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", exercise: (do: "label", arms: { "Done": [(to: "b")], "Declined": [(to: "b")] })), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::OpenArms,
        about: "Arms are read in order and the first that holds is taken: the last must have no `when`, and no other may lack one.",
        failing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "A.", auto: [(when: Is("lamp"), to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", auto: [(to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::WrongKind,
        about: "A flag is set and asked with `Is`; a range is raised and compared; a fact with names is put and equals.",
        failing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "A.", auto: [(then: [Raise("lamp", 1)], to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "lamp": Flag }, scenes: { "a": (text: "A.", auto: [(then: [Set("lamp")], to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::WayOn,
        about: "Every scene has exactly one way on.",
        failing: r#"start: "a", scenes: { "a": (text: "A.") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::TwoTargets,
        about: "A choice or an arm leads to one place; an arm always leads somewhere.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b", visit: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Braces,
        about: "Braces in prose hold a value; a brace that is only a brace is written twice.",
        failing: r#"start: "a", scenes: { "a": (text: "An open { brace.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "An open {{ brace.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::TextPart,
        about: "A part of a text is of exactly one kind; variants have a label.",
        failing: r#"start: "a", scenes: { "a": (text: [(one_of: ["Rain.", "Sun."])], ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: [(label: "sky", one_of: ["Rain.", "Sun."])], ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Picture,
        about: "A picture fits 72 columns and says in words what it shows, for who cannot see it.",
        failing: r#"start: "a", scenes: { "a": (text: [(picture: "=^.^=")], ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: [(picture: "=^.^=", described: "A cat's face.")], ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::FigureDecides,
        about: "Figures are for prose. What a story decides on, it decides on outcomes and facts, so that it can be proved.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", when: Figure("crowd.found", AtLeast, 1), to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "found": Flag }, scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", when: Not(Is("found")), to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::BadRange,
        about: "A range has its least first and starts inside; thresholds ascend; weights are not negative.",
        failing: r#"start: "a", facts: { "n": Range(from: 3, to: 0, start: 1) }, scenes: { "a": (text: "{n}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "n": Range(from: 0, to: 3, start: 1) }, scenes: { "a": (text: "{n}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::Tunnel,
        about: "A tunnel (`visit`) that can be entered again before it comes back would never end.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", visit: "t"), (id: "out", label: "Out", to: "z")]), "t": (text: "T.", choices: [(id: "deeper", label: "Deeper", visit: "t"), (id: "up", label: "Come up again", back: true)]), "z": (text: "Z.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "in", label: "In", visit: "t"), (id: "out", label: "Out", to: "z")]), "t": (text: "T.", choices: [(id: "up", label: "Come up again", back: true)]), "z": (text: "Z.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::TooMuch,
        about: "A story has at most 4,096 facts, speakers, endings, pages and events, a million scenes and two million choices, so that a file from a stranger cannot fill the memory. Many flags are often one `Range` or one `OneOf`.",
        failing: r#"start: "a", facts: { <f0 to f4096, each a Flag> }, scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", facts: { "f": Range(from: 0, to: 4096, start: 0) }, scenes: { "a": (text: "A.", auto: [(then: [RaiseToEnd("f", 1)], to: "b")]), "b": (text: "{f}", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::EmptyLabel,
        about: "A choice is shown as its number and its label; without a label nobody knows what it does.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: " ", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "on", label: "On", to: "b"), (id: "wait", label: "Wait")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NearSpeaker,
        about: "A paragraph begins with a capital word and a colon, and the word is somebody of the cast, or nearly. It is shown as prose; a speech begins with the key of the speaker, in small letters.",
        failing: r#"start: "a", cast: { "ghost": (name: "Ghost") }, scenes: { "a": (text: "Gohst: Boo.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", cast: { "ghost": (name: "Ghost") }, scenes: { "a": (text: "ghost: Boo. Note: Boo.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::NoScene,
        about: "A story has at least one scene.",
        failing: r#"start: "a", scenes: {},"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnreachableScene,
        about: "No choice, arm or event leads to the scene, whatever the facts.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e"), "attic": (text: "Dust.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "up", label: "Up", to: "attic")]), "attic": (text: "Dust.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
    Example {
        code: Code::UnreachableEnding,
        about: "No scene that any arrow leads to ends so.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", ending: "e") }, endings: { "e": (title: "E", hint: "h"), "f": (title: "F", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "e", label: "E", to: "b"), (id: "f", label: "F", to: "c")]), "b": (text: "B.", ending: "e"), "c": (text: "C.", ending: "f") }, endings: { "e": (title: "E", hint: "h"), "f": (title: "F", hint: "h") },"#,
    },
    Example {
        code: Code::CommandWord,
        about: "An exact command word is always the command, so a choice whose id is one, or that answers to nothing else, is not taken by it.",
        failing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "look", label: "Look", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
        passing: r#"start: "a", scenes: { "a": (text: "A.", choices: [(id: "oak", label: "Look at the oak", to: "b")]), "b": (text: "B.", ending: "e") }, endings: { "e": (title: "E", hint: "h") },"#,
    },
];
