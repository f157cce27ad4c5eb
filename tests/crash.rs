//! Nothing is lost: a game that is killed, a full disk, a folder that nobody may write to or that goes
//! away, two games in one slot, a clock that is set back.
//!
//! `TREED_KILLS=500` kills so many games instead of 20 (`.ci/run` does).
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Home, finish, kept};
use treed::journal::Entry;
use treed::journal::gallery::Gallery;
use treed::journal::save::Save;

const AUTOSAVE: &str = "saves/lamp/autosave.ron";

fn home() -> Home {
    Home::with_story(&kept("lamp.ron"))
}

/// The choices that a save holds; the save must be whole.
#[track_caller]
fn moves(home: &Home, path: &str) -> Vec<String> {
    let save = Save::from_bytes(home.read(path).as_bytes()).expect("the save is whole");
    assert!(save.intact);
    let ids = save.moves.into_iter().map(|entry| match entry {
        Entry::Choose(id) => id,
        other => panic!("{other:?}"),
    });
    ids.collect()
}

/// Names in a folder, in order.
fn names(home: &Home, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(home.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A game in a pipe that is still running.
struct Running {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(mut command: Command) -> Running {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { child, stdin, lines }
    }

    /// A game of the lamp in a home, at its first screen.
    fn lamp(home: &Home) -> Running {
        let mut command = home.command();
        command.args(["--story", "story.ron", "--plain"]);
        let mut game = Running::start(command);
        game.until("3. Go home");
        game
    }

    /// What is printed up to this line, in one line; all that there is where it never comes.
    fn until(&mut self, line: &str) -> String {
        let mut seen = String::new();
        for found in self.lines.by_ref() {
            let found = found.unwrap();
            seen.push_str(&found);
            seen.push(' ');
            if found == line {
                break;
            }
        }
        seen
    }

    /// Types a line; what is printed up to the line that ends the screen.
    #[track_caller]
    fn types(&mut self, line: &str, until: &str) -> String {
        writeln!(self.stdin, "{line}").expect("the game goes on");
        self.until(until)
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Closes the pipe; exit code and messages.
    fn ends(mut self) -> (Option<i32>, String) {
        drop(self.stdin);
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        for _ in self.lines {}
        (self.child.wait().unwrap().code(), err)
    }
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn a_game_that_is_killed_at_any_moment_has_lost_at_most_the_move_under_way() {
    let kills: u32 = std::env::var("TREED_KILLS").map_or(20, |n| n.parse().expect("a number"));
    const LINES: usize = 4000;
    let script = "light\nblow\n".repeat(LINES / 2);
    let home = home();
    let mut dice = Dice(7);
    let mut before = 0;
    let (mut under_way, mut written) = (0, 0);
    for kill in 0..kills {
        let mut command = home.command();
        // All in one game, which grows; a new one when it has become so long that it slows the test.
        command.args(["--story", "story.ron", "--plain", "--slot", "killed"]);
        if before > 6000 {
            command.arg("--new");
            before = 0;
        }
        let mut game = Running::start(command);
        // The first screen: from here on there is something to lose.
        game.until("3. Go home");
        let Running { mut child, mut stdin, lines } = game;
        let script = script.clone();
        // A game that was killed reads no further.
        let typing = std::thread::spawn(move || stdin.write_all(script.as_bytes()).is_ok());
        let reading = std::thread::spawn(move || {
            // A line that was cut off by the kill is not shown.
            lines.map_while(Result::ok).filter(|line| line == "3. Go home").count()
        });
        std::thread::sleep(Duration::from_micros(dice.below(40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let shown = before + reading.join().unwrap();
        typing.join().unwrap();
        let path = "saves/lamp/killed.ron";
        let saved = moves(&home, path);
        assert!(
            saved.len() == shown || saved.len() == shown + 1,
            "kill {kill}: {shown} moves were shown, {} are saved",
            saved.len()
        );
        for (i, id) in saved.iter().enumerate() {
            assert_eq!(id, if i % 2 == 0 { "light" } else { "blow" }, "kill {kill}, move {i}");
        }
        under_way += saved.len() - shown;
        written += saved.len() - before;
        before = saved.len();
        // An odd number: the script's first word would not be on offer.
        if before % 2 == 1 {
            home.plays("--slot killed", "blow\n");
            before += 1;
        }
    }
    println!("{kills} kills, {written} moves written, {under_way} kills between a save and its screen");
    assert!(written > kills as usize, "games were killed while they played: {written} moves");
    // No lock is left behind, and what was half written is swept away by the next game.
    home.plays("--slot killed", "light\n");
    let left = names(&home, "saves/lamp");
    assert_eq!(left.iter().filter(|name| name.contains(".treed.")).count(), 0, "{left:?}");
}

#[test]
fn a_half_written_file_is_swept_away_by_the_next_game_of_its_slot_alone() {
    let home = home();
    for name in [".treed.autosave.Ab1", ".treed.other.Ab1", ".treed.gallery.Ab1"] {
        home.write(&format!("saves/lamp/{name}"), b"half");
    }
    home.plays("", "light\n");
    let left = names(&home, "saves/lamp");
    assert!(!left.contains(&".treed.autosave.Ab1".to_owned()), "{left:?}");
    assert!(left.contains(&".treed.other.Ab1".to_owned()), "another game may be writing it: {left:?}");
    home.plays("", "blow\nleave\n");
    assert!(!names(&home, "saves/lamp").contains(&".treed.gallery.Ab1".to_owned()));
}

/// The program with a limit on the length of the files that it writes, as on a disk that is full: in
/// blocks of 512 bytes, by POSIX; some shells count 1024.
fn on_a_full_disk(home: &Home, blocks: u32, arguments: &str) -> Command {
    let mut shell = Command::new("sh");
    let prepared = home.command();
    shell.current_dir(home.path(""));
    for (name, value) in prepared.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    // With the signal ignored the system says "file too large" instead of ending the program.
    shell.arg("-c").arg(format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec '{}' --story story.ron --plain {arguments}",
        env!("CARGO_BIN_EXE_treed")
    ));
    shell
}

#[test]
fn a_full_disk_is_told_after_each_move_and_the_save_on_it_stays_whole() {
    let home = home();
    home.plays("--seed 5", "light\n");
    let whole = home.read(AUTOSAVE);
    let mut game = Running::start(on_a_full_disk(&home, 0, ""));
    game.until("3. Go home");
    for (line, until) in [("stairs", "2. Lie down in the dust"), ("down", "3. Go home")] {
        let seen = game.types(line, until);
        for words in [
            "The game could not be saved: cannot write",
            "autosave.ron: File too large",
            "`--saves DIR` names another folder",
            "You can go on playing; this will be tried again after every move.",
        ] {
            assert!(seen.contains(words), "no `{words}` in {seen}");
        }
        assert_eq!(home.read(AUTOSAVE), whole);
    }
    let (code, err) = game.ends();
    assert_eq!(code, Some(1), "what is not saved is no success");
    assert!(err.contains("The game could not be saved"), "{err}");
    assert_eq!(home.read(AUTOSAVE), whole);
    assert_eq!(names(&home, "saves/lamp"), [".autosave.lock", ".gallery.lock", "autosave.ron"]);
    // With room again the game goes on from there.
    home.plays("", "stairs\n? two matches left\n");
}

#[test]
fn a_disk_that_fills_up_in_a_long_game_keeps_the_last_save_that_fitted() {
    let home = home();
    let ran = finish(on_a_full_disk(&home, 1, ""), &"light\nblow\n".repeat(60));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("The game could not be saved: cannot write"), "{}", ran.err);
    let saved = moves(&home, AUTOSAVE);
    assert!((3..60).contains(&saved.len()), "{} moves fit into one block", saved.len());
    assert!(ran.out.replace('\n', " ").contains("this will be tried again after every move"));
    home.plays("", "log\n? Seed\n");
}

#[test]
fn a_program_that_the_full_disk_ends_has_lost_nothing_either() {
    let home = home();
    home.plays("", "light\n");
    let whole = home.read(AUTOSAVE);
    let mut shell = Command::new("sh");
    shell.current_dir(home.path("")).env("TREED_SAVES", home.path("saves")).arg("-c").arg(format!(
        "ulimit -f 0; ulimit -c 0; exec '{}' --story story.ron --plain < /dev/null > /dev/null 2>&1",
        env!("CARGO_BIN_EXE_treed")
    ));
    shell.status().expect("the shell runs");
    assert_eq!(home.read(AUTOSAVE), whole);
    home.plays("", "stairs\n? two matches left\n");
}

#[test]
fn an_ending_that_could_not_be_kept_is_kept_as_soon_as_there_is_room() {
    let home = home();
    home.plays("", "light\n");
    let good = home.path("saves/lamp");
    let mut game = Running::lamp(&home);
    // A folder in the place of the gallery: it cannot be read nor replaced.
    std::fs::create_dir(good.join("gallery.ron")).unwrap();
    let seen = game.types("leave", "5. Leave");
    assert!(seen.contains("The gallery could not be kept: cannot read"), "{seen}");
    assert!(seen.contains("This will be tried again after every move."), "{seen}");
    std::fs::remove_dir(good.join("gallery.ron")).unwrap();
    assert_eq!(game.ends(), (Some(0), String::new()));
    assert!(home.plays("endings", "").contains("Endings found: 1 of 2"));
}

/// Runs a command as a user who is not the administrator, to whom permissions mean nothing; the program
/// is copied to where that user can reach it.
fn as_anybody(home: &Home, arguments: &[&str]) -> Command {
    let administrator = std::fs::metadata("/proc/self").map_or(1, |found| found.uid()) == 0;
    let program = home.path("treed");
    if !program.exists() {
        // By another process: while this one had it open to write, a program that another test starts could
        // inherit that, and the copy could not be run ("text file busy").
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_treed")).arg(&program).status();
        assert!(copied.expect("cp runs").success(), "the program is copied");
    }
    std::fs::set_permissions(home.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    command.current_dir(home.path("")).env("TREED_SAVES", home.path("saves")).env("HOME", home.path(""));
    command.args(arguments);
    if administrator {
        command.uid(65_534).gid(65_534);
    }
    command
}

/// Gives a folder to whom the program runs as, with these permissions.
fn give(home: &Home, folder: &str, mode: u32) {
    let path = home.path(folder);
    if std::fs::metadata("/proc/self").map_or(1, |found| found.uid()) == 0 {
        for entry in std::fs::read_dir(&path).unwrap() {
            std::os::unix::fs::chown(entry.unwrap().path(), Some(65_534), Some(65_534)).unwrap();
        }
        std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).unwrap();
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn in_a_folder_that_may_only_be_read_the_game_says_so_and_lists_still_work() {
    let home = home();
    home.plays("", "light\nleave\n");
    let (save, gallery) = (home.read(AUTOSAVE), home.read("saves/lamp/gallery.ron"));
    for file in [".autosave.lock", ".gallery.lock"] {
        std::fs::remove_file(home.path(&format!("saves/lamp/{file}"))).unwrap();
    }
    give(&home, "saves/lamp", 0o555);
    let run = |arguments: &[&str], script| {
        let mut all = vec!["--story", "story.ron", "--plain"];
        all.extend(arguments);
        finish(as_anybody(&home, &all), script)
    };
    for arguments in [&[][..], &["--new"], &["--slot", "other"], &["load", "autosave"]] {
        run(arguments, "light\n").fails_saying(&[
            "cannot lock",
            "saves/lamp",
            "Permission denied",
            "`--saves DIR` names another folder",
        ]);
    }
    assert!(run(&["endings"], "").fine().contains("Endings found: 1 of 2"));
    assert!(run(&["saves"], "").fine().contains("autosave"));
    assert!(run(&["replay", "home"], "").fine().contains("You are home."));
    give(&home, "saves/lamp", 0o755);
    assert_eq!((home.read(AUTOSAVE), home.read("saves/lamp/gallery.ron")), (save, gallery));
    run(&[], "undo\nblow\n").fine();
}

#[test]
fn a_folder_that_becomes_read_only_while_playing_is_told_and_tried_again() {
    let home = home();
    home.plays("", "light\n");
    give(&home, "saves/lamp", 0o755);
    let mut game = Running::start(as_anybody(&home, &["--story", "story.ron", "--plain"]));
    game.until("3. Go home");
    give(&home, "saves/lamp", 0o555);
    let seen = game.types("stairs", "2. Lie down in the dust");
    assert!(seen.contains("The game could not be saved: cannot write"), "{seen}");
    assert!(seen.contains("Permission denied"), "{seen}");
    assert_eq!(moves(&home, AUTOSAVE), ["light"]);
    give(&home, "saves/lamp", 0o755);
    let seen = game.types("down", "3. Go home");
    assert!(!seen.contains("could not be saved"), "{seen}");
    assert_eq!(moves(&home, AUTOSAVE), ["light", "stairs", "down"]);
    assert_eq!(game.ends(), (Some(0), String::new()));
}

#[test]
fn a_folder_that_is_removed_while_playing_is_made_again_with_the_game_in_it() {
    let home = home();
    let mut game = Running::lamp(&home);
    game.types("light", "3. Go home");
    std::fs::remove_dir_all(home.path("saves")).unwrap();
    let seen = game.types("stairs", "2. Lie down in the dust");
    assert!(
        seen.contains("The folder of saves was removed, or moved, while you played. It is made again, with this game in it:"),
        "{seen}"
    );
    assert_eq!(moves(&home, AUTOSAVE), ["light", "stairs"]);
    // It is said once, and the new slot is locked as the old one was.
    let seen = game.types("down", "3. Go home");
    assert!(!seen.contains("removed"), "{seen}");
    home.play("", "light\n").fails_saying(&["is open in another game"]);
    assert_eq!(game.ends(), (Some(0), String::new()));
    assert_eq!(moves(&home, AUTOSAVE), ["light", "stairs", "down"]);
}

#[test]
fn a_folder_that_was_replaced_with_another_game_in_it_is_not_written_over() {
    let home = home();
    let mut first = Running::lamp(&home);
    first.types("light", "3. Go home");
    std::fs::rename(home.path("saves"), home.path("moved")).unwrap();
    let mut second = Running::lamp(&home);
    second.types("light", "3. Go home");
    second.types("blow", "3. Go home");
    let seen = first.types("stairs", "2. Lie down in the dust");
    assert!(
        seen.contains("The game could not be saved: the save `autosave` is open in another game"),
        "{seen}"
    );
    assert_eq!(second.ends(), (Some(0), String::new()));
    assert_eq!(moves(&home, AUTOSAVE), ["light", "blow"]);
    assert_eq!(moves(&home, "moved/lamp/autosave.ron"), ["light"]);
    first.kill();
}

#[test]
fn a_killed_game_leaves_no_lock_behind() {
    let home = home();
    let mut game = Running::lamp(&home);
    game.types("light", "3. Go home");
    home.play("", "light\n").fails_saying(&["is open in another game", "--slot NAME"]);
    // A save that is not there is what is wrong, whoever plays.
    home.play("load nosuch", "").fails_saying(&["there is no save `nosuch`"]);
    game.kill();
    home.plays("", "? the lamp is lit\nstairs\n");
    assert_eq!(moves(&home, AUTOSAVE), ["light", "stairs"]);
}

/// A save's text with a right checksum.
fn sealed(text: &str) -> String {
    let body = text.split("// checksum ").next().unwrap_or_default();
    format!("{body}// checksum {:016x}\n", xxhash_rust::xxh3::xxh3_64(body.as_bytes()))
}

/// The number after a key.
fn number(text: &str, key: &str) -> u64 {
    let rest = text.split_once(key).unwrap_or_else(|| panic!("no {key} in {text}")).1;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a number")
}

#[test]
fn a_clock_that_was_set_back_loses_nothing_and_is_told() {
    let home = home();
    home.plays("", "light\nstairs\nsleep\n");
    home.plays("", "undo\nsave old\n");
    for file in ["autosave.ron", "gallery.ron"] {
        let path = format!("saves/lamp/{file}");
        let text = home.read(&path);
        let when = format!("when: {}", number(&text, "when: "));
        let later = format!("when: {}", number(&text, "when: ") + 40 * 86_400);
        home.write(&path, sealed(&text.replace(&when, &later)).as_bytes());
    }
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let listed = flat(home.plays("saves", ""));
    assert!(listed.contains("dated in the future: the clock was set back since"), "{listed}");
    let listed = flat(home.plays("endings", ""));
    assert!(listed.contains("dated in the future"), "{listed}");
    // The slot is gone on with, not the one with the latest date; and it is dated by today's clock again.
    home.plays("", "? two matches left\ndown\nstairs\nsleep\n");
    let gallery = Gallery::from_bytes(home.read("saves/lamp/gallery.ron").as_bytes()).unwrap().0;
    let asleep = gallery.reached("asleep").expect("it was reached");
    assert_eq!((asleep.times, asleep.first.turns, asleep.shortest.turns), (2, 3, 3));
    assert!(gallery.finished[0].when > gallery.finished[1].when, "in the order in which they were played");
    let listed = home.plays("saves", "");
    assert!(!listed.contains("future"), "{listed}");
}

#[test]
fn times_that_no_game_can_have_taken_are_no_trouble() {
    let home = home();
    home.plays("", "light\n");
    let text = home.read(AUTOSAVE);
    for (key, value) in [("when: ", u64::MAX), ("played: ", u64::MAX), ("when: ", 0)] {
        let old = format!("{key}{}", number(&text, key));
        home.write(AUTOSAVE, sealed(&text.replace(&old, &format!("{key}{value}"))).as_bytes());
        home.plays("saves", "");
        home.plays("saves --json", "");
        home.plays("", "leave\nendings\nundo\n");
        home.plays("endings --json", "");
    }
}

#[test]
fn a_slow_writer_is_seen_no_earlier_than_it_is_done() {
    // While one game writes as fast as it can, a reader never sees half a save.
    let home = home();
    home.plays("", "light\n");
    let game = Running::lamp(&home);
    let script = "blow\nlight\n".repeat(400);
    let Running { mut child, mut stdin, lines } = game;
    let shown = std::thread::spawn(move || lines.count());
    let writer = std::thread::spawn(move || {
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        child.wait().unwrap().code()
    });
    let until = Instant::now() + Duration::from_secs(20);
    let mut reads = 0;
    while !writer.is_finished() && Instant::now() < until {
        let save = Save::from_bytes(home.read(AUTOSAVE).as_bytes()).expect("a whole save");
        assert!(save.intact);
        reads += 1;
    }
    assert_eq!(writer.join().unwrap(), Some(0));
    assert!(shown.join().unwrap() > 800);
    assert!(reads > 10, "{reads}");
    assert_eq!(moves(&home, AUTOSAVE).len(), 801);
}
