//! Files and lines of strangers: whatever they hold, the program answers, soon, in bounded memory, with
//! nothing that a terminal must not get, and writes nowhere else than into the folder of saves.
//!
//! `TREED_FUZZ=1000000 cargo test --test fuzz strangers -- --nocapture` runs so many cases instead of a
//! thousand and counts them; `TREED_FUZZ_SEED` gives others; `TREED_FUZZ_CASE` runs one alone,
//! `TREED_FUZZ_KIND=code` only those that are share codes (of a hundred, seven). A case that fails is kept in
//! `target/fuzz`.
//!
//! Memory is counted by the test's allocator: the most that was held during a case beyond what was held
//! before it. Nothing else runs meanwhile, so the tests of this file take turns.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod fuzz_support;
mod support;

use fuzz_support::{Dice, changed, changed_code, line};
use peak_alloc::PeakAlloc;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use support::kept;
use treed::engine::{Offer, ShownChoice};
use treed::journal::code;
use treed::journal::edited::{Fit, fit};
use treed::journal::gallery::Gallery;
use treed::journal::save::Save;
use treed::journal::store::Store;
use treed::journal::{Entry, Game};
use treed::shell::terminal::Style;
use treed::shell::{found, listing, place, told, understand};
use treed::story::diagnostic::{Code, EXAMPLES, Example, draw, draw_within};
use treed::story::{Diagnostic, Source, Span, Story, load};
use treed::text::{is_hostile, visible};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Most memory that a case may hold: so much, and so much again for each byte of the input.
const MOST_BYTES: usize = 16 << 20;
const MOST_FOR_A_BYTE: usize = 48;
/// Longest that a case may take.
const LONGEST: Duration = Duration::from_secs(1);

const PLAIN: Style = Style { width: 60, color: false, plain: true, pictures: false };
const BOXED: Style = Style { width: 72, color: false, plain: false, pictures: true };

fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|failed| failed.into_inner())
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|n| n.parse().expect("a number"))
}

#[track_caller]
fn harmless(what: &str, text: &str) {
    if let Some(hostile) = text.chars().find(|c| is_hostile(*c)) {
        panic!("{what} holds U+{:04X}: {text:?}", u32::from(hostile));
    }
}

/// A refusal has a reason, and the reason is harmless.
#[track_caller]
fn refused(what: &str, why: &str) -> &'static str {
    assert!(why.len() > 5, "{what} is refused without a reason");
    assert!(why.len() < 2000, "{what} is refused at length: {} bytes", why.len());
    harmless(what, why);
    "refused"
}

/// A text with a right checksum.
fn sealed(bytes: Vec<u8>) -> Vec<u8> {
    let Ok(text) = String::from_utf8(bytes) else { return Vec::new() };
    let body = text.rsplit_once("// checksum ").map_or(&*text, |(body, _)| body);
    format!("{body}// checksum {:016x}\n", xxhash_rust::xxh3::xxh3_64(body.as_bytes())).into_bytes()
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/saves").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Stories, and real files of each kind.
struct World {
    lamp: Story,
    labs: Story,
    saves: Vec<String>,
    galleries: Vec<String>,
    stories: Vec<String>,
    shipped: String,
    /// Share codes: of the lamp, of the labs, of the game's own story.
    codes: Vec<String>,
    own: Story,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let lamp = support::story(&kept("lamp.ron"));
        let mut game = Game::new(&lamp, 4).unwrap();
        for id in ["light", "stairs", "down", "blow"].repeat(30) {
            game.choose(lamp.choice_named(game.scene(), id).unwrap()).unwrap();
        }
        game.undo();
        game.undo();
        let long = Save::of(&game, place(&game), Duration::from_secs(99), 1_700_000_000).to_text();
        let (labs, own) = (support::story(&kept("labs.ron")), load(&Source::built_in()).unwrap());
        let worked = Save::from_bytes(fixture("format-1-labs.ron").as_bytes()).unwrap();
        let mut codes = vec![
            code::encode(&lamp, 4, &game.entries()[..7]).unwrap(),
            code::encode(&labs, worked.seed, &worked.moves).unwrap(),
        ];
        for length in [0, 4, 9, 14] {
            codes.push(code::encode(&own, 7, &wander(&own, 7, length)).unwrap());
        }
        let mut stories = vec![kept("lamp.ron"), kept("labs.ron")];
        stories.extend(
            EXAMPLES
                .iter()
                .flat_map(|example| [Example::story(example.failing), Example::story(example.passing)]),
        );
        World {
            lamp,
            labs,
            codes,
            own,
            saves: vec![fixture("format-1.ron"), long, fixture("format-1-labs.ron")],
            galleries: vec![fixture("format-1-gallery.ron"), fixture("format-1-gallery-first.ron")],
            stories,
            shipped: Source::built_in().text.into_owned(),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// The story that a save is of.
    fn story_of(&self, id: &str) -> &Story {
        if id == "labs" { &self.labs } else { &self.lamp }
    }
}

/// One input, and what it is read as.
#[derive(Clone, Debug)]
enum Case {
    Save(Vec<u8>),
    Gallery(Vec<u8>),
    Story(Vec<u8>, u64),
    Drawing(Vec<u8>, u64),
    Line(String, u64),
    Name(String),
    Code(String, u64),
}

impl Case {
    fn make(world: &World, seed: u64, case: u64) -> Case {
        let dice = &mut Dice::new(seed, case);
        let kind = dice.below(100);
        let noise = dice.one_in(25);
        let seal = dice.one_in(2);
        let pick = |dice: &mut Dice, files: &[String]| files[dice.below(files.len())].clone();
        let of = |dice: &mut Dice, file: &str, other: &str| {
            let bytes = if noise { dice.bytes(400) } else { changed(dice, file, other) };
            if seal && kind < 51 { sealed(bytes) } else { bytes }
        };
        match kind {
            0..36 => {
                // The one with experiments costs more: less often.
                let file = if dice.one_in(12) { &world.saves[2] } else { &world.saves[dice.below(2)] };
                let other = pick(dice, &world.saves);
                Case::Save(of(dice, file, &other))
            }
            36..51 => {
                let (file, other) = (pick(dice, &world.galleries), pick(dice, &world.saves));
                Case::Gallery(of(dice, &file, &other))
            }
            51..75 => {
                let other = pick(dice, &world.stories);
                let file = match dice.below(150) {
                    0 => world.shipped.clone(),
                    1..60 => world.stories[0].clone(),
                    60..66 => world.stories[1].clone(),
                    _ => pick(dice, &world.stories),
                };
                let bytes = of(dice, &file, &other);
                Case::Story(bytes, dice.next())
            }
            75..82 => {
                let file = pick(dice, &world.stories);
                let bytes = of(dice, &file, &file);
                Case::Drawing(bytes, dice.next())
            }
            82..89 => {
                let words =
                    ["light", "lamp", "climb the stairs", "undo", "save", "load", "what is dust", "1", "0"];
                let more = ["up", "3 left", "uu r", "hover", "c", "n", "decline", "h u d l r"];
                let words: Vec<&str> = words.into_iter().chain(more).collect();
                Case::Line(line(dice, &words), dice.next())
            }
            89..93 => {
                let words =
                    ["autosave", "gallery", ".treed.autosave.x", ".autosave.lock", "CON", "aux", "kept-2"];
                Case::Name(line(dice, &words))
            }
            _ => {
                let (typed, other) = (pick(dice, &world.codes), pick(dice, &world.codes));
                let text =
                    if noise { line(dice, &[&typed, &other]) } else { changed_code(dice, &typed, &other) };
                Case::Code(text, dice.next())
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Case::Save(_) => "save",
            Case::Gallery(_) => "gallery",
            Case::Story(..) => "story",
            Case::Drawing(..) => "drawing",
            Case::Line(..) => "line",
            Case::Name(_) => "name",
            Case::Code(..) => "code",
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Case::Save(bytes) | Case::Gallery(bytes) | Case::Story(bytes, _) | Case::Drawing(bytes, _) => {
                bytes
            }
            Case::Line(text, _) | Case::Name(text) | Case::Code(text, _) => text.as_bytes(),
        }
    }

    /// Does with it what the program does; says what came of it.
    fn run(&self, world: &World) -> &'static str {
        match self {
            Case::Save(bytes) => save(world, bytes),
            Case::Gallery(bytes) => gallery(world, bytes),
            Case::Story(bytes, dice) => story(world, bytes, &mut Dice::new(*dice, 0)),
            Case::Drawing(bytes, dice) => drawing(bytes, &mut Dice::new(*dice, 0)),
            Case::Line(text, dice) => typed(world, text, &mut Dice::new(*dice, 0)),
            Case::Name(name) => named(world, name),
            Case::Code(text, dice) => shared(world, text, &mut Dice::new(*dice, 0)),
        }
    }
}

/// The first so many moves of a story: what is on offer in turn, experiments as they answer, work by hand declined.
fn wander(story: &Story, seed: u32, length: usize) -> Vec<Entry> {
    let mut game = Game::new(story, seed).unwrap();
    while game.turns() < length {
        match game.offer() {
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                game.choose(open[game.turns() % open.len()].choice).unwrap();
            }
            Offer::Exercise(_) => game.decline().unwrap(),
            Offer::World(_) | Offer::End(_) => break,
        }
    }
    game.entries().to_vec()
}

fn save(world: &World, bytes: &[u8]) -> &'static str {
    let save = match Save::from_bytes(bytes) {
        Ok(save) => save,
        Err(bad) => return refused("a save", &bad.to_string()),
    };
    for text in [&save.story, &save.title, &save.version, &save.at] {
        harmless("a save", text);
    }
    // What was read is written and read again as the same.
    let again = Save::from_bytes(save.to_text().as_bytes()).expect("what is written can be read");
    assert_eq!(Save { intact: save.intact, sealed: save.sealed, ..again }, save);
    let (game, stopped) = match save.game(world.story_of(&save.story)) {
        Ok(played) => played,
        Err(bad) => return refused("a save", &bad.to_string()),
    };
    let at = place(&game);
    harmless("the place", &at);
    harmless("the screen", &told(&game, PLAIN));
    harmless("the log", &listing::log(&game, BOXED).expect("a game that was played can be listed"));
    assert!(game.entries().len() >= stopped.as_ref().map_or(save.moves.len(), |(at, _)| *at));
    match fit(&save, &game, &at, stopped.as_ref()) {
        Fit::Whole => "loaded",
        Fit::Elsewhere(told) | Fit::Stopped(told) => {
            harmless("what does not fit", &told);
            assert!(told.len() > 40);
            if save.intact { "loaded in part" } else { "loaded in part, unsealed" }
        }
    }
}

fn gallery(world: &World, bytes: &[u8]) -> &'static str {
    let (gallery, _) = match Gallery::from_bytes(bytes) {
        Ok(found) => found,
        Err(bad) => return refused("a gallery", &bad.to_string()),
    };
    let story = &world.lamp;
    let read = |gallery: &Gallery| {
        let text = gallery.to_text(story);
        Gallery::from_bytes(text.as_bytes()).unwrap_or_else(|bad| panic!("{bad}: {text}"))
    };
    let (once, intact) = read(&gallery);
    assert!(intact);
    assert_eq!(read(&once).0, once);
    for style in [PLAIN, BOXED] {
        harmless("the endings", &found::endings(story, &gallery, style, 1_800_000_000));
        harmless("the pages", &listing::pages(story, &gallery, style));
        if let Ok(page) = listing::page(story, &gallery, "dust", 1, style) {
            harmless("a page", &page);
        }
    }
    harmless("the list for programs", &found::json(story, &gallery).to_string());
    for reached in &gallery.endings {
        for run in [&reached.first, &reached.shortest] {
            let (game, _) = Game::replay(story, run.seed, &run.moves).expect("it begins");
            harmless("a replay", &told(&game, PLAIN));
        }
    }
    "loaded"
}

fn story(world: &World, bytes: &[u8], dice: &mut Dice) -> &'static str {
    let source = match Source::new("a.ron", bytes.to_vec()) {
        Ok(source) => source,
        Err(why) => return refused("a story", &why),
    };
    let story = match load(&source) {
        Ok(story) => story,
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a complaint");
            let drawn = draw(&faults, &source.text, &source.name, false);
            harmless("the drawing", &drawn);
            assert!(drawn.len() < 400_000, "{} bytes of complaints", drawn.len());
            draw(&faults, &source.text, &source.name, true);
            return "refused";
        }
    };
    harmless("a warning", &draw(&story.warnings, &source.text, &source.name, false));
    let more: Vec<Diagnostic> =
        treed::proof::check(&story).into_iter().chain(understand::shadowed(&story)).collect();
    harmless("a complaint", &draw(&more, &source.text, &source.name, false));
    let base = world.folder.path();
    let store = Store::new(base, &story);
    assert_eq!(store.folder().parent(), Some(base), "the folder of saves is left");
    assert_eq!(store.folder().components().count(), base.components().count() + 1);
    let Ok(mut game) = Game::new(&story, dice.below(1 << 25) as u32) else { return "cannot begin" };
    for _ in 0..8 {
        for style in [PLAIN, BOXED] {
            harmless("the screen", &told(&game, style));
        }
        harmless("the place", &place(&game));
        match game.offer() {
            Offer::Choose(offered) => {
                let open: Vec<_> = offered.iter().filter(|offered| offered.open).collect();
                if open.is_empty() {
                    return "stuck";
                }
                let choice = open[dice.below(open.len())].choice;
                if let Err(why) = game.choose(choice) {
                    harmless("a refusal", &why.to_string());
                    return "played to a fault";
                }
            }
            Offer::Exercise(_) if dice.one_in(2) => {
                let _ = game.type_line(dice.pick(&["u", "3 l", "c", "n", "h"]));
            }
            Offer::Exercise(_) => {
                let _ = game.decline();
            }
            Offer::World(_) | Offer::End(_) => break,
        }
    }
    let read = Save::from_bytes(Save::of(&game, place(&game), Duration::ZERO, 0).to_text().as_bytes());
    assert!(read.is_ok_and(|save| save.intact && save.moves == game.entries()), "it can be saved");
    "played"
}

/// The drawing of complaints, at places that may not even exist.
fn drawing(bytes: &[u8], dice: &mut Dice) -> &'static str {
    let text = String::from_utf8_lossy(bytes);
    let anywhere = |dice: &mut Dice| {
        let at = |dice: &mut Dice| match dice.below(8) {
            0 => u32::MAX,
            1 => text.len() as u32,
            2 => (text.len() + dice.below(9)) as u32,
            _ => dice.below(text.len() + 1) as u32,
        };
        let (start, end) = (at(dice), at(dice));
        Span { start, end: if dice.one_in(3) { end } else { start.saturating_add(dice.below(30) as u32) } }
    };
    let complaints: Vec<Diagnostic> = (0..1 + dice.below(4))
        .map(|_| {
            let code = Code::ALL[dice.below(Code::ALL.len())];
            let mut complaint = Diagnostic::new(code, anywhere(dice), line(dice, &["there is no `x`"]));
            complaint.label = visible(&line(dice, &["here"])).into_owned();
            complaint.help = dice.one_in(2).then(|| line(dice, &["did you mean `y`?"]));
            complaint.other =
                dice.one_in(2).then(|| (anywhere(dice), visible(&line(dice, &["there"])).into_owned()));
            complaint.witness = dice.one_in(2).then(|| vec!["light".to_owned(); dice.below(4)]);
            complaint
        })
        .collect();
    harmless("the drawing", &draw(&complaints, &text, "a.ron", false));
    draw(&complaints, &text, "a.ron", true);
    harmless("a narrow drawing", &draw_within(40, &complaints, &text, "a.ron", false));
    "drawn"
}

/// A line as it comes to the shell: hostile characters are replaced where it is read.
fn typed(world: &World, text: &str, dice: &mut Dice) -> &'static str {
    let text = visible(text).replace('\n', " ");
    let (story, way): (&Story, &[&str]) = match dice.below(4) {
        0 => (&world.labs, &["fly"]),
        1 => (&world.lamp, &["light", "stairs"]),
        _ => (&world.lamp, &[]),
    };
    let mut game = Game::new(story, 3).expect("it begins");
    for id in way {
        game.choose(story.choice_named(game.scene(), id).unwrap()).unwrap();
    }
    if let Offer::Exercise(_) = game.offer() {
        return match game.type_line(&text) {
            Ok(accepted) => {
                harmless("what the exercise says", &accepted.says.join(" "));
                harmless("the screen", &told(&game, PLAIN));
                harmless("the log", &listing::log(&game, BOXED).unwrap());
                "taken"
            }
            Err(why) => refused("a line", &why.to_string()),
        };
    }
    let choices: Vec<ShownChoice<'static>> =
        game.screen().scene.choices.into_iter().map(ShownChoice::into_owned).collect();
    let meant = format!("{:?}", understand::understand(story, &choices, &text));
    let term = listing::page(story, &Gallery::default(), &text, 1, BOXED);
    harmless("an answer", &term.unwrap_or_else(|why| why));
    if meant.starts_with("Choice") { "understood" } else { "asked back" }
}

/// A code: it is refused, or played as it says.
fn shared(world: &World, text: &str, dice: &mut Dice) -> &'static str {
    let _ = code::looks_like(text);
    let mut first = None;
    for story in [&world.lamp, &world.labs, &world.own] {
        match code::decode(story, text) {
            Ok(shared) => first = Some((story, shared)),
            Err(bad) => {
                refused("a code", &bad.to_string());
            }
        }
    }
    let Some((story, mut shared)) = first else { return "refused" };
    assert!(code::is_code(text));
    // Its own code says the same: of a line's end only as much as a code keeps.
    let again = code::encode(story, shared.seed, &shared.entries).expect("what was read can be written");
    let again = code::decode(story, &again).expect("what was written can be read");
    assert_eq!((again.seed, &again.entries), (shared.seed, &shared.entries));
    // To measure is what costs.
    let measured = dice.one_in(8) && code::measure(story, &mut shared).expect("it can be played").all > 0;
    let (game, stopped) = Game::replay(story, shared.seed, &shared.entries).expect("it begins");
    assert!(stopped.is_none(), "{stopped:?}");
    harmless("the screen", &told(&game, PLAIN));
    harmless("the log", &listing::log(&game, BOXED).expect("it can be listed"));
    if measured { "played and measured" } else { "played" }
}

/// A name for a save: it is refused, or the file lies in the story's folder.
fn named(world: &World, name: &str) -> &'static str {
    let base = world.folder.path().join("below").join("saves");
    let store = Store::new(&base, &world.lamp);
    let game = Game::new(&world.lamp, 1).expect("it begins");
    let save = Save::of(&game, place(&game), Duration::ZERO, 0);
    let came = match store.save(name, &save, false) {
        Ok(()) => {
            assert!(store.folder().join(format!("{name}.ron")).is_file());
            store.load(name).expect("what was saved can be loaded");
            std::fs::remove_file(store.folder().join(format!("{name}.ron"))).expect("it is there");
            "kept"
        }
        Err(failed) => refused("a name", &failed.to_string()),
    };
    for outer in [&base, &world.folder.path().join("below"), &world.folder.path().to_path_buf()] {
        let entries = std::fs::read_dir(outer).map_or(0, Iterator::count);
        assert!(entries <= 1, "something was written into {}", outer.display());
    }
    came
}

/// Runs a case and watches it; the most memory that it held.
fn watched(world: &World, case: &Case, id: &str) -> (&'static str, Duration, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let from = Instant::now();
    let came = catch_unwind(AssertUnwindSafe(|| case.run(world)));
    let mut took = from.elapsed();
    let held = MEMORY.peak_usage().saturating_sub(before);
    let fails = |why: &str| -> ! {
        let path = keep(case, id);
        panic!("case {id} ({}): {why}; kept as {}", case.kind(), path.display())
    };
    let Ok(came) = came else { fails("it panics") };
    if took > LONGEST {
        // Others may have had the processor: what counts is how long it takes undisturbed.
        for _ in 0..3 {
            let from = Instant::now();
            case.run(world);
            took = took.min(from.elapsed());
        }
        if took > LONGEST {
            fails(&format!("it takes {took:?}"));
        }
    }
    if held > MOST_BYTES + MOST_FOR_A_BYTE * case.bytes().len() {
        fails(&format!("it holds {held} bytes for {} of input", case.bytes().len()));
    }
    (came, took, held)
}

/// Keeps a case that failed.
fn keep(case: &Case, id: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    std::fs::create_dir_all(&folder).expect("a folder for what fails");
    let path = folder.join(format!("{id}.{}", case.kind()));
    std::fs::write(&path, case.bytes()).expect("it is kept");
    path
}

#[test]
fn strangers_files_and_lines_are_answered_and_nothing_else_happens() {
    let _turn = alone();
    let world = Arc::new(World::new());
    let seed = number("TREED_FUZZ_SEED").unwrap_or(1);
    let cases = match number("TREED_FUZZ_CASE") {
        Some(case) => case..case + 1,
        None => 0..number("TREED_FUZZ").unwrap_or(1000),
    };
    // What never ends would end no test: the case that hangs is named.
    let at = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicU64::new(0));
    let watch = std::thread::spawn({
        let (at, done) = (Arc::clone(&at), Arc::clone(&done));
        move || {
            let mut last = (u64::MAX, Instant::now());
            while done.load(Ordering::Relaxed) == 0 {
                std::thread::sleep(Duration::from_millis(50));
                let now = at.load(Ordering::Relaxed);
                if now != last.0 {
                    last = (now, Instant::now());
                } else if last.1.elapsed() > Duration::from_secs(120) {
                    eprintln!("case {now} of seed {seed} does not end");
                    std::process::exit(101);
                }
            }
        }
    });
    let from = Instant::now();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let (mut most, mut longest) = ((0, String::new()), (Duration::ZERO, String::new()));
    let only = std::env::var("TREED_FUZZ_KIND").ok();
    let mut all = 0;
    for case in cases {
        at.store(case, Ordering::Relaxed);
        let id = format!("{seed}-{case}");
        let made = Case::make(&world, seed, case);
        if only.as_ref().is_some_and(|only| only != made.kind()) {
            continue;
        }
        all += 1;
        let (came, took, held) = watched(&world, &made, &id);
        *counts.entry((made.kind(), came)).or_insert(0) += 1;
        if held > most.0 {
            most = (held, id.clone());
        }
        if took > longest.0 {
            longest = (took, id);
        }
    }
    done.store(1, Ordering::Relaxed);
    watch.join().unwrap();
    println!("{all} cases of seed {seed} in {:?}", from.elapsed());
    for ((kind, came), count) in &counts {
        println!("{count:>9} {kind} {came}");
    }
    println!(
        "most memory {} KiB (case {}), longest {:?} (case {})",
        most.0 >> 10,
        most.1,
        longest.0,
        longest.1
    );
    if all >= 1000 {
        // The cases go deep enough to mean something.
        let deep = [
            ("save", "loaded"),
            ("save", "loaded in part"),
            ("gallery", "loaded"),
            ("story", "played"),
            ("code", "played"),
        ];
        for deep in deep.into_iter().filter(|(kind, _)| only.as_ref().is_none_or(|only| only == kind)) {
            assert!(
                counts.get(&deep).is_some_and(|count| *count >= all / 200),
                "too few {deep:?}: {counts:?}"
            );
        }
    }
}

/// The real files, whole.
fn real() -> Vec<(&'static str, String)> {
    ["format-1.ron", "format-1-labs.ron", "format-1-gallery.ron", "format-1-gallery-first.ron"]
        .into_iter()
        .map(|name| (name, fixture(name)))
        .collect()
}

/// What a file says: its moves, or its endings with theirs.
fn reads(name: &str, bytes: &[u8]) -> Result<(bool, usize, String), String> {
    if name.contains("gallery") {
        let (gallery, intact) = Gallery::from_bytes(bytes).map_err(|bad| bad.to_string())?;
        let runs = gallery.endings.iter().flat_map(|reached| [&reached.first, &reached.shortest]);
        let length =
            runs.map(|run| run.moves.len()).sum::<usize>() + gallery.pages.len() + gallery.finished.len();
        Ok((intact, length, format!("{gallery:?}")))
    } else {
        let save = Save::from_bytes(bytes).map_err(|bad| bad.to_string())?;
        let length = save.moves.len() + save.undone.iter().map(Vec::len).sum::<usize>();
        Ok((save.intact, length, format!("{:?}", Save { intact: true, sealed: true, ..save })))
    }
}

/// It is refused with its reason; or all of it is there, and called changed where it is.
#[track_caller]
fn never_half(name: &str, whole: &(bool, usize, String), bytes: &[u8], how: &str) {
    match reads(name, bytes) {
        Err(why) => {
            refused(name, &why);
        }
        Ok((intact, length, said)) => {
            assert_eq!(length, whole.1, "{name}, {how}: only a part of it is read");
            assert!(!intact || said == whole.2, "{name}, {how}: a change is not noticed");
        }
    }
}

#[test]
fn a_real_file_cut_at_any_byte_is_refused_or_read_whole() {
    let _turn = alone();
    for (name, text) in real() {
        let whole = reads(name, text.as_bytes()).expect("the file is good");
        assert!(whole.0);
        for at in 0..text.len() {
            never_half(name, &whole, &text.as_bytes()[..at], &format!("cut at {at}"));
        }
    }
}

#[test]
fn a_real_file_with_any_byte_flipped_is_refused_or_read_whole() {
    let _turn = alone();
    for (name, text) in real() {
        let whole = reads(name, text.as_bytes()).expect("the file is good");
        let mut bytes = text.into_bytes();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
                bytes[at] ^= flip;
                never_half(name, &whole, &bytes, &format!("byte {at} flipped by {flip:02x}"));
                bytes[at] ^= flip;
            }
        }
    }
}

/// The largest that a file may be, of each kind: what is refused is refused before it costs much.
#[test]
fn the_largest_files_stay_within_the_bound() {
    let _turn = alone();
    let world = World::new();
    let head = fixture("format-1.ron");
    let (before, after) = head.split_once("        Choose(\"light\"),\n").unwrap();
    let save =
        |entry: &str, times: usize| sealed(format!("{before}{}{after}", entry.repeat(times)).into_bytes());
    let light = "Choose(\"light\"), Choose(\"blow\"), ";
    for (what, case) in [
        ("as many moves as may be", Case::Save(save(light, treed::journal::MOST_MOVES / 2 - 1))),
        ("too many moves", Case::Save(save(light, treed::journal::MOST_MOVES / 2 + 1))),
        ("33 million bytes of moves", Case::Save(save("Choose(\"\"),", 3_000_000))),
        ("a long name", Case::Save(save(&format!("Choose(\"{}\"),", "x".repeat(30 << 20)), 1))),
        ("16 MiB of nothing", Case::Story(vec![b' '; 16 << 20], 1)),
        ("16 MiB of brackets", Case::Story(vec![b'('; 16 << 20], 1)),
        (
            "a long text",
            Case::Story(kept("lamp.ron").replace("You are home.", &"word ".repeat(3 << 20)).into_bytes(), 1),
        ),
    ] {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let from = Instant::now();
        let came = case.run(&world);
        let held = MEMORY.peak_usage().saturating_sub(before);
        println!(
            "{what}: {came} in {:?}, {} KiB for {} of input",
            from.elapsed(),
            held >> 10,
            case.bytes().len() >> 10
        );
        assert!(held < MOST_BYTES + MOST_FOR_A_BYTE * case.bytes().len(), "{what}: {held} bytes");
    }
}
