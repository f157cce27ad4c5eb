//! `treed write` in a terminal of its own: a file is saved again and again, as editors do it, and the
//! author sees its faults and goes on from where they stood.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect, Session};
use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;
use support::{Home, kept, small};

struct Writing {
    session: OsSession,
    seen: String,
}

impl Writing {
    fn begin(home: &Home, arguments: &str) -> Writing {
        let program = env!("CARGO_BIN_EXE_treed");
        let mut shell = Command::new("sh");
        // The width is set before the program starts.
        let script = format!("read -r _ && '{program}' write story.ron {arguments}; echo code $?");
        shell.arg("-c").arg(script).current_dir(home.path(""));
        shell.env("TERM", "xterm-256color").env("NO_COLOR", "1").env("HOME", home.path(""));
        let mut session = Session::spawn(shell).expect("a terminal");
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        session.get_process_mut().set_window_size(80, 40).expect("a width");
        session.send_line("").expect("the shell is told to go on");
        let mut writing = Writing { session, seen: String::new() };
        writing.shows("Save story.ron and it is read");
        writing
    }

    #[track_caller]
    fn shows(&mut self, words: &str) -> &mut Writing {
        support::wait_for(&mut self.session, words, &mut self.seen);
        self
    }

    #[track_caller]
    fn types(&mut self, line: &str) -> &mut Writing {
        self.shows("> ").session.send_line(line).expect("the line is sent");
        self
    }

    #[track_caller]
    fn leaves(mut self) -> String {
        self.shows("> ").session.send(ControlCode::EndOfText).expect("Ctrl-C is sent");
        self.shows("code 0");
        self.session.expect(Eof).expect("it ends");
        self.seen
    }
}

/// Saves as many editors do: another file is written and renamed over the old one.
fn renamed(home: &Home, text: &str) {
    home.write(".story.ron.new", text.as_bytes());
    std::fs::rename(home.path(".story.ron.new"), home.path("story.ron")).unwrap();
}

#[test]
fn two_moves_a_fault_a_fix_and_a_reworded_text_and_the_author_stands_where_they_stood() {
    let lamp = kept("lamp.ron");
    let home = Home::with_story(&lamp);
    let mut writing = Writing::begin(&home, "");
    writing.shows("5 states, 2 of 2 endings can be reached. 0 errors, 0 warnings.");
    writing.shows("story.ron: you stand at the beginning.").shows("3. Go home");
    writing.types("1").shows("It catches at once.").types("stairs").shows("two matches left.");

    home.write("story.ron", lamp.replace("to: \"attic\"", "to: \"atic\"").as_bytes());
    writing.shows("error[T005]").shows("did you mean `attic`?");
    writing.shows("story.ron: 1 error, 0 warnings. The preview waits");
    // The last version that had none can be played meanwhile.
    writing.types("look").shows("two matches left.");

    home.write("story.ron", lamp.as_bytes());
    writing.shows("Proved in").shows("you stand where you stood, after 2 moves.").shows("two matches left.");

    renamed(&home, &lamp.replace("Dust, and", "A reworded dust, and"));
    writing.shows("after 2 moves.").shows("A reworded dust, and two matches left.");
    writing.shows("2. Lie down in the dust").types("down").shows("The lamp is lit.");
    // And once more, since the first rename must not be the last that is seen.
    renamed(&home, &lamp.replace("A hall.", "Another hall."));
    writing.shows("after 3 moves.").shows("Another hall. The lamp is lit.").shows("3. Go home");
    writing.types("undo").shows("(Taken back: Go down)").shows("two matches left.");
    writing.types("sleep").shows("Ending: Asleep");
    let seen = writing.leaves();
    assert!(!seen.contains("panicked"), "{seen}");
    assert!(!home.path("saves").exists(), "nothing is saved: it is a preview");
}

#[test]
fn a_move_that_is_gone_is_told_and_comes_back_with_it() {
    let lamp = kept("lamp.ron");
    let home = Home::with_story(&lamp);
    let mut writing = Writing::begin(&home, "");
    writing.types("light").shows("3. Go home").types("stairs").shows("two matches left.");
    renamed(&home, &lamp.replace("id: \"stairs\"", "id: \"steps\""));
    writing.shows("move 2 of 2 cannot be made").shows("you stand before it").shows("3. Go home");
    renamed(&home, &lamp);
    writing.shows("after 2 moves.").shows("two matches left.");
    // A new name with an alias leads there at once.
    let aliased = lamp
        .replace("id: \"stairs\"", "id: \"steps\"")
        .replace("    cast:", "    aliases: (choices: {\"stairs\": \"steps\"}),\n    cast:");
    renamed(&home, &aliased);
    writing.shows("after 2 moves.").shows("two matches left.");
    writing.leaves();
}

#[test]
fn what_the_proof_finds_is_shown_with_the_moves_to_it() {
    let lamp = kept("lamp.ron");
    let home = Home::with_story(&lamp);
    let mut writing = Writing::begin(&home, "");
    writing.types("light").shows("3. Go home");
    let pit =
        lamp.replace("label: \"Lie down in the dust\", to: \"asleep\"", "label: \"Lie down in the dust\"");
    let pit = pit.replace("label: \"Go down\", to: \"hall\"", "label: \"Go down\"");
    renamed(&home, &pit);
    writing
        .shows("error[T209]")
        .shows("shown by 2 moves: light, stairs")
        .shows("1 of 2 endings can be reached");
    writing.shows("after 1 move.").shows("3. Go home");
    writing.leaves();
}

#[test]
fn a_long_proof_does_not_keep_the_author_waiting() {
    let (mut facts, mut choices) = (String::new(), String::new());
    for i in 0..40 {
        let _ = write!(facts, "\"s{i}\": Flag, ");
        let _ = write!(
            choices,
            "(id: \"on{i}\", label: \"Number {i}\", when: Not(Is(\"s{i}\")), then: [Set(\"s{i}\")]), (id: \"off{i}\", label: \"Off {i}\", when: Is(\"s{i}\"), then: [Clear(\"s{i}\")]), "
        );
    }
    let scenes = format!(
        "\"start\": (text: \"Forty switches.\", choices: [{choices} (id: \"leave\", label: \"Leave\", to: \"end\")]),"
    );
    let home = Home::with_story(&small(&facts, &scenes));
    let mut writing = Writing::begin(&home, "--seconds 4 --budget 100000000");
    writing.shows("Forty switches.").shows("41. Leave").types("on7").shows("8. Off 7").shows("41. Leave");
    // The proof of this version is given up for that of the next.
    renamed(&home, &small(&facts, &scenes.replace("Forty", "Two score")));
    writing.shows("after 1 move.").shows("Two score switches.").shows("41. Leave");
    writing.shows("Not finished after").shows("nothing is claimed of longer ones");
    let seen = writing.leaves();
    assert_eq!(seen.matches("Not finished").count(), 1, "{seen}");
}

#[test]
fn a_story_that_is_gone_or_cannot_begin_is_waited_for() {
    let lamp = kept("lamp.ron");
    let home = Home::with_story(&lamp.replace("start: \"hall\"", "start: \"hal\""));
    let mut writing = Writing::begin(&home, "");
    writing.shows("did you mean `hall`?").shows("The preview waits");
    writing.types("1").shows("There is no version without faults yet");
    renamed(&home, &lamp);
    writing.shows("you stand at the beginning.").shows("3. Go home").types("1").shows("It catches at once.");
    std::fs::remove_file(home.path("story.ron")).unwrap();
    writing.shows("cannot read the story story.ron").shows("The preview waits for it.");
    home.write("story.ron", lamp.as_bytes());
    writing.shows("after 1 move.").shows("3. Go home");
    writing.leaves();
}

#[test]
fn without_a_terminal_it_says_what_to_use() {
    let home = Home::with_story(&kept("lamp.ron"));
    home.run("write story.ron", "").fails_saying(&["plays at a terminal", "`treed check FILE` finds faults"]);
}
