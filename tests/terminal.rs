//! The game in a terminal of its own: as wide as it is told, with keys that only a terminal sends.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect};
use std::process::Command;
use std::time::Duration;
use support::{Home, finish, kept, small};

/// A program in a terminal, and all that it has printed so far.
struct Terminal {
    session: OsSession,
    seen: String,
}

impl Terminal {
    fn run(home: &Home, columns: u16, settings: &[(&str, &str)], command: &str) -> Terminal {
        Terminal { session: support::in_terminal(home, columns, settings, command), seen: String::new() }
    }

    fn lamp(home: &Home, arguments: &str) -> Terminal {
        Terminal::run(home, 80, &[], &format!("treed --story story.ron {arguments}"))
    }

    /// Waits until this is printed.
    #[track_caller]
    fn shows(&mut self, words: &str) -> &mut Terminal {
        support::wait_for(&mut self.session, words, &mut self.seen);
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

/// Columns of the widest line, without those that were typed and drawn again with each key.
fn widest(printed: &str) -> usize {
    let lines = lines(printed);
    let told = lines.iter().filter(|line| !line.starts_with("> "));
    told.map(|line| line.chars().count()).max().unwrap_or(0)
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
    for columns in [40u16, 80, 200] {
        let home = home();
        let mut first = Terminal::run(&home, columns, &[], "treed --story story.ron --seed 3; echo code $?");
        first.shows("THE LAMP").shows("3. Go home").shows("Type the number of a choice");
        first.types("1").shows("It catches at once.").shows("2. Climb the stairs");
        first.types("climb").shows("two matches left").types("quit");
        first.shows("Saved. `treed` goes on from here.").shows("code 0");
        let mut seen = first.ends();

        let mut second = Terminal::run(&home, columns, &[], "treed --story story.ron; echo code $?");
        second.shows("1. Go on: The attic, 2 matches").shows("4. See the endings (0 of 2 found)");
        second.types("").shows("you are back").shows("The attic").shows("2. Lie down in the dust");
        second.types("undo").shows("(Taken back: Climb the stairs)").shows("The lamp is lit.");
        second.types("redo").shows("(Made again: Climb the stairs)").shows("The attic");
        second.types("lie down").shows("You sleep well.").shows("Asleep");
        second.shows("Endings found: 1 of 2. Moves: 3.").types("5").shows("code 0");
        seen.push_str(&second.ends());

        let mut third =
            Terminal::run(&home, columns, &[], "treed --story story.ron replay asleep --step; echo code $?");
        third.shows("The hall").shows("(Enter goes on").keys("\n").shows("> Light the lamp");
        third.shows("(Enter goes on").keys("\n").shows("> Climb the stairs");
        third.shows("(Enter goes on").keys("\n").shows("You sleep well.").shows("code 0");
        seen.push_str(&third.ends());

        let wanted = usize::from(columns).min(80);
        assert_eq!(
            widest(&seen),
            wanted,
            "as wide as the terminal, at most 80:\n{}",
            lines(&seen).join("\n")
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
    game.types("light it and go home").shows("Do you mean 1 (Light the lamp), or 3 (Go home)?");
    game.types("dance home").shows("Do you mean 3 (Go home)? `yes` takes it.");
    game.types("no").shows("3. Go home");
    game.types("udno").shows("Do you mean `undo`?");
    game.types("y").shows("There is nothing to take back");
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
    assert!(coloured.contains("\u{1b}[1;38;5;31mGhost\u{1b}[0m: You again."), "{coloured:?}");
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
    game.types("")
        .shows("was changed outside treed")
        .shows("Go on from there?")
        .types("perhaps")
        .shows("`yes` or `no`?");
    game.types("no").shows("Nothing was changed.");
    game.ends();
    assert_eq!(home.read(path), changed);
    let mut game = Terminal::lamp(&home, "");
    game.types("").shows("Go on from there?").types("").shows("kept as `autosave-as-found`");
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
    game.types("").shows("The story has changed since this was saved.").shows("Go on from there?").types("n");
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

#[test]
fn the_title_screen_goes_on_begins_anew_loads_and_lists() {
    let home = home();
    home.plays("", "light\nsave lit\nstairs\n");
    let mut game = Terminal::lamp(&home, "");
    game.shows("THE LAMP").shows("1. Go on: The attic, 2 matches (a moment ago)").shows("5. Leave");
    game.types("dance").shows("Type a number, or Enter to go on.");
    game.types("endings").shows("Endings found: 0 of 2");
    game.types("3").shows("lit").shows("Type `load NAME`.");
    game.types("load nowhere").shows("There is no save `nowhere`");
    game.types("load lit").shows("The hall").shows("2. Climb the stairs").types("quit").shows("Saved.");
    game.ends();
    let mut game = Terminal::lamp(&home, "");
    game.types("new game").shows("The lamp is out.").types("quit").shows("Saved.");
    game.ends();
    let mut game = Terminal::run(&home, 80, &[], "treed --story story.ron; echo code $?");
    game.types("5").shows("code 0");
    game.ends();
}

#[test]
fn undo_and_redo_take_a_number_and_name_what_they_took() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.types("light").shows("2. Climb the stairs").types("stairs").shows("two matches left");
    game.types("undo 2").shows("(Taken back: Climb the stairs; Light the lamp)").shows("The lamp is out.");
    game.types("redo 9").shows("(Made again: Light the lamp; Climb the stairs)").shows("The attic");
    game.types("undo all").shows("(Taken back: Climb the stairs; Light the lamp)");
    game.types("undo 0").shows("how many moves?").types("undo").shows("this is the beginning");
    game.types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn a_tip_is_shown_once_to_a_player() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.shows("Tip: Type the number of a choice").types("1").shows("2. Climb the stairs");
    game.types("stairs").shows("Tip: `undo` takes back a move").types("quit").shows("Saved.");
    let seen = game.ends();
    assert_eq!(seen.matches("Tip: ").count(), 2, "{seen}");
    let mut game = Terminal::lamp(&home, "--new");
    game.shows("3. Go home").types("1").shows("2. Climb").types("2").shows("The attic");
    game.types("quit").shows("Saved.");
    let seen = game.ends();
    assert_eq!(seen.matches("Tip: ").count(), 1, "{seen}");
    assert!(seen.contains("Tip: what is marked"), "the only one that is new: {seen}");
    // In a pipe there is nobody to give a tip to.
    assert!(!home.plays("--new", "1\n").contains("Tip: "));
}

#[test]
fn settings_are_kept_for_the_next_game() {
    let home =
        Home::with_story(&kept("lamp.ron").replace("A hall. The lamp", &"A hall, and a hall. ".repeat(9)));
    let mut game = Terminal::run(&home, 200, &[], "treed --story story.ron");
    game.types("settings").shows("width     auto").shows("pictures  on");
    game.types("settings width 120").shows("width is 120 from now on.");
    game.types("settings width 9").shows("`width` cannot be `9`. It is the widest line: 40 to 200 columns");
    game.types("settings color off").shows("colour is off from now on.");
    game.types("settings brightness 3").shows("There is no setting `brightness`.");
    game.types("look").shows("3. Go home").types("quit").shows("Saved.");
    assert_eq!(widest(&game.ends()), 120);
    let mut game = Terminal::run(&home, 200, &[], "treed --story story.ron --new");
    game.shows("3. Go home").types("quit").shows("Saved.");
    let seen = game.ends();
    assert_eq!(widest(&seen), 120);
    assert!(seen.contains("Ghost: You again.") && !is_painted(&seen), "{seen:?}");
    // Damaged settings are told, and the game goes on.
    home.write("saves/lamp/settings.ron", b"Settings(");
    let mut game = Terminal::lamp(&home, "--new");
    game.shows("settings.ron").shows("3. Go home").types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn plain_output_is_linear_and_says_that_it_is_on() {
    let home = home();
    let mut game = Terminal::run(&home, 80, &[], "treed --story story.ron --plain");
    game.shows("Plain mode is on").shows("Ghost: You again.").types("light").shows("2. Climb the stairs");
    game.types("xyzzy").shows("A number will do, or a word of a choice.").types("stairs").shows("The attic");
    game.asks().presses(ControlCode::EndOfText).shows("(Once more leaves; the game is saved.)");
    game.presses(ControlCode::EndOfText).shows("Saved. `treed` goes on from here.");
    let seen = game.ends();
    assert!(!seen.contains('\u{1b}'), "nothing is drawn again: {seen:?}");
    // This terminal shows nothing of what is typed, and neither does the program.
    assert!(!seen.contains("xyzzy"), "{seen:?}");
    assert_eq!(seen.matches("3. Go home").count(), 2, "what was read is not read again: {seen:?}");
    let mut game = Terminal::lamp(&home, "");
    game.types("1").types("settings plain on").shows("plain is on").shows("Plain mode is on");
    game.types("look").shows("The attic, 2 matches.").types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn tab_shows_what_can_be_said_with_what_it_does() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.asks().keys("\t").shows("1. Light the lamp").shows("undo      take back your last move");
    game.keys("settings pa\t slow\n").shows("pace is slow from now on.");
    // What is left of a word is shown in grey.
    game.asks().keys("light th").shows("\u{1b}[2me lamp\u{1b}[0m").keys("\n").shows("It catches at once.");
    game.types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn the_text_follows_the_terminal_when_it_is_made_narrower() {
    let home =
        Home::with_story(&kept("lamp.ron").replace("A hall. The lamp", &"A hall, and a hall. ".repeat(9)));
    let mut game = Terminal::lamp(&home, "");
    game.shows("3. Go home").asks();
    game.seen.clear();
    game.session.get_process_mut().set_window_size(40, 40).expect("a width");
    game.keys("look\n").shows("3. Go home").types("quit").shows("Saved.");
    assert_eq!(widest(&game.ends()), 40);
}

#[test]
fn every_colour_can_be_read_on_black_and_on_white() {
    use treed::shell::terminal::shade;
    use treed::story::Color::*;
    // Relative luminance and contrast as in WCAG 2.2; the colours 16 to 231 are a cube, 232 to 255 greys.
    let channel = |value: u8| {
        let part = f64::from(value) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |shade: u8| {
        let rgb: [u8; 3] = if shade >= 232 {
            [8 + 10 * (shade - 232); 3]
        } else {
            let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            let cube = shade - 16;
            [step(cube / 36), step(cube / 6 % 6), step(cube % 6)]
        };
        0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2])
    };
    for color in [
        Red,
        Green,
        Yellow,
        Blue,
        Magenta,
        Cyan,
        BrightBlack,
        BrightRed,
        BrightGreen,
        BrightYellow,
        BrightBlue,
        BrightMagenta,
        BrightCyan,
    ] {
        let light = luminance(shade(color).expect("a shade"));
        let (on_black, on_white) = ((light + 0.05) / 0.05, 1.05 / (light + 0.05));
        assert!(
            on_black >= 3.0 && on_white >= 3.0,
            "{color:?}: {on_black:.1} on black, {on_white:.1} on white"
        );
    }
    assert_eq!(shade(Plain), None, "prose keeps the terminal's own colour");
}

// A proof that somebody stops: whatever it is busy with, it ends in a moment, says so and exits with 3.

/// A text with too many values to follow, looked for in vain on long walks.
fn long_text() -> String {
    small(
        r#""p": Range(from: 0, to: 999, start: 0), "q": Range(from: 0, to: 999, start: 0), "f": Range(from: 0, to: 7, start: 0)"#,
        r#""start": (text: ["S.", (when: All([AtLeast("p", 999), AtLeast("q", 999)]), text: "Many.")], choices: [
            (id: "p", label: "P", then: [RaiseToEnd("p", 1), Put("f", 0)]),
            (id: "q", label: "Q", then: [RaiseToEnd("q", 1), Put("f", 0)]),
            (id: "on", label: "On", when: AtMost("f", 6), then: [Raise("f", 1)]),
            (id: "out", label: "Out", when: AtLeast("f", 7), to: "end")]),"#,
    )
}

/// A walk to and fro whose end takes a random player some hundred million moves.
fn long_walk(claims: &str) -> String {
    let story = small(
        r#""n": Range(from: 0, to: 20000, start: 0)"#,
        r#""start": (text: "{n}", choices: [
            (id: "on", label: "On", when: AtMost("n", 19999), then: [Raise("n", 1)]),
            (id: "back", label: "Back", when: AtLeast("n", 1), then: [Lower("n", 1)]),
            (id: "out", label: "Out", when: AtLeast("n", 20000), to: "end")]),"#,
    );
    story.replace("scenes: {", &format!("claims: [{claims}], scenes: {{"))
}

/// Stops a command once its bar says these words; what it says then.
#[track_caller]
fn stopped(story: &str, command: &str, at: &str) -> String {
    stopped_with(story, command, at, 3)
}

#[track_caller]
fn stopped_with(story: &str, command: &str, at: &str, code: i32) -> String {
    let home = Home::with_story(story);
    home.run("--story story.ron --new --slot kept", "1\n");
    let mut terminal = Terminal::run(&home, 200, &[], &format!("trap : INT; {command}; echo \"code $?\""));
    terminal.shows(at).presses(ControlCode::EndOfText);
    let asked = std::time::Instant::now();
    let seen = terminal.ends();
    assert!(asked.elapsed() < Duration::from_secs(10), "it went on for {:?}:\n{seen}", asked.elapsed());
    assert!(seen.contains(&format!("code {code}")), "{seen}");
    lines(&seen).join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_check_that_is_stopped_among_its_states_still_tells_what_is_wrong_with_those() {
    let switches: String = (0..40)
        .map(|i| format!("(id: \"on{i}\", label: \"On\", when: Not(Is(\"s{i}\")), then: [Set(\"s{i}\")]), (id: \"off{i}\", label: \"Off\", when: Is(\"s{i}\"), then: [Clear(\"s{i}\")]), "))
        .collect();
    let facts: String = (0..40).map(|i| format!("\"s{i}\": Flag, ")).collect();
    let story = small(
        &facts,
        &format!(
            "\"start\": (text: \"S.\", choices: [{switches} (id: \"out\", label: \"Out\", to: \"end\")]),"
        ),
    );
    let story = story.replace("scenes: {", "claims: [Always(Offers(\"on7\"))], scenes: {");
    let seen = stopped_with(&story, "treed check story.ron", " states, ", 1);
    assert!(seen.contains("Not finished: interrupted."), "{seen}");
    assert!(seen.contains("T214") && seen.contains("shown by one move: on7"), "{seen}");
}

#[test]
fn a_check_is_stopped_while_it_follows_texts() {
    let seen = stopped(&long_text(), "treed check story.ron --allowed-only", "texts: 0 of 1 questions");
    assert!(
        seen.contains("Not finished: interrupted while questions about texts were answered (0 of 1)"),
        "{seen}"
    );
    assert!(seen.contains("All 9 states were looked at; nothing is claimed of what was left."), "{seen}");
    assert!(!seen.contains("T218"), "what was not asked is not undecided:\n{seen}");
}

#[test]
fn a_check_is_stopped_while_it_solves_odds() {
    let seen = stopped(&long_walk(""), "treed check story.ron", "odds: 0 %");
    assert!(
        seen.contains("Not finished: interrupted while odds were solved (0 %). All 20,002 states"),
        "{seen}"
    );
    assert!(seen.contains("Endings that can be reached:") && !seen.contains("ends so:"), "{seen}");
}

#[test]
fn a_check_is_stopped_while_it_decides_claims() {
    let claims = "AtStart(CanReach(Ending(\"end\"))), ".repeat(20_000);
    let seen = stopped(&long_walk(&claims), "treed check story.ron --allowed-only --threads 1", "claims: ");
    assert!(
        seen.contains("interrupted while claims were decided (") && seen.contains(" of 20,000)"),
        "{seen}"
    );
}

#[test]
fn the_odds_of_a_playthrough_are_stopped() {
    let seen = stopped(&long_walk(""), "treed --story story.ron odds kept", "odds: 0 %");
    let words = "treed: interrupted while odds were solved (0 %); all 20,002 states were looked at, but there are no odds yet";
    assert!(seen.contains(words), "{seen}");
}

#[test]
fn a_source_line_is_cut_to_the_terminal() {
    let long = "and on ".repeat(60);
    let story = small(
        "",
        &format!(
            "\"start\": (text: \"{long}{{lamb}} {long}\", choices: [(id: \"on\", label: \"On\", to: \"end\")]),"
        ),
    );
    let home = Home::with_story(&story);
    for columns in [60u16, 100] {
        let seen = Terminal::run(&home, columns, &[], "treed check story.ron").ends();
        assert!(seen.contains("T006"), "{seen}");
        let lines = lines(&seen);
        let excerpt: Vec<&String> = lines.iter().filter(|line| line.contains(" | ")).collect();
        assert!(excerpt.iter().any(|line| line.contains("{lamb}")), "the place is in view:\n{seen}");
        let widest = excerpt.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.into(), "{widest} columns of {columns}:\n{seen}");
    }
}

#[test]
fn the_story_itself_is_played_left_resumed_finished_and_replayed_at_80_columns() {
    let home = Home::new();
    let mut first = Terminal::run(&home, 80, &[], "treed --seed 7; echo code $?");
    first.shows("TREED").shows("2. Open the tin of tuna").types("2").shows("1. Carry the tin to the oak");
    first.types("1").shows("2. Turn your back and watch the road").types("quit").shows("code 0");
    let mut seen = first.ends();
    let mut second = Terminal::run(&home, 80, &[], "treed; echo code $?");
    second.shows("1. Go on: Tuna, on grass").types("").shows("2. Turn your back and watch the road");
    second
        .types("2")
        .shows("Ring the fire department")
        .types("road")
        .shows("The Baseline")
        .shows("Endings found: 1 of");
    second.types("quit").shows("code 0");
    seen.push_str(&second.ends());
    let third = Terminal::run(&home, 80, &[], "treed replay ending:baseline --instant; echo code $?");
    let replayed = third.ends();
    let told = lines(&replayed).join("\n");
    assert!(told.contains("> Carry the tin to the oak") && told.contains("The Baseline"), "{told}");
    assert!(told.trim_end().ends_with("code 0"), "{told}");
    seen.push_str(&replayed);
    assert_eq!(widest(&seen), 80, "{}", lines(&seen).join("\n"));
}

#[test]
fn a_signal_ends_the_game_with_the_history_and_no_half_written_file() {
    for signal in ["-HUP", "-TERM"] {
        let home = home();
        let command = format!("echo $$ > pid; exec '{}' --story story.ron", env!("CARGO_BIN_EXE_treed"));
        let mut game = Terminal::run(&home, 80, &[], &command);
        game.types("light").shows("3. Go home").asks();
        let sent = Command::new("kill").args([signal, home.read("pid").trim()]).status().expect("kill");
        assert!(sent.success());
        game.ends();
        assert!(home.read("saves/lamp/history.txt").contains("light"));
        assert!(home.plays("--plain", "").contains("The lamp is lit."));
        let half = std::fs::read_dir(home.path("saves/lamp")).expect("the folder").flatten();
        let half: Vec<_> = half.map(|entry| entry.file_name()).collect();
        assert!(!half.iter().any(|name| name.to_string_lossy().starts_with(".treed.")), "{half:?}");
    }
}

#[test]
fn control_c_after_a_first_one_still_cancels_what_is_typed() {
    let home = home();
    let mut game = Terminal::lamp(&home, "");
    game.asks().presses(ControlCode::EndOfText).shows("(Once more leaves").asks();
    game.keys("abc").shows("abc").presses(ControlCode::EndOfText).shows("(Once more leaves").asks();
    game.keys("light\n").shows("It catches at once.").types("quit").shows("Saved.");
    game.ends();
    let mut game = Terminal::lamp(&home, "");
    game.asks().keys("abc").shows("abc").presses(ControlCode::EndOfText).asks();
    game.keys("\n").shows("The lamp is lit.").types("quit").shows("Saved.");
    game.ends();
}

#[test]
fn colour_is_decided_alike_for_both_streams() {
    let home = home();
    home.write("bad.ron", small("", "\"start\": (text: \"\"),").as_bytes());
    for (settings, painted) in [
        (&[("CLICOLOR", "0")][..], false),
        (&[("NO_COLOR", "")], true),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
    ] {
        let check = Terminal::run(&home, 80, settings, "treed check bad.ron > out.txt").ends();
        assert_eq!(is_painted(&check), painted, "{settings:?}: {check:?}");
        let mut play = Terminal::run(&home, 80, settings, "treed --story story.ron --new");
        play.shows("You again.").types("quit").shows("Saved.");
        let play = play.ends();
        assert_eq!(is_painted(&play), painted, "{settings:?}: {play:?}");
    }
}

#[test]
fn a_pipe_among_the_saves_is_passed_over() {
    let home = home();
    home.plays("", "light\n");
    let made = Command::new("mkfifo").arg(home.path("saves/lamp/x.ron")).status().expect("mkfifo");
    assert!(made.success());
    let list = home.plays("saves", "");
    assert!(list.contains("autosave") && !list.contains("x.ron"), "{list}");
    home.play("load x", "").fails_saying(&["it is a pipe or a device"]);
}
