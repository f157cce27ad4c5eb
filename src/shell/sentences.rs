//! The sentences of the shell, together, so that they can be read and cut as a text.

/// Shown once, at the first start.
pub const FIRST_TIP: &str = "Type the number of a choice, or a word of it. `help` lists what else you can say. The game is saved after every move, so you can leave at any time.";

/// Above the list of commands.
pub const HELP: &str = "Type the number of a choice, or a word of it. You can also say:\n\n";

/// What can be done at an ending: a command, and how it is shown.
pub const AT_THE_END: &[(&str, &str)] = &[
    ("undo", "Take back the last move"),
    ("restart", "Begin again"),
    ("endings", "See the endings"),
    ("notebook", "Open the notebook"),
    ("quit", "Leave"),
];

/// When nothing was understood; never the same twice in a row.
pub const PUZZLED: &[&str] = &[
    "None of the choices sounds like that. A number will do, or a word of a choice.",
    "That is not on offer here. `look` shows the choices again, `help` the rest.",
    "Grumpy looks as if she did not catch that either. Try one of the numbers.",
    "Nothing here answers to that. The choices have numbers; `undo` takes back a move.",
];
