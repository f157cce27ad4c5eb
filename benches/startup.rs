//! From the start of the program until its first screen is there, against a program that only parses the
//! same story with ron; the peak memory of a game; and a proof that should take no longer than a start.
//!
//! `cargo bench --bench startup`. Targets: at most 1.3 times, whatever is kept in the folder of saves; under
//! 16 MiB; a rare ending settled within twice the program's own start.
#![allow(clippy::expect_used, reason = "a bench that cannot measure must stop")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use support::{Compared, full, head, row};
use treed::engine::Offer;
use treed::journal::store::Store;
use treed::journal::{Entry, Game};
use treed::shell::terminal::Style;
use treed::story::{self, Source, Story, written};

const ONLY_PARSE: &str = "only-parse";

fn main() {
    // The other program is this one, asked for something else.
    if std::env::args().nth(1).is_some_and(|argument| argument == ONLY_PARSE) {
        let source = Source::built_in();
        let story = ron::from_str::<written::Story>(&source.text).expect("the built-in story");
        println!("{}", story.scenes.0.len());
        return;
    }
    let story = story::load(&Source::built_in()).expect("the built-in story");
    let (empty, full) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    full::fill(&story, &Store::new(full.path(), &story));
    head("startup: embedded story, piped `quit`, best of 80 turns");
    first_prompt(&story, empty.path(), "to the first prompt / only parsing");
    first_prompt(&story, full.path(), "the same, 50 slots and 1,000 runs kept");
    memory();
    rare_ending();
}

/// A story with an ending that a random player meets once in 2^20 games is proved, against the start of the
/// program with it.
fn rare_ending() {
    use std::fmt::Write as _;
    let mut text = String::from(
        "#![enable(implicit_some)]\nStory(id: \"rare\", title: \"Rare\", version: \"1\", start: \"s0\", scenes: {",
    );
    for i in 0..20 {
        let next = if i == 19 { "found".to_owned() } else { format!("s{}", i + 1) };
        let _ = write!(
            text,
            "\"s{i}\": (text: \"Left or right?\", choices: [(id: \"left\", label: \"Left\", to: \"lost\"), (id: \"right\", label: \"Right\", to: \"{next}\")]),"
        );
    }
    text.push_str(
        "\"lost\": (text: \"Lost.\", ending: \"lost\"), \"found\": (text: \"Found.\", ending: \"found\")}, endings: {\"lost\": (title: \"Lost\", hint: \"L\"), \"found\": (title: \"Found\", hint: \"F\")})",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rare.ron");
    std::fs::write(&file, text).expect("it is written");
    let run = |arguments: &[&str]| {
        let from = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_treed"))
            .args(arguments)
            .arg(&file)
            .env("TREED_SAVES", folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        (from.elapsed(), told)
    };
    let (_, told) = run(&["check"]);
    assert!(told.contains("1 in 1,048,576"), "{told}");
    let (check, start) =
        (0..40).map(|_| (run(&["check"]).0, run(&["--new", "--plain", "--story"]).0)).unzip();
    head("proof of a story with an ending met once in 2^20 games, best of 40 turns");
    row("`treed check` / `treed --story`, to the end", &Compared::of(check, start), 2.0);
}

fn first_prompt(story: &Story, saves: &Path, what: &str) {
    let this = std::env::current_exe().expect("this program");
    let mut parse = Command::new(this);
    parse.arg(ONLY_PARSE);
    let first = Game::new(story, 1).expect("it begins");
    let first = treed::shell::told(&first, Style { width: 80, color: false, plain: true, pictures: true });
    let last_line = first.lines().last().expect("a line").to_owned();
    let scenes = story.scenes.len().to_string();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..81 {
        // A slot of its own: to write over an older save would measure the disk.
        let slot = format!("round-{round}");
        let mut game = Command::new(env!("CARGO_BIN_EXE_treed"));
        game.args(["--new", "--plain", "--seed", "1", "--slot", &slot, "--saves"]).arg(saves);
        game.stderr(Stdio::null());
        let work = [(&mut game, &last_line), (&mut parse, &scenes)];
        for ((command, awaited), times) in work.into_iter().zip(&mut times) {
            let from = Instant::now();
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
            child.stdin.take().expect("a pipe").write_all(b"quit\n").ok();
            let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
            let mut lines = lines.map_while(Result::ok);
            assert!(lines.any(|line| line == *awaited), "`{awaited}` is printed");
            if round > 0 {
                times.push(from.elapsed());
            }
            lines.for_each(drop);
            assert!(child.wait().expect("it ends").success());
        }
        std::fs::remove_file(saves.join(story.str(story.id)).join(format!("{slot}.ron"))).ok();
    }
    let [ours, bare] = times;
    row(what, &Compared::of(ours, bare), 1.3);
}

/// A game at random, as a script.
fn script() -> String {
    let source = Source::built_in();
    let story = story::load(&source).expect("the built-in story");
    let mut longest = String::new();
    let mut most = 0;
    for seed in 1..40u32 {
        let mut game = Game::new(&story, seed).expect("it begins");
        let mut random = seed;
        let mut moves = 0;
        let mut text = String::new();
        while moves < 80 {
            match game.offer() {
                Offer::Choose(offered) => {
                    let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let choice = open[(random >> 16) as usize % open.len()].choice;
                    let id = story.str(story.choice(choice).id).to_owned();
                    game.choose(choice).expect("on offer");
                    text.push_str(&id);
                    text.push('\n');
                }
                Offer::Exercise(_) => {
                    game.decline().expect("it can be declined");
                    text.push_str("decline\n");
                }
                Offer::World(_) | Offer::End(_) => break,
            }
            moves += 1;
        }
        let experiments = game.entries().iter().filter(|entry| matches!(entry, Entry::World(..))).count();
        if experiments * 100 + moves > most {
            most = experiments * 100 + moves;
            longest = format!("# {seed}\n{text}");
        }
    }
    longest
}

fn memory() {
    let script = script();
    let seed = script.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or("1").to_owned();
    let saves = tempfile::tempdir().expect("a folder for saves");
    let mut child = Command::new(env!("CARGO_BIN_EXE_treed"))
        .args(["--new", "--plain", "--seed", &seed])
        .env("TREED_SAVES", saves.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let stdout = child.stdout.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        stdin.write_all(script.as_bytes()).expect("the script is taken");
        stdin.write_all(b"log\n").expect("the script is taken");
        (stdin, script.lines().count() - 1)
    });
    // The log is printed after everything else was played.
    let told = BufReader::new(stdout).lines().map_while(Result::ok).find(|line| line.starts_with("Seed "));
    let (stdin, moves) = writer.join().expect("the script was written");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    drop(stdin);
    child.wait().expect("it ends");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(str::trim);
    let mib =
        peak.and_then(|peak| peak.trim_end_matches(" kB").trim().parse::<f64>().ok()).map(|kib| kib / 1024.0);
    match (told, mib) {
        (Some(told), Some(mib)) => println!(
            "{:<46} {:>8.1} MiB {:>30}: {}",
            format!("peak memory of a game of {moves} lines ({})", told.trim_end_matches('.')),
            mib,
            "under 16",
            if mib < 16.0 { "held" } else { "MISSED" }
        ),
        _ => println!("peak memory: not measured on this system"),
    }
}
