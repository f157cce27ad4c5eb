//! The sentences of the shell, together, so that they can be read and cut as a text.

use crate::journal::store::AUTO;
use std::sync::OnceLock;

/// At the first start.
pub const TIP_NUMBERS: &str = "Type the number of a choice, or a word of it. `help` lists what else you can say. The game is saved after every move, so you can leave at any time.";
/// At the first thing that is done by hand.
pub const TIP_EXERCISE: &str = "`decline` hands this to somebody else; the story goes on either way.";
/// At the first ending.
pub const TIP_ENDING: &str =
    "`undo` goes on from before the end, as far back as you like. `endings` has hints for the others.";
/// At the first choice that is shown but not open.
pub const TIP_LOCKED: &str = "what is marked \"not now\" says why; it may be open at another time.";
/// After two moves.
pub const TIP_UNDO: &str =
    "`undo` takes back a move, `undo 3` three, `redo` makes them again. Nothing is lost by trying.";
/// After four.
pub const TIP_TAB: &str = "the Tab key completes what you began to type, and lists what you can say.";
/// After six.
pub const TIP_SETTINGS: &str = "`settings` has the width of the text, colour and pictures.";

/// When plain mode is switched on.
pub const PLAIN: &str = "Plain mode is on, for screen readers: text in one column from top to bottom, nothing is drawn or painted, pictures are told in words. `settings plain off` ends it, if it was not asked for on the command line.";

/// After Ctrl-C.
pub const ONCE_MORE: &str = "(Once more leaves; the game is saved.)";
/// The flags that a command to go on needs again.
static FLAGS: OnceLock<String> = OnceLock::new();

/// Remembers which flags said where story and saves are; the first time counts.
pub fn remember_flags(story: bool, saves: bool) {
    let flags = match (story, saves) {
        (false, false) => return,
        (true, false) => "`--story`",
        (false, true) => "`--saves`",
        (true, true) => "`--story` and `--saves`",
    };
    let _ = FLAGS.set(format!(" Give it the same {flags} again."));
}

/// When the program leaves a game in a slot.
pub fn saved(slot: &str) -> String {
    let flags = FLAGS.get().map_or("", |flags| flags);
    match slot {
        AUTO => format!("Saved. `treed` goes on from here.{flags}"),
        slot => format!("Saved. `treed --slot {slot}` goes on from here.{flags}"),
    }
}

/// On the title screen, when nothing was understood.
pub const TITLE: &str = "Type a number, or Enter to go on. `load NAME` goes on from another save.";

/// Above the list of commands.
pub const HELP: &str = "Type the number of a choice, or a word of it. You can also say:";

/// Above the keys of what is done by hand.
pub const HELP_BY_HAND: &str = "This is done by hand. You can type:";
/// Between those and the list of commands.
pub const HELP_AFTER_HAND: &str = "As everywhere, you can also say:";

/// What can be done at an ending: a command, and how it is shown.
pub const AT_THE_END: &[(&str, &str)] = &[
    ("undo", "Take back the last move"),
    ("restart", "Begin again"),
    ("endings", "See the endings"),
    ("notebook", "Open the notebook"),
    ("quit", "Leave"),
];

/// What is seen who looks closely at the cat; each once, and then the last.
const EXAMINED: &[&str] = &[
    "Grumpy, four years old. You look at her and she looks at you, and one of you has had more practice.",
    "She looks as she did, only more so.",
    "She has noticed that you keep looking, and has decided to let it pass.",
    "There is nothing new to see of her. `look` shows the scene again.",
];

/// What to say to who examines something that no choice is about; `times`: how often that was asked.
pub fn examined(line: &str, times: usize) -> Option<&'static str> {
    let line = line.to_lowercase();
    let line = line.trim().trim_end_matches(['.', '!', '?']);
    let thing = ["examine ", "inspect ", "look at ", "look closely at ", "study ", "watch ", "x "]
        .iter()
        .find_map(|verb| line.strip_prefix(verb))?;
    match thing.trim() {
        "cat" | "the cat" | "my cat" | "grumpy" => EXAMINED.get(times.min(EXAMINED.len() - 1)).copied(),
        _ => Some("What there is to see of that, the scene has told: `look` shows it again."),
    }
}

/// When nothing was understood; never the same twice in a row.
pub const PUZZLED: &[&str] = &[
    "None of the choices sounds like that. A number will do, or a word of a choice.",
    "That is not on offer here. `look` shows the choices again, `help` the rest.",
    "Grumpy looks as if she did not catch that either. Try one of the numbers.",
    "Nothing here answers to that. The choices have numbers; `undo` takes back a move.",
];
