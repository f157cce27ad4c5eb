//! What fits the program into a system: manual pages, completions, exit codes, streams, any folder.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::Home;

#[test]
fn the_manual_names_every_command_of_the_program_and_of_the_game() {
    let home = Home::new();
    let page = home.run("man", "").fine();
    for part in
        [".TH treed", "treed\\-replay", "COMMANDS OF THE GAME", "undo [N]", "EXIT STATUS", "TREED_SAVES"]
    {
        assert!(page.contains(part), "no `{part}` in:\n{page}");
    }
    for command in treed::shell::commands::COMMANDS {
        assert!(page.contains(command.about), "no `{}`", command.names[0]);
    }
    let check = home.run("man check", "").fine();
    assert!(check.contains("\\-\\-budget"), "{check}");
    home.run("man chekc", "").fails("treed: there is no command `chekc`; do you mean `check`?");
}

#[test]
fn shells_get_completions_of_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.run(&format!("completions {shell}"), "").fine();
        assert!(script.contains("replay") && script.contains("saves"), "{shell}");
    }
    assert_eq!(home.run("completions tcsh", "").code, 2);
}

#[test]
fn the_story_goes_to_standard_output_and_messages_to_standard_error() {
    // An empty folder with nothing of ours in it: the story is in the program.
    let home = Home::new();
    let ran = home.run("--new", "1\nxyzzy\n");
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Page one") && !ran.out.contains("line 2"), "{}", ran.out);
    assert!(ran.err.starts_with("treed: line 2:") && ran.err.lines().count() == 1, "{}", ran.err);
    let usage = home.run("--no-such-flag", "");
    assert_eq!((usage.code, &*usage.out), (2, ""));
    let version = home.run("--version", "").fine();
    assert_eq!(version.trim(), concat!("treed ", env!("CARGO_PKG_VERSION")));
}

#[cfg(unix)]
#[test]
fn an_interrupted_proof_says_so_and_is_not_called_sound() {
    use std::process::{Command, Stdio};
    let child = Command::new(env!("CARGO_BIN_EXE_treed"))
        .arg("check")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(std::time::Duration::from_secs(1));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("`kill` runs");
    assert!(sent.success());
    let ended = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{told}");
    assert!(told.contains("interrupted"), "{told}");
    assert!(!told.contains("no real game was found"), "{told}");
}

#[cfg(unix)]
#[test]
fn plain_output_draws_nothing_again_and_paints_nothing_on_standard_error_either() {
    let home = Home::new();
    home.write("bad.ron", support::small("", "\"start\": (text: \"\"),").as_bytes());
    // A bar is drawn after a second.
    for (arguments, words) in
        [("check bad.ron --plain", "error[T017]"), ("lab crowd --seeds 150 --plain", "MajorityClass")]
    {
        let mut session = support::in_terminal(&home, 80, &[], &format!("treed {arguments}"));
        let seen = expectrl::Expect::expect(&mut session, expectrl::Eof).expect("it ends");
        let seen = String::from_utf8_lossy(seen.as_bytes()).into_owned();
        assert!(seen.contains(words) && !seen.contains('\u{1b}') && !seen.contains("to go"), "{seen:?}");
    }
}

#[cfg(unix)]
#[test]
fn help_and_notebook_keep_within_a_narrow_terminal() {
    for columns in [40u16, 60] {
        let home = Home::with_story(&support::kept("lamp.ron"));
        let mut session = support::in_terminal(&home, columns, &[], "treed --story story.ron --plain");
        let mut seen = String::new();
        for line in ["help\n", "notebook\n", "quit\n"] {
            support::wait_for(&mut session, "> ", &mut seen);
            expectrl::Expect::send(&mut session, line).expect("the line is sent");
        }
        support::wait_for(&mut session, "Saved.", &mut seen);
        assert!(seen.contains("  settings [NAME VALUE]\r\n") && seen.contains("Notebook: 0 of 1"), "{seen}");
        let widest = seen.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(widest <= Some(usize::from(columns)), "{columns} columns, {widest:?}:\n{seen}");
    }
}
