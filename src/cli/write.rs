//! `treed write`: plays a story while it is being written.
//!
//! The file is watched. Every saved edit is read again; its faults are shown, or it is proved and the
//! moves made so far are played again, so that the author stands where they stood. The prompt and the
//! watcher are two threads: while the author types, what the watcher says is printed above the line.
//! Proving runs in a third, which the next edit stops.

use super::check::summary;
use super::read_story;
use crate::engine::Offer;
use crate::journal::store::AUTO;
use crate::journal::{Entry, Game, SEEDS, Unmade};
use crate::proof::{self, Options, Proof, graph::Node, odds::Weights};
use crate::shell::commands::command;
use crate::shell::prompt::{Input, Prompt};
use crate::shell::terminal::{Style, columns_on_stderr};
use crate::shell::understand::{Candidate, Meaning, understand};
use crate::shell::{Trouble, render, told};
use crate::story::diagnostic::{self, Severity};
use crate::story::{self, Diagnostic, Source, Story};
use crate::text::{digits, visible};
use clap::Args;
use notify_debouncer_full::notify::{self, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use rustyline::ExternalPrinter;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An editor may touch a file several times for one save; so long it must be quiet.
const QUIET: Duration = Duration::from_millis(80);
/// A proof that is done so soon is shown before the preview, a longer one after it.
const SOON: Duration = Duration::from_millis(300);

#[derive(Debug, Args)]
pub(super) struct WriteArguments {
    /// The story
    file: PathBuf,
    /// Seed of the game that is played
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..i64::from(SEEDS)))]
    seed: u32,
    /// A proof gives up after this many states
    #[arg(long, value_name = "STATES", default_value_t = 2_000_000)]
    budget: usize,
    /// A proof gives up after so long
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    seconds: u64,
}

/// What the prompt and the watcher share.
struct Desk {
    seed: u32,
    plain: bool,
    now: Mutex<Now>,
}

struct Now {
    /// The latest version without faults.
    story: Option<Arc<Story>>,
    /// Counts those versions.
    version: u64,
    /// Where the author stands. An edit that makes a move impossible does not shorten it, so that the
    /// next one may lead back.
    moves: Vec<Entry>,
}

enum Signal {
    Saved,
    /// What the proof of an edition has to say.
    Proved(u64, String),
}

/// Watches a story and plays it until the author leaves.
pub(super) fn write(arguments: &WriteArguments, plain: bool) -> Result<i32, Trouble> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Trouble::Told(
            "`treed write` plays at a terminal; in a pipe, `treed check FILE` finds faults and `treed --story FILE` plays a script".to_owned(),
        ));
    }
    // A wrong path is told before anything is set up.
    read_story(Some(&arguments.file))?;
    let style = Style::detect(plain);
    let mut prompt = Prompt::new(true, false, None, style.color, AUTO);
    let Prompt::Person { editor, .. } = &mut prompt else {
        return Err(Trouble::Told("`treed write` needs a terminal that it can edit lines in".to_owned()));
    };
    let printer = editor
        .create_external_printer()
        .map_err(|why| Trouble::Told(format!("cannot print while you type: {why}")))?;
    let (signals, received) = mpsc::channel();
    let _watch = watch(&arguments.file, signals.clone())
        .map_err(|why| Trouble::Told(format!("cannot watch {}: {why}", name_of(&arguments.file))))?;
    let desk = Arc::new(Desk {
        seed: arguments.seed,
        plain,
        now: Mutex::new(Now { story: None, version: 0, moves: Vec::new() }),
    });
    let mut watcher = Watcher {
        desk: Arc::clone(&desk),
        file: arguments.file.clone(),
        budget: arguments.budget,
        limit: Duration::from_secs(arguments.seconds),
        signals,
        received,
        seen: None,
        edition: 0,
        stop: Arc::default(),
        printer,
    };
    let mut out = io::stdout();
    let told = format!(
        "Save {} and it is read, proved and played to where you stand. `help` says what to type; Ctrl-C leaves.",
        name_of(&arguments.file)
    );
    let mut text = String::new();
    render::wrap(&told, "", "", Style::detect(plain).width, &mut text);
    out.write_all(text.as_bytes())?;
    // The first edition is shown before the prompt is.
    let first = watcher.edited();
    for text in first {
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    std::thread::spawn(move || watcher.attend());
    desk.play(&mut prompt, &mut out)?;
    Ok(0)
}

/// Watches the folder of the file, since many editors save by renaming another file over it.
fn watch(file: &Path, signals: Sender<Signal>) -> notify::Result<impl Sized> {
    let file = file.canonicalize()?;
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Err(notify::Error::path_not_found());
    };
    let name = name.to_owned();
    let mut watch = new_debouncer(QUIET, None, move |events: DebounceEventResult| {
        // What went wrong while watching is no save; the next one is told again.
        let Ok(events) = events else { return };
        let is_ours = |path: &PathBuf| path.file_name() == Some(&name);
        // Reading the file is an event, too.
        if events.iter().any(|event| !event.kind.is_access() && event.paths.iter().any(is_ours)) {
            // Nobody listens once the author has left.
            let _ = signals.send(Signal::Saved);
        }
    })?;
    watch.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watch)
}

struct Watcher<P> {
    desk: Arc<Desk>,
    file: PathBuf,
    budget: usize,
    limit: Duration,
    signals: Sender<Signal>,
    received: Receiver<Signal>,
    /// What was read last, or why nothing was.
    seen: Option<Result<String, String>>,
    edition: u64,
    /// Stops the proof under way.
    stop: Arc<AtomicBool>,
    printer: P,
}

impl<P: ExternalPrinter> Watcher<P> {
    /// Until the author leaves.
    fn attend(mut self) {
        while let Ok(signal) = self.received.recv() {
            match signal {
                Signal::Saved => {
                    for text in self.edited() {
                        self.print(text);
                    }
                }
                Signal::Proved(edition, text) if edition == self.edition => self.print(text),
                Signal::Proved(..) => {}
            }
        }
    }

    fn print(&mut self, text: String) {
        // A terminal that takes no more is seen by the prompt as well.
        let _ = self.printer.print(format!("\n{text}"));
    }

    /// Reads the file again; what there is to print of it, in order. Nothing where nothing has changed.
    fn edited(&mut self) -> Vec<String> {
        let source = read_story(Some(&self.file)).map_err(|trouble| trouble.to_string());
        let text = source.as_ref().map(|source| source.text.clone().into_owned()).map_err(String::clone);
        if self.seen.as_ref() == Some(&text) {
            return Vec::new();
        }
        self.seen = Some(text);
        self.edition += 1;
        self.stop.store(true, Ordering::Relaxed);
        let style = Style::detect(self.desk.plain);
        let source = match source {
            Ok(source) => source,
            Err(why) => {
                // What to do about a path belongs to the beginning; here the file will come back.
                let why = why.split(';').next().unwrap_or_default();
                let mut text = String::new();
                render::wrap(why, "", "", style.width, &mut text);
                text.push_str("The preview waits for it.\n");
                return vec![text];
            }
        };
        match story::load(&source) {
            Err(faults) => {
                let mut text = diagnostic::draw_within(
                    columns_on_stderr(),
                    &faults,
                    &source.text,
                    &source.name,
                    style.color,
                );
                text.push_str(&format!(
                    "{}: {}. The preview waits for a version without any.\n",
                    source.name,
                    counted(&faults)
                ));
                vec![text]
            }
            Ok(story) => {
                let story = Arc::new(story);
                let preview = self.desk.take(&story, &source.name, style);
                self.prove(story, source, style);
                match self.proved_soon() {
                    Some(text) => vec![text, preview],
                    None => vec![preview],
                }
            }
        }
    }

    /// Proves an edition in the background.
    fn prove(&mut self, story: Arc<Story>, source: Source, style: Style) {
        let stop = Arc::new(AtomicBool::new(false));
        self.stop = Arc::clone(&stop);
        let (edition, signals) = (self.edition, self.signals.clone());
        let (budget, limit) = (self.budget, self.limit);
        std::thread::spawn(move || {
            let begun = Instant::now();
            // One core is left to the preview and to the author's editor.
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let threads = cores.saturating_sub(1).max(1);
            let proof = proof::prove(
                &story,
                Options {
                    budget: proof::Budget { states: budget, ..proof::Budget::default() },
                    threads,
                    reduce: proof::pack::Reduce::default(),
                    texts: Some(proof::TextBudget::default()),
                    weights: Weights::measured(),
                    stop: &stop,
                    progress: &|_| {
                        if begun.elapsed() > limit {
                            stop.store(true, Ordering::Relaxed);
                        }
                    },
                },
            );
            let text = verdict(&story, &source, &proof, begun.elapsed(), style);
            let _ = signals.send(Signal::Proved(edition, text));
        });
    }

    /// What the proof says, if it is done in a moment.
    fn proved_soon(&mut self) -> Option<String> {
        let until = Instant::now() + SOON;
        let mut saved = false;
        let text = loop {
            match self.received.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Signal::Proved(edition, text)) if edition == self.edition => break Some(text),
                Ok(Signal::Proved(..)) => {}
                Ok(Signal::Saved) => saved = true,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break None,
            }
        };
        if saved {
            let _ = self.signals.send(Signal::Saved);
        }
        text
    }
}

/// What a proof has to say: complaints, and a line.
fn verdict(story: &Story, source: &Source, proof: &Proof, time: Duration, style: Style) -> String {
    let mut found = story.warnings.clone();
    found.extend(proof.diagnostics.iter().cloned());
    found.extend(crate::shell::understand::shadowed(story));
    found.retain(|fault| fault.code.severity() != Severity::Note);
    found.sort_by(|a, b| a.span.cmp(&b.span).then(a.code.cmp(&b.code)));
    let mut text =
        diagnostic::draw_within(columns_on_stderr(), &found, &source.text, &source.name, style.color);
    let states = digits(proof.graph.len() as i64);
    let line = if proof.is_complete() {
        let endings = proof.endings.iter().flatten().count();
        format!(
            "Proved in {:.1} s: {states} states, {endings} of {} endings can be reached. {}.",
            time.as_secs_f64(),
            story.endings.len(),
            counted(&found)
        )
    } else if proof.graph.is_whole()
        && let Some(cut) = summary::cut_while(proof)
    {
        format!(
            "Not finished after {:.1} s: all {states} states were looked at, but it was stopped while {cut}; nothing is claimed of what was left. {}. (`--seconds` allows more.)",
            time.as_secs_f64(),
            counted(&found)
        )
    } else {
        let looked_at = proof.graph.looked_at();
        format!(
            "Not finished after {:.1} s and {states} states: all lists of at most {} moves were looked at, and nothing is claimed of longer ones. {} {}. (`--budget` and `--seconds` allow more.)",
            time.as_secs_f64(),
            proof.graph.depth((looked_at as Node).saturating_sub(1)).saturating_sub(1),
            summary::judged(proof),
            counted(&found)
        )
    };
    render::wrap(&line, "", "", style.width, &mut text);
    text
}

fn counted(faults: &[Diagnostic]) -> String {
    let count = |severity, what: &str| {
        let n = faults.iter().filter(|fault| fault.code.severity() == severity).count();
        crate::text::counted(n as u64, what)
    };
    format!("{}, {}", count(Severity::Error, "error"), count(Severity::Warning, "warning"))
}

fn name_of(file: &Path) -> String {
    visible(&file.display().to_string()).into_owned()
}

impl Desk {
    fn now(&self) -> MutexGuard<'_, Now> {
        // A list of moves and a pointer are whole even if the other thread has ended badly.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a new version; what is to be seen of it.
    fn take(&self, story: &Arc<Story>, name: &str, style: Style) -> String {
        let moves = self.now().moves.clone();
        let mut text = String::new();
        let (game, stopped) = match stand(story, self.seed, &moves) {
            Ok(stood) => stood,
            Err(why) => {
                let told = format!("{name} cannot begin: {why}. The preview waits.");
                render::wrap(&told, "", "", style.width, &mut text);
                return text;
            }
        };
        let note = match stopped {
            Some((index, why)) => format!(
                "{name}: move {} of {} cannot be made any more ({why}); you stand before it.",
                index + 1,
                moves.len()
            ),
            None => match game.turns() {
                0 => format!("{name}: you stand at the beginning."),
                n => format!(
                    "{name}: you stand where you stood, after {}.",
                    crate::text::counted(n as u64, "move")
                ),
            },
        };
        let mut now = self.now();
        now.story = Some(Arc::clone(story));
        now.version += 1;
        drop(now);
        let mut wrapped = String::new();
        render::wrap(&note, "", "", style.width, &mut wrapped);
        text.push_str(&style.faint(wrapped.trim_end()));
        text.push('\n');
        text.push_str(&screen(&game, style));
        text
    }

    /// Asks and plays until the author leaves.
    fn play(&self, prompt: &mut Prompt, out: &mut impl Write) -> Result<(), Trouble> {
        let mut typed: Option<String> = None;
        loop {
            let (story, version) = {
                let now = self.now();
                (now.story.clone(), now.version)
            };
            let moves = self.now().moves.clone();
            let mut game = match &story {
                Some(story) => Some(stand(story, self.seed, &moves)?.0),
                None => None,
            };
            // Until the watcher has another version.
            loop {
                let choices = game.as_ref().map(offered).unwrap_or_default();
                prompt.offer(choices, Vec::new(), Style::detect(self.plain).width);
                let line = match typed.take() {
                    Some(line) => line,
                    None => match prompt.read("> ")? {
                        Input::End | Input::Interrupted | Input::Cancelled => {
                            writeln!(out)?;
                            return Ok(());
                        }
                        Input::Line(line) => line.trim().to_owned(),
                    },
                };
                if self.now().version != version {
                    typed = Some(line);
                    break;
                }
                let style = Style::detect(self.plain);
                let said = match &mut game {
                    Some(game) => act(game, self.seed, &line, style)?,
                    None => match command(&line) {
                        Some((command, _)) if command.names[0] == "quit" => Said::Leave,
                        _ => Said::Told("There is no version without faults yet; `quit` leaves.".to_owned()),
                    },
                };
                match said {
                    Said::Leave => return Ok(()),
                    Said::Told(sentence) => {
                        let mut text = String::new();
                        render::wrap(&sentence, "", "", style.width, &mut text);
                        out.write_all(text.as_bytes())?;
                    }
                    Said::Shown(before) => {
                        if let Some(game) = &game {
                            out.write_all(before.as_bytes())?;
                            out.write_all(screen(game, style).as_bytes())?;
                            // A version that came in the meantime is asked for these moves.
                            self.now().moves = game.entries().to_vec();
                        }
                    }
                }
                out.flush()?;
            }
        }
    }
}

/// Plays the moves as far as they can be made, and lets the world answer.
#[allow(clippy::type_complexity, reason = "what `Game::replay` gives")]
fn stand<'s>(
    story: &'s Story,
    seed: u32,
    moves: &[Entry],
) -> Result<(Game<'s>, Option<(usize, Unmade)>), Unmade> {
    let (mut game, stopped) = Game::replay(story, seed, moves)?;
    game.go_on()?;
    Ok((game, stopped))
}

/// What came of a line.
enum Said {
    /// A sentence; nothing has changed.
    Told(String),
    /// This, and where the game stands now.
    Shown(String),
    /// The author leaves.
    Leave,
}

fn act(game: &mut Game, seed: u32, line: &str, style: Style) -> Result<Said, Trouble> {
    let told = |sentence: &str| Ok(Said::Told(sentence.to_owned()));
    let shown = || Ok(Said::Shown(String::new()));
    let is_exercise = matches!(game.offer(), Offer::Exercise(_));
    // Single letters are keys in an exercise.
    if let Some((command, _)) = command(line).filter(|_| !is_exercise || line.len() > 1) {
        return match command.names[0] {
            "look" => shown(),
            "undo" => match game.undo() {
                Some(what) => Ok(Said::Shown(format!("(Taken back: {what})\n"))),
                None => told("There is nothing to take back: this is the beginning."),
            },
            "redo" => match game.redo() {
                Some(what) => Ok(Said::Shown(format!("(Made again: {what})\n"))),
                None => told("There is nothing to make again."),
            },
            "restart" => {
                *game = Game::new(game.story(), seed)?;
                shown()
            }
            "quit" => Ok(Said::Leave),
            "help" => told(
                "Type a choice's number, id or a word of it. `look`, `undo`, `redo` and `restart` (with the same seed) do what they do in the game; `quit` or Ctrl-C leaves. Whenever you save the file, it is read, proved and played to where you stand.",
            ),
            _ => told("That is for playing. Here are `look`, `undo`, `redo`, `restart`, `help` and `quit`."),
        };
    }
    match game.offer() {
        Offer::Exercise(_) if matches!(line, "decline" | "skip" | "stop") => {
            game.decline()?;
            shown()
        }
        Offer::Exercise(_) => match game.type_line(line) {
            Ok(accepted) => {
                let mut text = String::new();
                for sentence in &accepted.says {
                    render::wrap(sentence, "", "", style.width, &mut text);
                }
                Ok(Said::Shown(text))
            }
            Err(why) => Ok(Said::Told(why.to_string())),
        },
        Offer::End(_) => told("The story has ended. Type `undo`, `restart` or `quit`, or change the file."),
        Offer::Choose(_) | Offer::World(_) => choose(game, line),
    }
}

fn choose(game: &mut Game, line: &str) -> Result<Said, Trouble> {
    let (meaning, named, reason) = {
        let choices = game.screen().scene.choices;
        let meaning = understand(game.story(), &choices, line);
        let of = |candidates: &[Candidate]| {
            let of: Vec<String> = choices
                .iter()
                .filter(|choice| candidates.contains(&Candidate::Choice(choice.id)))
                .map(|choice| format!("{} ({})", choice.number, choice.label))
                .collect();
            of.join(", or ")
        };
        let named = match &meaning {
            Meaning::Which(candidates) => of(candidates),
            _ => String::new(),
        };
        let reason = match &meaning {
            Meaning::Locked(id) => choices
                .iter()
                .find(|choice| choice.id == *id)
                .and_then(|choice| choice.locked.as_deref())
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        };
        (meaning, named, reason)
    };
    Ok(match meaning {
        Meaning::Choice(id) => match game.choose(id) {
            Ok(()) => Said::Shown(String::new()),
            // What the proof complains of can be tried all the same.
            Err(why) => Said::Told(format!("This move cannot be made: {why}.")),
        },
        Meaning::Nothing => Said::Shown(String::new()),
        Meaning::Locked(_) => Said::Told(format!("Not now: {reason}")),
        Meaning::Which(_) if !named.is_empty() => Said::Told(format!("Do you mean {named}?")),
        Meaning::NoSuchNumber(number) => Said::Told(format!("There is no choice {number} here.")),
        _ => Said::Told("None of the choices sounds like that; `help` says what can be typed.".to_owned()),
    })
}

/// What Tab offers.
fn offered(game: &Game) -> Vec<(String, String)> {
    let story = game.story();
    let choices = game.screen().scene.choices;
    choices
        .iter()
        .map(|choice| (story.str(story.choice(choice.id).id).to_owned(), choice.label.clone().into_owned()))
        .collect()
}

/// Where the game stands; at an end, which ending it is.
fn screen(game: &Game, style: Style) -> String {
    let mut text = told(game, style);
    if let Some(ending) = game.ending() {
        let title = game.story().str(game.story().endings[ending.index()].title);
        text.push_str(&format!("\nEnding: {title}\n"));
    }
    text
}
