//! The builder of the tests: a story, moves, the expected screen; and a home in which the program runs
//! with saves of its own.

#![allow(dead_code, reason = "each test crate uses a part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use treed::journal::Game;
use treed::shell::{self, terminal::Style};
use treed::story::{self, Source, Story};

/// Resolves a story, or shows its faults.
#[track_caller]
pub fn story(text: &str) -> Story {
    match try_story(text) {
        Ok(story) => story,
        Err(faults) => panic!("the story has faults:\n{faults}"),
    }
}

/// Resolves a story; its faults are drawn.
pub fn try_story(text: &str) -> Result<Story, String> {
    let source = Source::new("test.ron", text.as_bytes().to_vec())?;
    story::load(&source).map_err(|faults| story::diagnostic::draw(&faults, &source.text, &source.name, false))
}

/// One of the small stories of `tests/stories`.
#[track_caller]
pub fn kept(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// A story of these facts and scenes; every scene may use the ending `end`.
pub fn small(facts: &str, scenes: &str) -> String {
    format!(
        r#"#![enable(implicit_some)]
Story(
    id: "small", title: "Small", version: "1", start: "start",
    cast: {{ "owl": (name: "Owl"), "cat": (name: "The Cat", color: Red) }},
    facts: {{ {facts} }},
    scenes: {{
        {scenes}
        "end": (text: "It is over.", ending: "end"),
    }},
    endings: {{ "end": (title: "The end", hint: "Go on.") }},
)"#
    )
}

/// Plays moves in a story and compares whole screens.
#[derive(Debug)]
pub struct Play<'s> {
    pub game: Game<'s>,
}

impl<'s> Play<'s> {
    /// Begins a game with seed 7.
    #[track_caller]
    pub fn new(story: &'s Story) -> Play<'s> {
        Play::seeded(story, 7)
    }

    /// Begins a game.
    #[track_caller]
    pub fn seeded(story: &'s Story, seed: u32) -> Play<'s> {
        Play { game: Game::new(story, seed).expect("the story begins") }
    }

    /// Takes choices by id, parted by spaces.
    #[track_caller]
    pub fn moves(mut self, ids: &str) -> Play<'s> {
        for id in ids.split_whitespace() {
            let choice = self
                .game
                .story()
                .choice_named(self.game.scene(), id)
                .unwrap_or_else(|| panic!("no choice `{id}` here:\n{}", self.text()));
            self.game.choose(choice).unwrap_or_else(|why| panic!("`{id}`: {why}\n{}", self.text()));
        }
        self
    }

    /// Takes a choice that must be refused with these words, and changes nothing.
    #[track_caller]
    pub fn refuses(mut self, id: &str, words: &str) -> Play<'s> {
        let choice = self.game.story().choice_named(self.game.scene(), id).expect("the choice exists");
        let before = (self.game.state().clone(), self.game.entries().to_vec(), self.text());
        let why = self.game.choose(choice).expect_err("the move must be refused").to_string();
        assert_eq!(why, words);
        assert_eq!((self.game.state().clone(), self.game.entries().to_vec(), self.text()), before);
        self
    }

    /// A choice of this id is not to be found here.
    #[track_caller]
    pub fn lacks(self, id: &str) -> Play<'s> {
        assert!(!self.open().iter().any(|open| open == id), "`{id}` is on offer:\n{}", self.text());
        self
    }

    /// The screen as `--plain` shows it, 60 columns wide, without empty lines at its ends.
    pub fn text(&self) -> String {
        let style = Style { width: 60, color: false, plain: true, pictures: true };
        shell::told(&self.game, style).trim_matches('\n').to_owned()
    }

    /// Compares the whole screen.
    #[track_caller]
    pub fn shows(self, expected: &str) -> Play<'s> {
        let expected = dedent(expected);
        let shown = self.text();
        assert!(shown == expected, "expected:\n{expected}\n\nshown:\n{shown}\n");
        self
    }

    /// The first line of the screen.
    pub fn line(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }

    /// Stable names of the choices that are open here, in order.
    pub fn open(&self) -> Vec<String> {
        open(&self.game)
    }
}

/// Stable names of the choices that are open in a game, in order.
pub fn open(game: &Game) -> Vec<String> {
    match game.offer() {
        treed::engine::Offer::Choose(offered) => offered
            .iter()
            .filter(|offered| offered.open)
            .map(|offered| game.story().str(game.story().choice(offered.choice).id).to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

/// Takes away empty lines around a text and the indentation that its lines share.
pub fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The checksum of bech32m, worked out apart from the program (BIP-350).
pub fn bech32m(letters: &str) -> String {
    const ALPHABET: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const PARTS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let mut sum = 1u32;
    for value in letters.chars().map(|c| ALPHABET.find(c).unwrap() as u32).chain([0; 6]) {
        let top = sum >> 25;
        sum = ((sum & 0x1ff_ffff) << 5) ^ value;
        for (i, part) in PARTS.iter().enumerate() {
            if (top >> i) & 1 == 1 {
                sum ^= part;
            }
        }
    }
    sum ^= 0x2bc8_30a3;
    (0..6).rev().map(|i| char::from(ALPHABET.as_bytes()[((sum >> (5 * i)) & 31) as usize])).collect()
}

/// A folder of its own in which the program runs: stories, saves.
#[derive(Debug)]
pub struct Home {
    folder: tempfile::TempDir,
}

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Home {
        Home { folder: tempfile::tempdir().expect("a folder for the test") }
    }

    /// A home with a story in it, as `story.ron`.
    pub fn with_story(text: &str) -> Home {
        let home = Home::new();
        home.write("story.ron", text.as_bytes());
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is created");
        std::fs::write(path, bytes).expect("the file is written");
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// The program in this home, with its saves in `saves`, and nothing of the tester's environment that
    /// it would look at.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treed"));
        command.current_dir(self.folder.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TREED_SAVES", "COLUMNS"] {
            command.env_remove(name);
        }
        command.env("HOME", self.folder.path()).env("TREED_SAVES", self.path("saves"));
        command
    }

    /// Runs the program with a script in a pipe; arguments are parted by spaces.
    #[track_caller]
    pub fn run(&self, arguments: &str, script: &str) -> Ran {
        let mut command = self.command();
        command.args(arguments.split_whitespace());
        finish(command, script)
    }

    /// As [`Home::run`], with the story `story.ron` of this home.
    #[track_caller]
    pub fn play(&self, arguments: &str, script: &str) -> Ran {
        self.run(&format!("--story story.ron {arguments}"), script)
    }

    /// As [`Home::play`], and the program must be content.
    #[track_caller]
    pub fn plays(&self, arguments: &str, script: &str) -> String {
        self.play(arguments, script).fine()
    }
}

/// Runs a command with a script in a pipe.
#[track_caller]
pub fn finish(mut command: Command, script: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Who stops early does not read its script to the end.
    let _ = child.stdin.take().expect("a pipe").write_all(script.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Ran {
        code: output.status.code().expect("no signal ends the program"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

impl Ran {
    /// Exit code 0 and nothing to complain of; the output.
    #[track_caller]
    pub fn fine(self) -> String {
        assert_eq!((self.code, &*self.err), (0, ""), "output:\n{}", self.out);
        self.out
    }

    /// Exit code 1 and exactly this on standard error.
    #[track_caller]
    pub fn fails(self, message: &str) -> Ran {
        assert_eq!((self.code, self.err.trim_end()), (1, message), "output:\n{}", self.out);
        self
    }

    /// Exit code 1 and one message that says all of these; no panic, no control characters.
    #[track_caller]
    pub fn fails_saying(self, words: &[&str]) -> Ran {
        assert_eq!(self.code, 1, "{self:?}");
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for words in words {
            assert!(self.err.contains(words), "no `{words}` in:\n{}", self.err);
        }
        self.harmless()
    }

    /// Neither output nor messages hold a character that a terminal must not get.
    #[track_caller]
    pub fn harmless(self) -> Ran {
        for text in [&self.out, &self.err] {
            let hostile = text.chars().find(|c| treed::text::is_hostile(*c));
            assert_eq!(hostile, None, "in {text:?}");
        }
        self
    }
}

/// A shell command in a terminal of its own, in a home; `treed` in it is the program with the home's saves.
#[cfg(unix)]
pub fn in_terminal(
    home: &Home,
    columns: u16,
    settings: &[(&str, &str)],
    command: &str,
) -> expectrl::session::OsSession {
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
    let mut session = expectrl::Session::spawn(shell).expect("a terminal");
    session.set_expect_timeout(Some(std::time::Duration::from_secs(60)));
    session.get_process_mut().set_window_size(columns, 40).expect("a width");
    expectrl::Expect::send_line(&mut session, "").expect("the shell is told to go on");
    session
}

/// Waits until a program in a terminal has printed this; what it prints is added to what was seen.
#[cfg(unix)]
#[track_caller]
pub fn wait_for(session: &mut expectrl::session::OsSession, words: &str, seen: &mut String) {
    match expectrl::Expect::expect(session, words) {
        Ok(found) => seen.push_str(&String::from_utf8_lossy(found.as_bytes())),
        Err(why) => panic!("no `{words}` ({why}) after:\n{seen}"),
    }
}
