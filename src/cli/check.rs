//! `treed check`: proves a story, plays what it allows for real, and reports.

mod json;
pub(super) mod summary;
mod walkthroughs;

use super::{draw, read_story};
use crate::proof::odds::Weights;
use crate::proof::reading::{self, Reading};
use crate::proof::shown::{self, Showing, Shown};
use crate::proof::{self, Options, Phase, Proof, TextBudget};
use crate::shell::Trouble;
use crate::shell::terminal::{Style, redraws_on_stderr};
use crate::story::diagnostic::{Code, Played, Severity};
use crate::story::{self, Diagnostic, Source, Story};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// Games that are read to say how many words a game has.
const READ: u32 = 1000;

/// Each thread has tables of its own, and a proof has no work for more.
const MOST_THREADS: i64 = 64;

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The story; without one, the one that is built in (or `--story`)
    pub file: Option<PathBuf>,
    /// Warnings count as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Show notes too
    #[arg(long)]
    notes: bool,
    #[command(flatten)]
    effort: Effort,
    /// Print the shortest way to each ending, as a script that `treed` plays
    #[arg(long)]
    walkthroughs: bool,
    /// Write it into this folder too, a file for each ending, and for the moves that show a fault, that `treed replay FILE` plays
    #[arg(long, value_name = "DIR", requires = "walkthroughs")]
    write: Option<PathBuf>,
    /// An ending that no real game was found to counts as an error
    #[arg(long)]
    deny_unshown: bool,
    /// Seeds that are tried, from 0 on, to show in a real game what the graph allows
    #[arg(long, value_name = "N", default_value_t = shown::Limits::default().seeds, value_parser = clap::value_parser!(u32).range(1..=i64::from(crate::journal::SEEDS)))]
    seeds: u32,
    /// Run no experiment: say what is allowed, and don't look for games that show it
    #[arg(long, conflicts_with_all = ["deny_unshown", "write"])]
    allowed_only: bool,
    /// Write the odds of the endings into this file, as the gallery of the built-in story keeps them
    #[arg(long, value_name = "FILE")]
    write_odds: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// How far a proof goes.
#[derive(Debug, Args)]
pub(super) struct Effort {
    /// Give up after this many states; what is wrong with those is told, nothing is claimed of others, and the exit code is 3 (1 where something is wrong)
    #[arg(long, value_name = "STATES", default_value_t = proof::Budget::default().states)]
    budget: usize,
    /// Give up when the proof would take more MiB; as with `--budget`
    #[arg(long, value_name = "MIB", default_value_t = proof::Budget::default().bytes >> 20)]
    memory: usize,
    /// Leave claims, texts or odds undecided that would take more steps, and exit with 3
    #[arg(long, value_name = "N", default_value_t = proof::Budget::default().steps)]
    steps: usize,
    /// Threads, at most 64; the report is the same at any number (default: as many as there are cores)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=MOST_THREADS))]
    threads: Option<u8>,
}

impl Effort {
    pub(super) fn budget(&self) -> proof::Budget {
        let bytes = self.memory.saturating_mul(1 << 20);
        proof::Budget { states: self.budget, bytes, steps: self.steps }
    }

    pub(super) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from).min(MOST_THREADS as usize)
    }
}

/// Set by Ctrl-C.
pub(super) fn interrupted() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Where no handler can be set, an interrupt ends the program as it always did.
    let _ = ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed));
    stop
}

/// All that was found out.
struct Found<'f> {
    story: &'f Story,
    source: &'f Source,
    proof: &'f Proof,
    /// `None` where no experiment was to be run.
    showing: Option<&'f Showing>,
    /// `None` where not every state was looked at.
    reading: Option<&'f Reading>,
    complaints: &'f [Diagnostic],
    /// For each complaint, the game that shows it.
    shown: &'f [Option<Shown>],
    sound: bool,
    /// Seconds of the proof, and of the games.
    times: (Duration, Duration),
}

/// Proves a story; the exit code: 0 proved, 1 faults, 3 undecided.
pub(super) fn check(file: Option<&Path>, plain: bool, arguments: &CheckArguments) -> Result<i32, Trouble> {
    let source = read_story(file)?;
    let story = match story::load(&source) {
        Ok(story) => story,
        Err(faults) => {
            if arguments.json {
                writeln!(io::stdout().lock(), "{}", json::of_faults(&source, &faults))?;
            } else {
                draw(&faults, &source)?;
            }
            return Ok(1);
        }
    };
    let stop = interrupted();
    let bar = Bar::new(arguments.json);
    let begun = Instant::now();
    let proof = prove(&story, &arguments.effort, Some(TextBudget::default()), &stop, &bar);
    let proved = begun.elapsed();
    let mut complaints = story.warnings.clone();
    complaints.extend(proof.diagnostics.iter().cloned());
    complaints.extend(crate::shell::understand::shadowed(&story));
    let mut showing = None;
    let mut shown = Vec::new();
    let is_stopped = || stop.load(Ordering::Relaxed);
    let limits = (!arguments.allowed_only && !is_stopped()).then(|| shown::Limits {
        seeds: arguments.seeds,
        threads: arguments.effort.threads(),
        ..shown::Limits::default()
    });
    if let Some(limits) = limits {
        let endings = story.endings.len();
        let found = shown::endings(&story, &proof, limits, &stop, &mut |done| {
            bar.say(|| format!("playing to ending {} of {endings}", done + 1));
        });
        complaints.extend(found.diagnostics.iter().cloned());
        showing = Some(found);
    }
    complaints.sort_by(|a, b| a.span.cmp(&b.span).then(a.code.cmp(&b.code)));
    if let Some(limits) = limits {
        let all = complaints.len();
        let every = arguments.write.is_some();
        shown = shown::witnesses(&story, &proof, &complaints, every, limits, &stop, &mut |done| {
            bar.say(|| format!("playing to complaint {} of {all}", done + 1));
        });
        for (complaint, shown) in complaints.iter_mut().zip(&shown).take(shown::MOST) {
            if complaint.played.is_none() && shown::is_tried(complaint) && !is_stopped() {
                let seed = shown.as_ref().map(|shown| shown.seed);
                complaint.played = Some(seed.map_or(Played::Nowhere, Played::With));
            }
        }
    }
    // Endings that were not come to are not judged.
    let unplayed = is_stopped();
    if unplayed {
        showing = None;
    }
    let read = |_: &_| {
        reading::read(&story, &Weights::measured(), READ, &stop, &mut |done| {
            bar.say(|| format!("reading game {} of {}", done + 1, crate::text::digits(READ.into())));
        })
    };
    let reading = proof.settled_odds().map(read).filter(|read| read.games == READ && !is_stopped());
    let stopped = is_stopped();
    bar.clear();
    let denied = |fault: &&Diagnostic| match fault.code.severity() {
        Severity::Error => true,
        Severity::Warning => {
            arguments.deny_warnings || (arguments.deny_unshown && fault.code == Code::EndingNotShown)
        }
        Severity::Note => false,
    };
    let bad = complaints.iter().any(|fault| denied(&fault));
    let found = Found {
        story: &story,
        source: &source,
        proof: &proof,
        showing: showing.as_ref(),
        reading: reading.as_ref(),
        complaints: &complaints,
        shown: &shown,
        sound: !bad,
        times: (proved, begun.elapsed().saturating_sub(proved)),
    };
    let mut out = io::stdout().lock();
    if let Some(folder) = &arguments.write {
        walkthroughs::write(&found, folder)?;
    }
    if arguments.json {
        writeln!(out, "{}", json::of(&found))?;
    } else if arguments.walkthroughs {
        walkthroughs::print(&found, &mut out)?;
        if let Some(folder) = &arguments.write {
            walkthroughs::list_faults(&found, folder, &mut out)?;
        }
    } else {
        let told: Vec<Diagnostic> = complaints
            .iter()
            .filter(|fault| arguments.notes || fault.code.severity() != Severity::Note)
            .cloned()
            .collect();
        draw(&told, &source)?;
        summary::print(&found, Style::detect(plain), arguments.notes, &mut out)?;
    }
    match (&arguments.write_odds, proof.settled_odds()) {
        (Some(path), Some(odds)) => {
            let table = crate::journal::rarity::table(&story, &odds.endings);
            super::output::write_whole(path, &table, true).map_err(|why| {
                let name = path.display().to_string();
                Trouble::Told(format!("cannot write {name}: {why}; name another file with --write-odds"))
            })?;
        }
        (Some(_), None) => {
            writeln!(
                io::stderr(),
                "treed: no odds were written: they need every state of the story, and must be settled"
            )?;
        }
        (None, _) => {}
    }
    if stopped && proof.is_complete() {
        let left = match unplayed {
            true if !arguments.allowed_only => "not every ending was played to",
            _ => "the games that tell how much is read were not all drawn",
        };
        writeln!(io::stderr(), "treed: interrupted: the proof stands, but {left}")?;
    }
    Ok(match (bad, proof.is_decided() && !stopped) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 3,
    })
}

/// How far it has come, on standard error, where somebody looks and after a second.
pub(super) struct Bar {
    begun: Instant,
    /// `None` where nobody looks.
    drawn: Option<Arc<Mutex<Drawn>>>,
}

/// The bar, and what is done at the same time: a proof decides, and solves odds.
#[derive(Default)]
struct Drawn {
    bar: Option<ProgressBar>,
    does: String,
    solves: String,
}

impl Drawn {
    fn draw(&mut self) {
        let parts = [&*self.does, &*self.solves].map(str::to_owned);
        let line = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        if line.is_empty() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        bar.set_message(line);
        bar.tick();
    }
}

impl Bar {
    pub(super) fn new(quiet: bool) -> Bar {
        let begun = Instant::now();
        let drawn = (!quiet && redraws_on_stderr()).then(Arc::default);
        if let Some(drawn) = &drawn {
            let drawn: Weak<Mutex<Drawn>> = Arc::downgrade(drawn);
            // It moves whether or not there is something new to say, and ends with the bar.
            std::thread::spawn(move || {
                while let Some(drawn) = drawn.upgrade() {
                    if begun.elapsed() >= Duration::from_secs(1)
                        && let Ok(mut drawn) = drawn.lock()
                    {
                        drawn.draw();
                    }
                    drop(drawn);
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
        Bar { begun, drawn }
    }

    fn set(&self, set: impl FnOnce(&mut Drawn)) {
        if let Some(Ok(mut drawn)) = self.drawn.as_ref().map(|drawn| drawn.lock()) {
            set(&mut drawn);
        }
    }

    pub(super) fn say(&self, what: impl FnOnce() -> String) {
        self.set(|drawn| (drawn.does, drawn.solves) = (what(), String::new()));
    }

    /// Says what a proof is busy with.
    pub(super) fn phase(&self, now: Phase) {
        let (percent, digits) = (summary::percent, |n: usize| crate::text::digits(n as i64));
        self.set(|drawn| match now {
            Phase::States(now) => {
                let rate = now.states as f64 / self.begun.elapsed().as_secs_f64();
                drawn.does = format!(
                    "{} states, {} a second, {} to look at, {} moves deep",
                    digits(now.states),
                    digits(rate as usize),
                    digits(now.frontier),
                    now.depth
                );
            }
            // What is done is not told of any more.
            Phase::Claims(done, all) | Phase::Texts(done, all) if done == all => drawn.does.clear(),
            Phase::Graph => drawn.does = "putting the states in order".to_owned(),
            Phase::Claims(done, all) => drawn.does = format!("claims: {} of {}", digits(done), digits(all)),
            Phase::Following(part) => drawn.does = format!("texts: {} followed", percent(part)),
            Phase::Texts(done, all) => {
                drawn.does = format!("texts: {} of {} questions", digits(done), digits(all));
            }
            Phase::Odds(part) => drawn.solves = format!("odds: {}", percent(part)),
            Phase::Longest => drawn.solves = "the longest game".to_owned(),
        });
    }

    /// Takes the bar away; what comes next begins with a line of its own.
    pub(super) fn clear(&self) {
        self.set(|drawn| {
            if let Some(bar) = std::mem::take(drawn).bar {
                bar.finish_and_clear();
            }
        });
    }
}

/// Proves a story, and stops early when interrupted.
pub(super) fn prove(
    story: &Story,
    effort: &Effort,
    texts: Option<TextBudget>,
    stop: &AtomicBool,
    bar: &Bar,
) -> Proof {
    proof::prove(
        story,
        Options {
            budget: effort.budget(),
            threads: effort.threads(),
            reduce: proof::pack::Reduce::default(),
            texts,
            weights: Weights::measured(),
            stop,
            progress: &|now| bar.phase(now),
        },
    )
}
