//! Saves as the player meets them: nothing is lost, and each bad one gets its own clear message.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use proptest::prelude::*;
use support::{Home, Ran, kept};
use treed::journal::gallery::Gallery;
use treed::journal::save::Save;

const AUTOSAVE: &str = "saves/lamp/autosave.ron";

fn home() -> Home {
    Home::with_story(&kept("lamp.ron"))
}

/// A save's text with a right checksum.
fn sealed(text: &str) -> String {
    let body = text.split("// checksum ").next().unwrap_or_default();
    format!("{body}// checksum {:016x}\n", xxhash_rust::xxh3::xxh3_64(body.as_bytes()))
}

/// The moves that a save holds.
#[track_caller]
fn moves(home: &Home, slot: &str) -> String {
    let text = home.read(&format!("saves/lamp/{slot}.ron"));
    let save = Save::from_bytes(text.as_bytes()).expect("the save is whole");
    assert!(save.intact);
    let ids = save.moves.iter().map(|entry| match entry {
        treed::journal::Entry::Choose(id) => id.clone(),
        other => format!("{other:?}"),
    });
    ids.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_move_is_saved_before_the_next_line_is_read() {
    let home = home();
    let mut child = home
        .command()
        .args(["--story", "story.ron", "--plain"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::{BufRead, Write};
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    for (id, shown) in [("light", "1. Blow it out"), ("stairs", "1. Go down"), ("down", "1. Blow it out")] {
        writeln!(stdin, "{id}").unwrap();
        let found = lines.by_ref().map(|line| line.unwrap()).any(|line| line == shown);
        assert!(found, "the screen after `{id}`");
        assert!(moves(&home, "autosave").ends_with(id), "{}", moves(&home, "autosave"));
    }
    // Killed: what was played is there.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(moves(&home, "autosave"), "light stairs down");
    let out = home.plays("--plain", "log\n");
    assert!(out.contains("The Lamp: you are back."), "{out}");
    assert!(out.contains("3. Go home"), "{out}");
    assert!(out.contains("3  Go down"), "{out}");
}

#[test]
fn a_game_that_was_left_goes_on_where_it_was_with_the_same_seed() {
    let home = home();
    home.plays("--seed 12345", "light\nquit\n");
    let out = home.plays("--plain", "? the lamp is lit\nlog\n? Seed 12345. 1 move.\nblow\n");
    assert!(out.contains("you are back"));
    assert_eq!(moves(&home, "autosave"), "light blow");
}

#[test]
fn what_was_undone_is_in_the_save_too() {
    let home = home();
    home.plays("", "light\nstairs\nundo\nundo\n");
    home.plays("", "? the lamp is out\nredo\n? the lamp is lit\nredo\n? two matches left\n");
    assert_eq!(moves(&home, "autosave"), "light stairs");
    home.play("", "undo\nundo\nundo\n")
        .fails("treed: line 3: There is nothing to take back: this is the beginning.");
    home.play("", "redo\nredo\nredo\n").fails("treed: line 3: There is nothing to make again.");
}

#[test]
fn a_new_game_keeps_the_old_one_and_so_does_restart() {
    let home = home();
    home.plays("", "light\nstairs\ndown\n");
    let out = home.plays("--new", "? the lamp is out\nlight\nblow\nlight\n");
    let flat = out.replace('\n', " ");
    let told = "What was played in `autosave` is kept as `autosave-kept`: `treed load autosave-kept` goes back to it.";
    assert!(flat.contains(told), "{out}");
    let screen = flat.find("The lamp is out").or(flat.find("the lamp is out")).unwrap();
    assert!(flat.find(told).unwrap() < screen, "before the first screen:\n{out}");
    assert_eq!(moves(&home, "autosave-kept"), "light stairs down");
    home.plays(
        "",
        "restart\n? kept as `autosave-kept-2`\n".replace("? kept as `autosave-kept-2`\n", "").as_str(),
    );
    assert_eq!(moves(&home, "autosave-kept-2"), "light blow light");
    assert_eq!(moves(&home, "autosave"), "");
    let out = home.plays("load autosave-kept --plain", "? the lamp is lit\n");
    assert!(out.contains("you are back"), "{out}");
    assert_eq!(moves(&home, "autosave-kept"), "light stairs down", "a save that is loaded stays as it is");
}

#[test]
fn moments_are_kept_under_a_name_and_come_back() {
    let home = home();
    let out = home.plays("", "light\nsave lit-lamp\n? kept as `lit-lamp`\nblow\nload lit-lamp\n? the lamp is lit\nsaves\n? lit-lamp\n");
    assert!(out.contains("`load lit-lamp` comes back to this moment."));
    assert_eq!(moves(&home, "lit-lamp"), "light");
    let listed = home.plays("saves", "");
    assert!(listed.contains("lit-lamp  The hall, 2 matches (1 move, a moment ago)"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&home.plays("saves --json", "")).unwrap();
    let names: Vec<&str> =
        json["saves"].as_array().unwrap().iter().map(|save| save["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"autosave") && names.contains(&"lit-lamp"), "{names:?}");
    assert!(home.plays("load", "").contains("`treed load NAME` goes on from one of them."));
    home.play("load nowhere", "").fails("treed: there is no save `nowhere`; `saves` lists them");
    home.play("", "load nowhere\n").fails("treed: line 1: There is no save `nowhere`; `saves` lists them.");
}

#[test]
fn saving_under_the_name_of_the_slot_that_is_played_is_no_conflict_with_oneself() {
    let home = home();
    home.plays("", "light\nsave autosave\n? kept as `autosave`\n");
    assert_eq!(moves(&home, "autosave"), "light");
}

#[test]
fn a_restart_in_a_slot_with_the_longest_name_keeps_the_game_too() {
    let home = home();
    let slot = "s".repeat(40);
    home.plays(&format!("--slot {slot}"), "light\nblow\nlight\nrestart\n? the lamp is out\n");
    let kept = format!("{}-kept", "s".repeat(35));
    assert_eq!(moves(&home, &kept), "light blow light");
}

#[test]
fn endings_are_kept_with_their_playthrough_and_are_replayed() {
    let home = home();
    let out = home.plays("endings", "");
    assert!(out.contains("Endings found: 0 of 2\n[........................] 0 %\n\n? There is a door.\n? There is an attic."), "{out}");
    home.play("replay asleep", "")
        .fails("treed: you have not found this ending yet. Its hint: There is an attic.");
    home.plays(
        "--seed 5",
        "light\nblow\nlight\nstairs\nsleep\n? Ending: Asleep\n? Endings found: 1 of 2. Moves: 5. Seed: 5.\n",
    );
    home.plays("--seed 6", "light\nstairs\nsleep\nundo\n? lie down\ndown\n");
    let json: serde_json::Value = serde_json::from_str(&home.plays("endings --json", "")).unwrap();
    let of = |id: &str| {
        json["endings"].as_array().unwrap().iter().find(|ending| ending["id"] == id).unwrap().clone()
    };
    assert_eq!(
        (&of("asleep")["reached"], &of("asleep")["times"], &of("asleep")["shortest"]),
        (&true.into(), &2.into(), &3.into())
    );
    assert_eq!((&of("asleep")["title"], &of("home")["title"]), (&"Asleep".into(), &serde_json::Value::Null));
    assert_eq!(of("home")["reached"], false);
    let listed = home.plays("endings", "");
    let flat = listed.replace("\n  ", " ");
    assert!(
        flat.contains("* Asleep (2 times; first a moment ago: 5 moves in less than a minute; shortest: 3 moves in less than a minute)"),
        "{listed}"
    );
    let replayed = home.plays("replay asleep --instant --plain", "");
    let at: Vec<usize> =
        ["> Light the lamp", "> Climb the stairs", "> Lie down in the dust", "You sleep well."]
            .iter()
            .map(|words| replayed.find(words).unwrap_or_else(|| panic!("no `{words}` in {replayed}")))
            .collect();
    assert!(at.is_sorted(), "{replayed}");
    assert_eq!(home.plays("replay Asleep --instant --plain", ""), replayed, "by its title");
    assert_eq!(home.plays("replay asleep --verify", ""), "0 experiments run again, 0 differ.\n");
    assert!(home.plays("replay autosave --instant", "").contains("> Go down"), "a save is replayed too");
    home.plays("", "save asleep\n");
    let two = home.play("replay asleep", "");
    let told = "treed: `asleep` is a save (`save:asleep`) and an ending (`ending:asleep`); say which";
    assert_eq!((two.code, two.err.trim_end()), (2, told));
    home.play("replay ../lamp", "").fails("treed: `../lamp` is neither a file nor a share code nor a save nor an ending you have found; `treed saves` and `treed endings` list those");
}

#[test]
fn pages_of_the_notebook_are_kept_as_they_read_when_they_were_last_taught() {
    let home = home();
    home.play("notebook dust", "")
        .fails("treed: Dust: that page is still blank. Something in the story will fill it.");
    home.plays("", "light\nstairs\nundo\nblow\nlight\nstairs\nwhat is dirt\n? You have one match left.\n");
    let page = home.plays("notebook dust", "");
    assert!(
        page.contains("Dust is small.\n\nYou have one match left.\n\nSandman (1816): The Sandman.\n"),
        "{page}"
    );
    let json: serde_json::Value = serde_json::from_str(&home.plays("notebook --json", "")).unwrap();
    assert_eq!(json["pages"][0]["unlocked"], true);
}

#[test]
fn experiments_are_kept_and_run_again_to_verify_them() {
    let home = Home::with_story(&kept("labs.ron"));
    home.plays("--seed 9", "ask\n? the crowd answered.\non\nbalanced\nask\n");
    assert_eq!(home.plays("replay autosave --verify", ""), "2 experiments run again, 0 differ.\n");
    let path = "saves/labs/autosave.ron";
    let text = home.read(path);
    assert!(text.contains("World(\"MajorityClass\""), "{text}");
    let found = text.find("\"found\": ").expect("the figure") + 9;
    let end = found + text[found..].find([',', '}']).unwrap();
    home.write(path, sealed(&format!("{}777{}", &text[..found], &text[end..])).as_bytes());
    let ran = home.play("replay autosave --verify", "");
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("move 2: recorded MajorityClass with"), "{}", ran.out);
    assert!(ran.out.ends_with("2 experiments run again, 1 differ.\n"), "{}", ran.out);
    // Loading takes what was recorded and runs nothing.
    assert!(home.plays("replay autosave --instant", "").contains("777 cats"));
}

/// Writes an autosave, resumes, and looks at what is said; the file must stay as it was.
#[track_caller]
fn resume_bad(bytes: &[u8]) -> Ran {
    let home = home();
    home.write(AUTOSAVE, bytes);
    let ran = home.play("", "light\n");
    assert_eq!(std::fs::read(home.path(AUTOSAVE)).unwrap(), bytes, "a save that cannot be loaded stays");
    let ran = ran.fails_saying(&["treed"]);
    assert!(!ran.err.trim_end().contains('\n'), "one message:\n{}", ran.err);
    // The way forward that it names is one: the old file is kept, and a new game begins.
    let out = home.plays("--new", "light\n");
    assert!(out.contains("is kept as `autosave-kept`"), "{out}");
    assert_eq!(std::fs::read(home.path("saves/lamp/autosave-kept.ron")).unwrap(), bytes);
    assert!(home.plays("saves", "").contains("autosave-kept"));
    ran
}

fn good_save() -> String {
    let home = home();
    home.plays("--seed 77", "light\nstairs\n");
    home.read(AUTOSAVE)
}

#[test]
fn a_save_that_was_cut_off_says_so_wherever_it_was_cut() {
    let good = good_save();
    for at in (1..good.len()).step_by(good.len() / 12) {
        let ran = resume_bad(&good.as_bytes()[..at]);
        let cut = ran.err.contains("cut off") || ran.err.contains("was changed outside treed");
        assert!(cut, "cut at {at}: {}", ran.err);
        assert!(ran.err.contains("--new"), "cut at {at}: {}", ran.err);
    }
    // Cut anywhere at all, by the reader alone.
    for at in 0..good.trim_end().len() {
        let read = Save::from_bytes(&good.as_bytes()[..at]);
        assert!(read.is_err() || read.is_ok_and(|save| !save.intact), "cut at {at}");
    }
}

#[test]
fn bad_saves_each_say_what_they_are_and_what_to_do() {
    let good = good_save();
    let says = |bytes: &[u8], words: &[&str]| {
        let ran = resume_bad(bytes);
        for words in words {
            assert!(ran.err.contains(words), "no `{words}` in: {}", ran.err);
        }
    };
    const WAY_OUT: &str = "`treed --new` begins a new game and keeps this file";
    says(b"", &["it is empty", "autosave.ron", WAY_OUT]);
    says(b" \n \n", &["it is empty", WAY_OUT]);
    says(&[0, 159, 146, 150, 255, 254], &["it is not text", WAY_OUT]);
    says(b"Hello, this is a letter.\n", &["it is damaged, or cut off, at line 1", WAY_OUT]);
    says(
        sealed(&good.replace("format: 1", "format: 2")).as_bytes(),
        &["written by a newer treed (save format 2; this one reads up to 1)", WAY_OUT],
    );
    says(
        sealed(&good.replace("format: 1", "format: 99999999999999999999, later: [1]")).as_bytes(),
        &["written by a newer treed", WAY_OUT],
    );
    says(
        sealed(&good.replace("id: \"lamp\", title: \"The Lamp\"", "id: \"torch\", title: \"The Torch\""))
            .as_bytes(),
        &["it belongs to another story, `The Torch` (id `torch`)", "--story", "--new"],
    );
    says(
        sealed(&good.replace("seed: 77", "seed: 33554432")).as_bytes(),
        &["its seed 33554432 is too large; seeds lie below 33554432", WAY_OUT],
    );
    says(
        sealed(&good.replace("seed: 77", "seed: 99999999999999999999999")).as_bytes(),
        &["it is damaged", "line 4", WAY_OUT],
    );
    says(
        good.replace("Choose(\"stairs\")", "Choose(\"blow\")").as_bytes(),
        &[
            "changed outside treed (its checksum is wrong); played again (2 moves) it leads to \u{201C}The hall, 2 matches\u{201D}",
            "--new",
        ],
    );
    says(
        sealed(&good.replace("Choose(\"light\")", "Explode(\"light\")")).as_bytes(),
        &["it is damaged", "line 9", WAY_OUT],
    );
    says(
        sealed(
            &good.replace("Choose(\"light\")", &format!("World(\"x\", {{\"a\": {}}})", "[".repeat(100_000))),
        )
        .as_bytes(),
        &["it is damaged", WAY_OUT],
    );
    let many = "Choose(\"light\"), ".repeat(treed::journal::MOST_MOVES + 1);
    says(
        sealed(&good.replace("Choose(\"light\"),", &many)).as_bytes(),
        &["moves; a save may have at most 100000", WAY_OUT],
    );
}

#[test]
fn a_save_as_large_as_a_disk_is_refused_before_it_is_read() {
    let home = home();
    home.write(AUTOSAVE, b"");
    std::fs::File::options().write(true).open(home.path(AUTOSAVE)).unwrap().set_len(8 << 30).unwrap();
    home.play("", "").fails_saying(&["more than a save can have (33554432)", "--new"]);
}

#[test]
fn hostile_characters_in_a_save_never_reach_the_terminal() {
    let good = good_save();
    let hostile = "\\u{1b}]0;x\\u{7}\\u{202e}";
    for (from, to) in [
        ("title: \"The Lamp\"", format!("title: \"{hostile}\"")),
        ("at: \"The attic", format!("at: \"{hostile}")),
        ("Choose(\"stairs\")", format!("Choose(\"{hostile}\")")),
        ("id: \"lamp\"", format!("id: \"{hostile}\"")),
    ] {
        let text = good.replace(from, &to);
        assert_ne!(text, good);
        let raw =
            text.replace("\\u{1b}", "\u{1b}").replace("\\u{7}", "\u{7}").replace("\\u{202e}", "\u{202e}");
        for text in [&text, &raw, &sealed(&text), &sealed(&raw)] {
            let home = home();
            home.write(AUTOSAVE, text.as_bytes());
            home.play("", "saves\n").harmless();
            home.play("saves", "").harmless();
            home.play("replay autosave --instant", "").harmless();
        }
    }
}

#[test]
fn a_damaged_gallery_is_set_aside_and_nothing_is_lost() {
    let home = home();
    home.plays("", "leave\n");
    let path = "saves/lamp/gallery.ron";
    let good = home.read(path);
    let half = &good[..good.len() / 2];
    home.write(path, half.as_bytes());
    home.play("endings", "").fails_saying(&["gallery.ron", "damaged"]);
    let out = home.plays("--new", "? a hall\nleave\n");
    assert!(out.replace('\n', " ").contains("is kept as"), "{out}");
    assert_eq!(home.read("saves/lamp/gallery-damaged-1.txt"), half);
    assert!(home.plays("endings", "").contains("Endings found: 1 of 2"));
}

#[test]
fn names_that_could_leave_the_folder_are_refused() {
    let long = "n".repeat(41);
    for name in ["../../x", "a/b", "a\\b", ".", "..", "käse", "a.b", "C:x", &long] {
        let home = home();
        let shown =
            format!("`{name}` cannot be the name of a save: use letters, digits, `-` and `_`, at most 40");
        for command in [format!("--slot {name}"), format!("load {name}")] {
            let ran = home.play(&command, "light\n");
            assert_eq!((ran.code, ran.err.trim_end()), (1, format!("treed: {shown}").as_str()), "{command}");
        }
        for verb in ["save", "load"] {
            let ran = home.play("--slot ok", &format!("{verb} {name}\n"));
            assert_eq!(
                (ran.code, ran.err.trim_end()),
                (1, format!("treed: line 1: {shown}.").as_str()),
                "{verb}"
            );
        }
        let folder: Vec<_> =
            std::fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(folder.len() <= 2, "nothing was written elsewhere: {folder:?}");
    }
    let home = home();
    let mut command = home.command();
    command.args(["--story", "story.ron", "--slot", ""]);
    support::finish(command, "").fails_saying(&["`` cannot be the name of a save"]);
    home.play("", "save\n").fails_saying(&["line 1: Under which name?"]);
    home.play("--slot gallery", "").fails("treed: `gallery` cannot be the name of a save: treed keeps a file of its own under that name; take another, `my-gallery` say");
}

#[test]
fn a_saves_folder_that_cannot_be_written_is_told_with_what_to_do() {
    let home = home();
    home.write("saves", b"a file, not a folder");
    home.play("", "light\n").fails_saying(&["cannot create", "saves/lamp", "--saves"]);
    home.play("--new", "light\n").fails_saying(&["cannot create", "saves/lamp", "--saves"]);
    assert_eq!(home.read("saves"), "a file, not a folder");
    home.plays("--saves elsewhere", "light\n");
    assert!(home.read("elsewhere/lamp/autosave.ron").contains("light"));
}

#[test]
fn a_saves_folder_that_vanishes_while_playing_does_not_end_the_game() {
    let home = home();
    let mut child = home
        .command()
        .args(["--story", "story.ron", "--plain"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::{BufRead, Read, Write};
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |shown: &str| {
        let mut seen = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            seen.push_str(&line);
            seen.push('\n');
            if line == shown {
                break;
            }
        }
        seen
    };
    writeln!(stdin, "light").unwrap();
    until("3. Go home");
    until("3. Go home");
    std::fs::rename(home.path("saves"), home.path("moved")).unwrap();
    home.write("saves", b"in the way");
    writeln!(stdin, "stairs").unwrap();
    let seen = until("2. Lie down in the dust");
    assert!(
        seen.replace('\n', " ").contains("You can go on playing; this will be tried again after every move."),
        "{seen}"
    );
    writeln!(stdin, "down").unwrap();
    let seen = until("3. Go home");
    assert!(seen.contains("3. Go home"), "{seen}");
    // To begin again would lose the game: it is refused, and says why.
    writeln!(stdin, "restart").unwrap();
    drop(stdin);
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(err.contains("saves/lamp"), "{err}");
    assert!(home.read("moved/lamp/autosave.ron").contains("light"));
}

#[test]
fn two_games_never_share_a_slot_and_the_second_is_told_of_another() {
    let home = home();
    let mut first = home
        .command()
        .args(["--story", "story.ron", "--plain"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::BufRead;
    let mut lines = std::io::BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().map(|line| line.unwrap()).any(|line| line == "3. Go home"));
    home.play("", "light\n").fails(
        "treed: the save `autosave` is open in another game; close that, or play on in another slot with `--slot NAME`",
    );
    home.play("--slot other", "save autosave\n").fails_saying(&["line 1", "is open in another game"]);
    home.plays("--slot other", "light\n");
    drop(first.stdin.take());
    first.wait().unwrap();
    home.plays("", "light\n");
}

#[test]
fn a_choice_that_was_reworded_or_moved_is_found_by_its_id() {
    let home = home();
    home.plays("", "light\nstairs\n");
    let edited = kept("lamp.ron")
        .replace("Light the lamp", "Strike a match")
        .replace("(id: \"light\"", "(id: \"sit\", label: \"Sit down\"),\n(id: \"light\"");
    home.write("story.ron", edited.as_bytes());
    let out = home.plays("", "? two matches left\ndown\n? 1. Sit down\n");
    assert!(!out.contains("has changed"), "{out}");
    assert_eq!(moves(&home, "autosave"), "light stairs down");
}

#[test]
fn a_choice_that_was_removed_stops_the_replay_there_and_the_save_is_kept() {
    let home = home();
    home.plays("", "light\nstairs\ndown\n");
    let edited = kept("lamp.ron").replace("(id: \"stairs\"", "(id: \"ladder\"");
    home.write("story.ron", edited.as_bytes());
    let out = home.plays("--plain", "? the lamp is lit\nladder\n");
    let flat = out.replace('\n', " ");
    assert!(flat.contains("The story has changed since this was saved. 1 of its 3 moves can still be made, up to \u{201C}The hall, 2 matches\u{201D}; there the choice `stairs` is no longer in the story."), "{out}");
    assert!(flat.contains("The save as it was is kept as `autosave-before-the-edit`."), "{out}");
    assert_eq!(moves(&home, "autosave-before-the-edit"), "light stairs down");
    assert_eq!(moves(&home, "autosave"), "light ladder");
    // With an alias nothing stops.
    let aliased = edited
        .replace("start: \"hall\",", "start: \"hall\", aliases: (choices: { \"stairs\": \"ladder\" }),");
    home.write("story.ron", aliased.as_bytes());
    home.plays("load autosave-before-the-edit", "log\n? 3 moves\n? 3  Go down\n");
}

#[test]
fn a_scene_that_was_renamed_changes_nothing_for_a_save() {
    let home = home();
    home.plays("", "light\nstairs\n");
    home.write("story.ron", kept("lamp.ron").replace("\"attic\"", "\"loft\"").as_bytes());
    home.plays("", "? two matches left\n");
}

#[test]
fn an_edit_of_the_story_never_empties_the_gallery() {
    let home = home();
    home.plays("", "leave\n");
    home.write("story.ron", kept("lamp.ron").replace("version: \"1\"", "version: \"2\"").as_bytes());
    assert!(home.plays("endings", "").contains("Endings found: 1 of 2"));
}

#[test]
fn a_new_seed_must_be_one_that_a_save_can_hold() {
    let home = home();
    let ran = home.play("--seed 33554432", "");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("0..33554432") || ran.err.contains("33554431"), "{}", ran.err);
    home.plays("--seed 33554431", "log\n? Seed 33554431.\n");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// The readers survive any bytes, and any change of one byte of a good file is noticed.
    #[test]
    fn law_readers_of_saves_survive_anything(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,200}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let _ = Save::from_bytes(bytes);
            let _ = Gallery::from_bytes(bytes);
        }
    }

    #[test]
    fn law_a_changed_byte_is_noticed(at in 0usize..10_000, to in any::<u8>()) {
        let good = GOOD.with(Clone::clone);
        let mut bytes = good.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(save) = Save::from_bytes(&bytes) {
            // White space at the end is no change of what is said.
            prop_assert!(!save.intact || Save::from_bytes(good.as_bytes()).unwrap() == save, "byte {}", at);
        }
    }
}

thread_local! {
    static GOOD: String = good_save();
}

#[test]
fn what_was_played_is_told_of_when_another_game_takes_its_slot() {
    let home = home();
    let flat = |out: String| out.split_whitespace().collect::<Vec<_>>().join(" ");
    home.plays("--slot other", "light\nstairs\n");
    home.plays("", "light\nblow\nlight\n");
    let out = flat(home.plays("load other", "look\n"));
    let told = "What was played in `autosave` is kept as `autosave-kept`: `treed load autosave-kept` goes back to it.";
    assert!(out.contains(told), "{out}");
    let out = flat(home.plays("load autosave-kept", "look\n"));
    assert!(
        out.contains("What was played in `autosave` is in `other` too: `treed load other` goes back to it."),
        "{out}"
    );
    home.plays("--slot short", "light\n");
    let out = flat(home.plays("--slot short --new", "look\n"));
    assert!(out.contains("The game in `short` had only 1 move and is not kept."), "{out}");
    let out = home.plays("--slot short --new", "look\n");
    assert!(!out.contains("What was played") && !out.contains("not kept"), "nothing was played:\n{out}");
}

#[test]
fn a_save_under_a_taken_name_replaces_only_what_the_game_still_holds() {
    let home = home();
    // The game's own moments: earlier, later, and taken back.
    home.plays("", "light\nsave mark\nblow\nsave mark\nundo\nsave mark\n");
    assert!(!home.path("saves/lamp/mark-kept.ron").exists());
    let own = home.read("saves/lamp/mark.ron");
    let newer = sealed(&own.replace("format: 1", "format: 2"));
    let foreign = sealed(&own.replace("id: \"lamp\"", "id: \"torch\""));
    let changed = own.replace("seed: ", "seed: 0");
    for (name, there) in [
        ("own", &own),
        ("newer", &newer),
        ("foreign", &foreign),
        ("changed", &changed),
        ("cut", &own[..90].to_owned()),
    ] {
        let (there_is, kept) = (format!("saves/lamp/{name}.ron"), format!("saves/lamp/{name}-kept.ron"));
        home.write(&there_is, there.as_bytes());
        // Another game, of another seed.
        let out = home.plays("--new", &format!("save {name}\n"));
        let told = format!("it is kept as `{name}-kept`.");
        assert!(out.split_whitespace().collect::<Vec<_>>().join(" ").contains(&told), "{out}");
        assert_eq!(home.read(&kept), *there, "{name}");
        assert_eq!(moves(&home, name), "");
    }
}

#[test]
fn a_save_of_another_story_or_a_changed_one_is_no_better_in_a_slot_than_by_its_path() {
    let home = home();
    let good = good_save();
    let foreign =
        sealed(&good.replace("id: \"lamp\", title: \"The Lamp\"", "id: \"torch\", title: \"The Torch\""));
    home.write("saves/lamp/foreign.ron", foreign.as_bytes());
    home.write("saves/lamp/changed.ron", good.replace("seed: 77", "seed: 78").as_bytes());
    let body = good.split("// checksum ").next().unwrap();
    home.write("saves/lamp/cut.ron", body.as_bytes());
    for command in ["replay --instant", "share", "export --format md", "odds", "coverage"] {
        for (by, name) in [("save", "foreign"), ("file", "saves/lamp/foreign.ron")] {
            home.play(&format!("{command} {name}"), "").fails(&format!(
                "treed: cannot load the {by} `{name}`: it belongs to another story, `The Torch` (id `torch`); play it with `--story`; the file stays as it is, and `saves` lists what can be loaded"
            ));
        }
        for (by, name) in [("save", "changed"), ("file", "saves/lamp/changed.ron")] {
            let ran = home.play(&format!("{command} {name}"), "");
            let told = format!(
                "treed: the {by} `{name}` was changed outside treed (its checksum is wrong); its moves are taken as they read\n"
            );
            assert_eq!((ran.code, &ran.err), (0, &told), "{command}: {}", ran.out);
        }
    }
    home.play("--slot foreign share", "").fails_saying(&["cannot load the save `foreign`"]);
    let ran = home.play("share cut", "");
    assert!(ran.code == 0 && ran.err.contains("has no whole checksum: its end was cut off"), "{}", ran.err);
    let listed = home.plays("saves", "").split_whitespace().collect::<Vec<_>>().join(" ");
    for marked in [
        "; of another story, `The Torch` (id `torch`)",
        "; it was changed outside treed",
        "; it has no whole checksum",
    ] {
        assert_eq!(listed.matches(marked).count(), 1, "{listed}");
    }
}

#[test]
fn what_is_said_of_a_bad_save_by_name_ends_in_what_to_do_and_has_no_word_of_the_reader() {
    let home = home();
    let good = good_save();
    home.write("saves/lamp/bad.ron", sealed(&good.replace("played:", "pla:")).as_bytes());
    for (arguments, script) in [
        ("load bad", ""),
        ("", "load bad\n"),
        ("replay bad", ""),
        ("share bad", ""),
        ("export --format md bad", ""),
    ] {
        let ran = home.play(arguments, script).fails_saying(&[
            "at line 6: `pla` does not belong in such a file; the file stays as it is, and `saves` lists what can be loaded",
        ]);
        assert!(!ran.err.contains("expected") && !ran.err.contains("field named"), "{}", ran.err);
    }
    home.run("--story saves saves", "")
        .fails_saying(&["cannot read the story saves", "name the file of a story in it"]);
}

#[cfg(unix)]
#[test]
fn a_history_with_control_characters_is_cleaned_before_it_is_shown() {
    let home = home();
    home.write("saves/lamp/history.txt", b"#V2\n\x1b]0;owned\x07light\n");
    let (mut game, mut seen) =
        (support::in_terminal(&home, 80, &[], "treed --story story.ron"), String::new());
    support::wait_for(&mut game, "3. Go home", &mut seen);
    support::wait_for(&mut game, "> ", &mut seen);
    expectrl::Expect::send(&mut game, "\u{1b}[A").unwrap();
    support::wait_for(&mut game, "owned", &mut seen);
    // Ctrl-U takes the line away.
    expectrl::Expect::send(&mut game, "\u{15}quit\n").unwrap();
    support::wait_for(
        &mut game,
        "Saved. `treed` goes on from here. Give it the same `--story` again.",
        &mut seen,
    );
    assert!(!seen.contains("\u{1b}]"), "{seen:?}");
    assert!(seen.contains("\u{FFFD}]0;owned"), "{seen:?}");
}

#[test]
fn a_game_that_is_taken_up_shows_the_figures_and_pictures_that_it_showed() {
    let home = Home::with_story(
        r#"#![enable(implicit_some)]
Story(
    id: "lamp", title: "Reply", version: "1", start: "oak", status: "{crowd?photographs} photographs",
    scenes: {
        "oak": (text: "An oak.", choices: [(id: "fly", label: "Fly", to: "fly"), (id: "leave", label: "Leave", to: "street")]),
        "fly": (text: "They fly.", lab: (run: "drones", arms: {
            "Rescued": [(to: "report")], "Crashed": [(to: "report")], "Fled": [(to: "report")],
            "Orbiting": [(to: "report")], "Hovering": [(to: "report")], "Grounded": [(to: "report")],
        })),
        "report": (text: "The report.", choices: [
            (id: "peer", label: "Peer", reply: ["You see {crowd?cats} cats.", (picture_of: "drones.learned")], to: "lawn"),
        ]),
        "lawn": (text: "The lawn.", choices: [(id: "again", label: "Again", to: "oak"), (id: "stop", label: "Stop", to: "street")]),
        "street": (text: "The street.", ending: "out"),
    },
    endings: { "out": (title: "Out", hint: "There is a door.") },
)"#,
    );
    let played = home.plays("--plain", "fly\npeer\n");
    let last = |out: &str| out.rsplit("You see ").next().unwrap().to_owned();
    let again = home.plays("--plain", "");
    assert!(again.contains("You see ") && again.contains("Picture: "), "{again}");
    assert!(!again.contains("not measured") && !again.contains("not drawn"), "{again}");
    assert_eq!(last(&again).trim(), last(&played).trim());
}
