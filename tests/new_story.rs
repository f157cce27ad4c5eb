//! `treed new-story`, as somebody sees it who has never written a story: what it makes is sound, can be
//! played to each of its endings, and is never written over anything.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::Home;

fn begun(folder: &str) -> Home {
    let home = Home::new();
    let out = home.run(&format!("new-story {folder}"), "").fine();
    let file = format!("{folder}/story.ron");
    for command in ["--story", "check", "write"] {
        assert!(out.contains(&format!("treed {command} {file}")), "{out}");
    }
    home
}

#[test]
fn the_story_passes_the_check_with_nothing_to_say() {
    let home = begun("ferry");
    let ran = home.run("check ferry/story.ron --notes --deny-warnings", "");
    let out = ran.fine();
    assert!(out.contains("2 endings") && out.contains("0 errors, 0 warnings, 0 notes."), "{out}");
}

#[test]
fn the_story_is_played_to_each_of_its_endings() {
    let home = begun("ferry");
    let plays = |script: &str| home.run("--story ferry/story.ron --new --seed 5", script).fine();
    let good = "? the waiting room is dark\nstand\n? nearly in time\nstand\n? sits down on your suitcase\nstroke\n\
                booth\n? could be persuaded\nlabel\ny n y n y n y n y n\n? Under the tray lies the key\nleave\n\
                ? weighs down your pocket\nbooth\n? Still here\nleave\nroom\npier\n? has not bought a ticket\n? Ending: The crossing\n";
    let out = plays(good);
    assert!(out.contains("(not now: It is locked. Ada in the booth has"), "{out}");
    assert!(out.contains("New in your notebook: Labels."), "{out}");
    plays("booth\nlabel\ndecline\n? you get the key\ntaxi\n? five minutes to ten\n? Ending: Home by road\n");
    let endings = home.run("--story ferry/story.ron endings", "").fine();
    assert!(endings.contains("Endings found: 2 of 2"), "{endings}");
}

#[test]
fn the_walkthroughs_of_the_check_end_as_they_say() {
    let home = begun("ferry");
    let all = home.run("check ferry/story.ron --walkthroughs", "").fine();
    // One block for each ending; what the world must answer stands there as a comment.
    for block in all.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let script = block.replace("# label must end in Done", "y y y y y y y y y y");
        let title = if block.starts_with("# crossing") { "The crossing" } else { "Home by road" };
        home.run("--story ferry/story.ron --new", &format!("{script}\n? Ending: {title}\n")).fine();
    }
}

#[test]
fn nothing_is_written_over() {
    let home = begun("ferry");
    home.write("ferry/story.ron", b"mine");
    home.run("new-story ferry", "").fails(
        "treed: there is a story at ferry/story.ron already, and it stays as it is; name another folder",
    );
    assert_eq!(home.read("ferry/story.ron"), "mine");
    home.write("file", b"no folder");
    home.run("new-story file", "").fails_saying(&["treed: cannot write file"]);
    assert_eq!(home.read("file"), "no folder");
}

#[test]
fn two_stories_do_not_share_their_saves() {
    for (folder, id) in
        [("ferry", "ferry"), ("stories/My_Tale.2", "my-tale-2"), ("7", "new-story"), (".", "new-story")]
    {
        let home = Home::new();
        // The folder of the test itself has a name of its own, too.
        home.run(&format!("new-story {folder}"), "").fine();
        let text = home.read(&format!("{folder}/story.ron"));
        if folder != "." {
            assert!(text.contains(&format!("\n    id: \"{id}\",\n")), "{folder}: {text}");
        }
        home.run(&format!("check {folder}/story.ron"), "").fine();
    }
}
