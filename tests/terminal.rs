//! The game in a terminal of its own: as wide as it is told, with keys that only a terminal sends.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect, Session};
use std::process::Command;
use std::time::Duration;
use support::{Home, finish, kept, small};

/// A program in a terminal, and all that it has printed so far.
struct Terminal {
    session: OsSession,
    seen: String,
}

impl Terminal {
    /// Starts a shell command in a home; `treed` in it is the program with the home's saves.
    fn run(home: &Home, columns: u16, settings: &[(&str, &str)], command: &str) -> Terminal {
        let program = env!("CARGO_BIN_EXE_treed");
        // A new terminal is set to 80 columns by both of its ends: the program starts only when it is told
        // that the width is what it should be.
        let script = format!("read -r _ && treed() {{ '{program}' \"$@\"; }} && {command}");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script);
        let prepared = home.command();
        shell.current_dir(home.path("")).env("TERM", "xterm-256color");
        for (name, value) in prepared.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.envs(settings.iter().copied());
        let mut session = Session::spawn(shell).expect("a terminal");
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        session.get_process_mut().set_window_size(columns, 40).expect("a width");
        session.send_line("").expect("the shell is told to go on");
        Terminal { session, seen: String::new() }
    }

    fn lamp(home: &Home, arguments: &str) -> Terminal {
        Terminal::run(home, 80, &[], &format!("treed --story story.ron {arguments}"))
    }

    /// Waits until this is printed.
    #[track_caller]
    fn shows(&mut self, words: &str) -> &mut Terminal {
        match self.session.expect(words) {
            Ok(found) => self.seen.push_str(&String::from_utf8_lossy(found.as_bytes())),
            Err(why) => panic!("no `{words}` ({why}) after:\n{}", self.seen),
        }
        self
    }

    /// Waits for the prompt: from here on keys reach the program itself.
    #[track_caller]
    fn asks(&mut self) -> &mut Terminal {
        self.shows("> ")
    }

    #[track_caller]
    fn types(&mut self, line: &str) -> &mut Terminal {
        self.asks().session.send_line(line).expect("the line is sent");
        self
    }

    #[track_caller]
    fn keys(&mut self, keys: &str) -> &mut Terminal {
        self.session.send(keys).expect("the keys are sent");
        self
    }

    #[track_caller]
    fn presses(&mut self, key: ControlCode) -> &mut Terminal {
        self.session.send(key).expect("the key is sent");
        self
    }

    /// Waits until the program has ended; all that it printed.
    #[track_caller]
    fn ends(mut self) -> String {
        match self.session.expect(Eof) {
            Ok(found) => self.seen.push_str(&String::from_utf8_lossy(found.as_bytes())),
            Err(why) => panic!("it does not end ({why}) after:\n{}", self.seen),
        }
        self.seen
    }
}

/// What a terminal would show: without control sequences, in lines.
fn lines(printed: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = printed.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
            }
            '\u{1b}' | '\r' | '\u{7}' => {}
            c => text.push(c),
        }
    }
    text.lines().map(str::to_owned).collect()
}

/// True where letters are painted or made faint.
fn is_painted(printed: &str) -> bool {
    printed.match_indices("\u{1b}[").any(|(at, _)| {
        let rest = &printed[at + 2..];
        rest.find(|c: char| c.is_ascii_alphabetic()).is_some_and(|end| rest[end..].starts_with('m'))
    })
}

fn home() -> Home {
    Home::with_story(&kept("lamp.ron"))
}

#[test]
fn a_game_is_played_left_resumed_undone_finished_and_replayed_at_every_width() {
    for columns in [80u16, 60] {
        let home = home();
        let mut first = Terminal::run(&home, columns, &[], "treed --story story.ron --seed 3; echo code $?");
        first.shows("THE LAMP").shows("Type the number of a choice").shows("3. Go home");
        first.types("1").shows("It catches at once.").shows("2. Climb the stairs");
        first.types("climb").shows("two matches left").types("quit");
        first.shows("Saved. `treed` goes on from here.").shows("code 0");
        let mut seen = first.ends();

        let mut second = Terminal::run(&home, columns, &[], "treed --story story.ron; echo code $?");
        second.shows("you are back").shows("The attic").shows("2. Lie down in the dust");
        second.types("undo").shows("(Taken back: Climb the stairs)").shows("The lamp is lit.");
        second.types("redo").shows("(Made again: Climb the stairs)").shows("The attic");
        second.types("lie down").shows("You sleep well.").shows("Asleep");
        second.shows("Endings found: 1 of 2. Moves: 3. Seed: 3.").types("5").shows("code 0");
        seen.push_str(&second.ends());

        let mut third =
            Terminal::run(&home, columns, &[], "treed --story story.ron replay asleep --step; echo code $?");
        third.shows("The hall").shows("(Enter goes on").keys("\n").shows("> Light the lamp");
        third.shows("(Enter goes on").keys("\n").shows("> Climb the stairs");
        third.shows("(Enter goes on").keys("\n").shows("You sleep well.").shows("code 0");
        seen.push_str(&third.ends());

        let lines = lines(&seen);
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        assert_eq!(
            widest,
            usize::from(columns),
            "as wide as the terminal and no wider:\n{}",
            lines.join("\n")
        );
    }
}

#[test]
fn what_cannot_be_understood_is_said_and_the_game_goes_on() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.types("9").shows("There is no choice 9 here. There are 1, 2, 3.");
    game.types("stairs").shows("Not now: It is too dark.");
    game.types("the").shows("None of the choices sounds like that.");
    game.types("xyzzy").shows("That is not on offer here.");
    game.types("redo").shows("There is nothing to make again.");
    game.types("lihgt the lmap").shows("It catches at once.");
    game.types("").shows("1. Blow it out").shows("3. Go home");
    game.types("help").shows("take back your last move").types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn control_c_cancels_the_line_and_twice_leaves_with_the_game_saved() {
    let home = home();
    let mut game = Terminal::run(&home, 80, &[], "treed --story story.ron; echo code $?");
    game.types("light").shows("3. Go home").asks().keys("stai").shows("stai").presses(ControlCode::EndOfText);
    game.shows("(Once more leaves; the game is saved.)");
    // A line in between, and once is once again.
    game.types("look").shows("3. Go home").asks().presses(ControlCode::EndOfText);
    game.shows("(Once more leaves; the game is saved.)").asks().presses(ControlCode::EndOfText);
    game.shows("Saved. `treed` goes on from here.").shows("code 0");
    game.ends();
    assert!(home.plays("--plain", "").contains("The lamp is lit."));
}

#[test]
fn control_d_leaves_with_the_game_saved() {
    let home = home();
    let mut game = Terminal::run(&home, 80, &[], "treed --story story.ron; echo code $?");
    game.types("light").shows("3. Go home").asks().presses(ControlCode::EndOfTransmission);
    game.shows("Saved. `treed` goes on from here.").shows("code 0");
    game.ends();
    assert!(home.plays("--plain", "").contains("The lamp is lit."));
}

#[test]
fn tab_completes_choices_and_commands() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.asks().keys("ligh\t").keys("\n").shows("It catches at once.");
    game.asks().keys("sta\t").keys("\n").shows("two matches left");
    game.asks().keys("und\t").keys("\n").shows("(Taken back: Climb the stairs)");
    game.types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn typed_lines_are_remembered_in_the_next_game() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.types("light").shows("3. Go home").types("quit").shows("Saved.");
    game.ends();
    let mut game = Terminal::lamp(&home, "--new");
    // Two lines up: `quit`, then `light`.
    game.shows("3. Go home")
        .asks()
        .keys("\u{1b}[A\u{1b}[A\n")
        .shows("It catches at once.")
        .types("quit")
        .shows("Saved.");
    game.ends();
}

#[test]
fn colour_is_shown_unless_it_is_not_wanted() {
    let home = home();
    let seen = |settings: &[(&str, &str)], arguments: &str| {
        let mut game =
            Terminal::run(&home, 80, settings, &format!("treed --story story.ron --new {arguments}"));
        game.shows("You again.").types("quit").shows("Saved.");
        game.ends()
    };
    let coloured = seen(&[], "");
    assert!(coloured.contains("\u{1b}[1;36mGhost\u{1b}[0m: You again."), "{coloured:?}");
    for (settings, arguments) in
        [(&[("NO_COLOR", "1")][..], ""), (&[], "--plain"), (&[("CLICOLOR", "0")], "")]
    {
        let seen = seen(settings, arguments);
        assert!(!is_painted(&seen), "{settings:?} {arguments}: {seen:?}");
        assert!(lines(&seen).contains(&"Ghost: You again.".to_owned()));
        assert_eq!(seen.contains('─'), arguments.is_empty(), "rules are no help to a screen reader");
    }
}

#[test]
fn colour_on_standard_error_is_decided_apart_from_standard_output() {
    let home = Home::new();
    home.write("bad.ron", small("", "\"start\": (text: \"\"),").as_bytes());
    Terminal::run(&home, 80, &[], "treed check bad.ron 2> err.txt").ends();
    assert!(home.read("err.txt").contains("error[T017]") && !home.read("err.txt").contains('\u{1b}'));
    let seen = Terminal::run(&home, 80, &[], "treed check bad.ron > out.txt").ends();
    assert!(is_painted(&seen) && seen.contains("T017"), "{seen:?}");
    let seen = Terminal::run(&home, 80, &[("NO_COLOR", "1")], "treed check bad.ron > out.txt").ends();
    assert!(!is_painted(&seen) && seen.contains("error[T017]"), "{seen:?}");
}

#[test]
fn output_into_a_pipe_is_never_painted() {
    let home = home();
    home.write("script", b"light\n");
    Terminal::run(&home, 80, &[], "treed --story story.ron < script | cat > out.txt").ends();
    let out = home.read("out.txt");
    assert!(out.contains("Ghost: You again.") && !out.contains('\u{1b}'), "{out:?}");
}

#[test]
fn a_save_that_was_changed_is_told_and_played_on_with_a_person_there() {
    let home = home();
    home.plays("", "light\nstairs\n");
    let path = "saves/lamp/autosave.ron";
    home.write(path, home.read(path).replace("        Choose(\"stairs\"),\n", "").as_bytes());
    let changed = home.read(path);
    let mut game = Terminal::lamp(&home, "");
    game.shows("was changed outside treed")
        .shows("Go on from there?")
        .types("perhaps")
        .shows("`yes` or `no`?");
    game.types("no").shows("Nothing was changed.");
    game.ends();
    assert_eq!(home.read(path), changed);
    let mut game = Terminal::lamp(&home, "");
    game.shows("Go on from there?").types("").shows("kept as `autosave-as-found`");
    game.shows("The lamp is lit.").types("quit").shows("Saved.");
    game.ends();
    assert_eq!(home.read("saves/lamp/autosave-as-found.ron"), changed);
}

#[test]
fn a_save_that_the_edited_story_cuts_short_is_asked_about() {
    let home = home();
    home.plays("", "light\nstairs\ndown\n");
    home.write("story.ron", kept("lamp.ron").replace("(id: \"stairs\"", "(id: \"ladder\"").as_bytes());
    let path = "saves/lamp/autosave.ron";
    let before = home.read(path);
    let mut game = Terminal::lamp(&home, "");
    game.shows("The story has changed since this was saved.").shows("Go on from there?").types("n");
    game.shows("Nothing was changed. `treed --new` begins a new game and keeps this save.");
    game.ends();
    assert_eq!(home.read(path), before);
    let mut game = Terminal::lamp(&home, "--slot other");
    game.types("load autosave").shows("Go on from there?").types("no").shows("Nothing was loaded");
    game.types("load autosave").shows("Go on from there?").types("yes").shows("stays as it was");
    game.shows("The lamp is lit.").types("quit").shows("Saved.");
    game.ends();
    assert_eq!(home.read(path), before);
}

#[test]
fn a_damaged_save_is_kept_and_a_new_game_offered_beside_it() {
    let home = home();
    home.write("saves/lamp/autosave.ron", b"Save(format: 1,");
    let mut game = Terminal::lamp(&home, "");
    game.shows("it is damaged, or cut off").shows("Begin a new game? The file is kept.").types("no");
    game.ends();
    assert_eq!(home.read("saves/lamp/autosave.ron"), "Save(format: 1,");
    let mut game = Terminal::lamp(&home, "");
    game.shows("Begin a new game?").types("").shows("The file is kept as `autosave-kept`.");
    game.shows("The lamp is out.").types("quit").shows("Saved.");
    game.ends();
    assert_eq!(home.read("saves/lamp/autosave-kept.ron"), "Save(format: 1,");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = home();
    home.plays("", "light\nstairs\nsleep\n");
    for arguments in [
        "endings",
        "endings --json",
        "saves",
        "notebook",
        "replay asleep",
        "credits",
        "check story.ron",
        "--new",
        "--help",
        "--version",
    ] {
        // Nobody has ever read from this pipe.
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = home.command();
        command.args(["--story", "story.ron"]).args(arguments.split(' '));
        let mut child = command
            .stdin(std::process::Stdio::null())
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(command);
        let code = child.wait().expect("it ends").code();
        let err = std::io::read_to_string(child.stderr.take().expect("a pipe")).expect("text");
        assert_eq!((code, &*err), (Some(0), ""), "{arguments}");
    }
    let mut head = Command::new("sh");
    head.current_dir(home.path("")).arg("-c");
    head.arg(format!("'{}' --story story.ron --saves saves endings | head -1", env!("CARGO_BIN_EXE_treed")));
    assert_eq!(finish(head, "").fine(), "Endings found: 1 of 2\n");
}
