//! Playthroughs played again: found by name, from any move, compared, and taken over.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{Home, Ran, kept};

fn home() -> Home {
    let home = Home::with_story(&kept("lamp.ron"));
    home.plays("--seed 3", "light\nstairs\nsleep\n");
    home.plays("--seed 3 --slot other", "light\nblow\nleave\n");
    home
}

fn ran(home: &Home, arguments: &str, input: &str) -> Ran {
    home.run(&format!("--story story.ron --plain {arguments}"), input)
}

fn reached(home: &Home) -> usize {
    ran(home, "endings --json", "").fine().matches("\"reached\":true").count()
}

#[test]
fn a_name_that_means_two_things_is_told_with_both() {
    let home = home();
    home.write("other", home.read("saves/lamp/autosave.ron").as_bytes());
    let found = ran(&home, "replay other", "");
    assert_eq!(found.code, 2);
    assert!(found.err.contains("a file (`file:other`) and a save (`save:other`)"), "{}", found.err);
    assert!(ran(&home, "replay save:other", "").fine().contains("You are home."));
    assert!(ran(&home, "replay file:other", "").fine().contains("You sleep well."));
}

#[test]
fn a_replay_begins_at_any_move() {
    let home = home();
    let out = ran(&home, "replay asleep --from 3", "").fine();
    assert!(!out.contains("> Climb the stairs") && out.contains("> Lie down in the dust"), "{out}");
    let found = ran(&home, "replay asleep --from 9", "");
    assert!(found.code == 1 && found.err.contains("there is no move 9: this playthrough has 3 moves"));
}

#[test]
fn two_runs_are_compared_where_they_part() {
    let home = home();
    let out = ran(&home, "replay asleep --with other", "").fine();
    assert!(out.contains("The first move is the same. They part at The hall, 2 matches:"), "{out}");
    assert!(out.contains("- `asleep`: Climb the stairs") && out.contains("- `other`: Blow it out"), "{out}");
    assert!(out.contains("led to the ending “Asleep”, in 3 moves."), "{out}");
    assert!(ran(&home, "replay asleep --with autosave", "").fine().contains("the same, move for move"));
}

#[test]
fn a_branch_plays_in_a_save_of_its_own_and_counts_from_the_first_different_move() {
    let home = home();
    let code = ran(&home, "share asleep", "").fine();
    let other = Home::with_story(&kept("lamp.ron"));
    // The very moves that were watched: nothing is found, not even the page.
    let found = ran(&other, &format!("replay {} --branch --from 2", code.trim()), "stairs\nsleep\n");
    assert!(found.err.is_empty() && found.out.contains("You play on from move 2"), "{found:?}");
    assert!(!found.out.contains("New in your notebook"), "{}", found.out);
    assert_eq!(reached(&other), 0);
    // Later, from that save, another way: its ending counts, and a page that is opened after it.
    let out = ran(&other, "--slot autosave-branch", "undo\n? the attic\ndown\nstairs\nsleep\n").fine();
    assert!(out.contains("New in your notebook: Dust"), "{out}");
    assert_eq!(reached(&other), 1);
    // What was watched is as it was.
    let before = home.read("saves/lamp/autosave.ron");
    ran(&home, "replay autosave --branch --from 2", "leave\n").fine();
    assert_eq!(home.read("saves/lamp/autosave.ron"), before);
    assert!(home.read("saves/lamp/autosave-branch.ron").contains("watched: ["));
    assert_eq!(ran(&home, "replay asleep --branch", "").code, 2);
}

#[test]
fn rewind_goes_back_to_any_move_and_redo_makes_them_again() {
    let home = home();
    let out = home.plays(
        "--new",
        "light\nstairs\ndown\nrewind\n? 2 Climb the stairs\nrewind 2\n? the lamp is lit\nredo\n? the attic\nredo\n? the hall\n",
    );
    assert!(out.contains("(Back to where you made move 2."), "{out}");
    let found = ran(&home, "--new", "light\nrewind 7\n");
    assert!(found.code == 1 && found.err.contains("numbered from 1 to 1"), "{}", found.err);
}

#[test]
fn under_an_ending_stands_the_last_move_to_another_and_one_key_goes_there() {
    let home = Home::with_story(&kept("lamp.ron"));
    let out = home.plays(
        "--plain --seed 3",
        "light\nstairs\nsleep\n? at move 3 (the attic\n? there is a door\n6\n? two matches left\ndown\nleave\n",
    );
    assert!(out.contains("6. Go back there"), "{out}");
    // Both are found now: nothing to say.
    assert_eq!(out.matches("What if?").count(), 1, "{out}");
}

#[cfg(unix)]
#[test]
fn a_replay_at_reading_pace_obeys_keys_and_leaves_the_terminal_as_it_was() {
    use expectrl::{Eof, Expect, Session};
    let home = home();
    let play = |keys: &[(&str, &str)]| {
        let script = format!(
            "before=$(stty -a); '{}' --story story.ron --saves saves replay asleep; code=$?; [ \"$before\" = \"$(stty -a)\" ] && echo terminal as before; echo code $code",
            env!("CARGO_BIN_EXE_treed")
        );
        let mut shell = std::process::Command::new("sh");
        shell
            .arg("-c")
            .arg(script)
            .current_dir(home.path(""))
            .env("TERM", "xterm-256color")
            .env("NO_COLOR", "1");
        let mut session = Session::spawn(shell).expect("a terminal");
        session.set_expect_timeout(Some(std::time::Duration::from_secs(30)));
        for (wait, key) in keys {
            session.expect(wait).unwrap_or_else(|why| panic!("no `{wait}`: {why}"));
            session.send(key).expect("the key is sent");
        }
        let left = session.expect(Eof).expect("it ends");
        let text = String::from_utf8_lossy(left.as_bytes()).into_owned();
        assert!(text.contains("terminal as before"), "{text}");
        text
    };
    // The pace is the one that the player has set.
    ran(&home, "--slot pace", "settings pace fast\n").fine();
    let text = play(&[("Go home", " "), ("paused", "-"), ("384 words a minute", "q")]);
    assert!(text.contains("code 0"), "{text}");
    ran(&home, "--slot pace", "settings pace instant\n").fine();
    assert!(play(&[]).contains("You sleep well."));
    ran(&home, "--slot pace", "settings pace reading\n").fine();
    // Each key answers a word on the screen, before the pace would have gone on.
    let text = play(&[
        ("Go home", " "),
        ("paused", "+"),
        ("300 words a minute", "\r"),
        ("> Light the lamp", "\r"),
        ("> Climb the stairs", "\r"),
    ]);
    assert!(text.contains("You sleep well.") && text.contains("code 0"), "{text}");
    let text = play(&[("Go home", " "), ("paused", "\u{3}")]);
    assert!(text.contains("code 0") && !text.contains("Light the lamp\r\n\r\n──"), "{text}");
    let text = play(&[
        ("Go home", " "),
        ("paused", "b"),
        ("You play on from move 1", ""),
        ("> ", "leave\r"),
        ("You are home", ""),
        ("> ", "quit\r"),
    ]);
    assert!(text.contains("code 0"), "{text}");
}

#[test]
fn a_story_in_place_of_a_playthrough_is_told_as_one() {
    let home = home();
    for command in ["odds", "replay", "share"] {
        let ran = home.run(&format!("--story story.ron {command} story.ron"), "");
        assert_eq!(ran.code, 1, "{ran:?}");
        let words = "treed: `story.ron` is a story, not a playthrough of one: name the story with `--story story.ron` and a game of it here (`treed --story story.ron saves` lists them); `treed check story.ron` tells the odds of its endings\n";
        assert_eq!(ran.err, words);
    }
}
