//! What the journal costs: a save after a move, a long save loaded, a full gallery opened.
//!
//! `cargo bench --bench journal`. Targets: a save without the sync under 2 ms at 1,000 moves; a save of
//! 10,000 moves loaded in under 50 ms, and in ten times the time of one of 1,000; `treed endings` with fifty
//! slots and a thousand runs in under 50 ms, the start of the program included.
#![allow(clippy::expect_used, reason = "a bench that cannot measure must stop")]

mod support;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::full::{self, RUNS, SLOTS};
use support::rooms::{Random, as_story, rooms};
use support::{bound, fastest, head, row, side_by_side};
use treed::engine::Offer;
use treed::journal::Game;
use treed::journal::save::Save;
use treed::journal::store::Store;
use treed::shell::place;
use treed::story::{self, Source, Story};

fn main() {
    let source = Source::new("bench.ron", as_story(&rooms()).into_bytes()).expect("text");
    let rooms = story::load(&source).expect("the generated story");
    let folder = tempfile::tempdir().expect("a folder for saves");
    long_games(&rooms, folder.path());
    full_folder(folder.path());
}

fn long_games(story: &Story, folder: &Path) {
    let store = Store::new(folder, story);
    let _lock = store.lock("long").expect("a slot");
    let mut game = Game::new(story, 1).expect("it begins");
    let mut random = Random(99);
    let mut moves = |game: &mut Game, count: usize| {
        while game.entries().len() < count {
            let Offer::Choose(offered) = game.offer() else { break };
            game.choose(offered[random.pick(offered.len())].choice).expect("on offer");
        }
        assert_eq!(game.entries().len(), count);
    };
    let write = |game: &Game, slot: &str| {
        store.save(slot, &Save::of(game, place(game), Duration::ZERO, 0), false).expect("it is written");
    };
    head("journal: saves of the generated story, best of 20 turns");
    moves(&mut game, 1000);
    write(&game, "short");
    let times = (0..20).map(|_| timed(|| write(&game, "long")));
    bound("save at 1,000 moves, without the sync", fastest(times.collect()), Duration::from_millis(2));
    moves(&mut game, 10_000);
    write(&game, "long");
    let load = |slot: &str| {
        let save = store.load(slot).expect("it is there");
        let (game, stopped) = save.game(story).expect("it is of this story");
        assert!(stopped.is_none() && save.intact);
        black_box(game.entries().len())
    };
    let compared = side_by_side(
        20,
        || {
            load("long");
        },
        || {
            for _ in 0..10 {
                load("short");
            }
        },
    );
    bound("load of 10,000 moves", compared.ours, Duration::from_millis(50));
    row("a move of it / of a load of 1,000 moves", &compared.part(10_000), 1.3);
}

fn full_folder(folder: &Path) {
    let story = story::load(&Source::built_in()).expect("the built-in story");
    let store = Store::new(folder, &story);
    full::fill(&story, &store);
    let gallery = store.gallery().expect("it was kept");
    let (found, all) = (gallery.endings.len(), story.endings.len());
    head(&format!("gallery: {SLOTS} slots, {RUNS} runs, {found} of {all} endings, best of 40 turns"));
    for command in ["endings", "notebook", "saves"] {
        let times = (0..40).map(|_| {
            timed(|| {
                let status = Command::new(env!("CARGO_BIN_EXE_treed"))
                    .args([command, "--saves"])
                    .arg(folder)
                    .stdout(Stdio::null())
                    .status()
                    .expect("the program starts");
                assert!(status.success());
            })
        });
        let what = format!("`treed {command}`, from its start to its end");
        bound(&what, fastest(times.collect()), Duration::from_millis(50));
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let from = Instant::now();
    work();
    from.elapsed()
}
