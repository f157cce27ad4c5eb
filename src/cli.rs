//! Commands and flags, and which function each calls.

mod check;
mod coverage;
mod export;
mod find;
pub mod lab;
mod map;
mod new_story;
mod odds;
mod output;
mod replay;
mod share;
mod system;
mod write;

use crate::journal::gallery::Gallery;
use crate::journal::store::{AUTO, Store};
use crate::journal::{Game, SEEDS};
use crate::shell::terminal::{Style, ask_for_plain, color_on_stderr, columns_on_stderr, for_stderr};
use crate::shell::{self, Begin, Trouble, render};
use crate::story::diagnostic::{self, Severity};
use crate::story::{self, Diagnostic, Source, Story};
use clap::{Args, Parser, Subcommand};
use serde_json::json;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// A cat is stuck in an oak, and you own the cat. A text adventure whose machine learning is real.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 90)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    /// Begin a new game; what was played before is kept
    #[arg(long)]
    new: bool,
    /// Seed of a new game: the same seed and the same moves give the same story (below 2^25)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..i64::from(SEEDS)))]
    seed: Option<u32>,
    /// Play in this slot instead of `autosave`
    #[arg(long, value_name = "NAME", default_value = AUTO)]
    slot: String,
    #[command(subcommand)]
    command: Option<Subcommands>,
}

#[derive(Debug, Args)]
struct Global {
    /// Play this story instead of the one that is built in
    #[arg(long, value_name = "FILE", global = true)]
    story: Option<PathBuf>,
    /// Keep saves in this folder (else TREED_SAVES, else ./saves where it exists, else the platform's data folder)
    #[arg(long, value_name = "DIR", global = true)]
    saves: Option<PathBuf>,
    /// Strictly linear output for screen readers and pipes: no colour, no rules, pictures in words
    #[arg(long, global = true)]
    plain: bool,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Go on from a save; the save itself stays as it is
    Load {
        /// Its name; without one, the saves are listed
        slot: Option<String>,
    },
    /// List the saves
    Saves {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// List the endings: those you have found, and hints for the rest
    Endings {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// The pages of the notebook that you have unlocked
    Notebook {
        /// Read one: a term or a page's name
        term: Vec<String>,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Play an ending, a save, a file or a share code again, at reading pace
    Replay(replay::ReplayArguments),
    /// Print the share code of a playthrough
    Share(share::ShareArguments),
    /// Make a file of a playthrough: a transcript, a comic page, a recording
    Export(export::ExportArguments),
    /// Draw the story's graph, with or without a playthrough
    Map(map::MapArguments),
    /// Prove a story: every state is explored, and every fault shown with the shortest way to it
    Check(check::CheckArguments),
    /// Make a small story to start from, with comments that teach the format
    NewStory(new_story::NewStoryArguments),
    /// Play a story while you write it: every saved edit is checked, proved and played to where you stand
    Write(write::WriteArguments),
    /// How the odds of each ending moved in a playthrough, move by move, and its turning points
    Odds(odds::OddsArguments),
    /// Which paragraphs of the story some playthroughs never show
    Coverage(coverage::CoverageArguments),
    /// Where the story comes from
    Credits,
    /// Write a manual page in roff: `treed man | man -l -`
    Man {
        /// A command to tell of, instead of the whole program
        command: Option<String>,
    },
    /// Write what completes commands and flags in a shell: `treed completions bash`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Run an experiment of the story by itself: one seed, or many with --seeds and --sweep
    Lab(lab::LabCommand),
}

/// Parses the command line, does what it says, and gives the exit code: 0 done, 1 faults or refused input,
/// 2 usage.
pub fn run() -> i32 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return error.exit_code();
        }
    };
    match dispatch(arguments) {
        Ok(code) => code,
        Err(trouble) if is_closed_pipe(&trouble) => 0,
        Err(trouble) => {
            // A message that cannot be written is a message to nobody.
            let told = format!("treed: {}", crate::text::visible(&trouble.to_string()));
            let _ = write!(io::stderr(), "{}", for_stderr(&told));
            if matches!(trouble, Trouble::Which(_)) { 2 } else { 1 }
        }
    }
}

/// Who reads only the first lines of a list has what they wanted.
fn is_closed_pipe(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
}

fn dispatch(arguments: Arguments) -> Result<i32, Trouble> {
    let Arguments { global, new, seed, slot, command } = arguments;
    if global.plain {
        ask_for_plain();
    }
    shell::remember_flags(global.story.is_some(), global.saves.is_some());
    match command {
        Some(Subcommands::Check(arguments)) => {
            check::check(arguments.file.as_deref().or(global.story.as_deref()), global.plain, &arguments)
        }
        Some(Subcommands::NewStory(arguments)) => new_story::new_story(&arguments),
        Some(Subcommands::Write(arguments)) => write::write(&arguments, global.plain),
        Some(Subcommands::Man { command }) => {
            system::man::<Arguments>(command.as_deref(), &mut io::stdout().lock())
        }
        Some(Subcommands::Completions { shell }) => {
            system::completions::<Arguments>(shell, &mut io::stdout().lock())
        }
        Some(Subcommands::Odds(arguments)) => {
            let Some(story) = open_story(global.story.as_deref())? else { return Ok(1) };
            let store = Store::new(&saves_folder(global.saves), &story);
            odds::run(&story, &store, global.plain, &arguments)
        }
        Some(Subcommands::Coverage(arguments)) => {
            let file = global.story.as_deref();
            let Some(story) = open_story(file)? else { return Ok(1) };
            let store = Store::new(&saves_folder(global.saves), &story);
            coverage::run(&story, file, &store, &arguments)
        }
        Some(Subcommands::Lab(command)) => lab::run(&command, global.plain, global.story.as_deref()),
        other => {
            let Some(story) = open_story(global.story.as_deref())? else { return Ok(1) };
            let store = Store::new(&saves_folder(global.saves), &story);
            with_story(other, &story, store, global.plain, Start { new, seed, slot })
        }
    }
}

struct Start {
    new: bool,
    seed: Option<u32>,
    slot: String,
}

fn with_story(
    command: Option<Subcommands>,
    story: &Story,
    store: Store,
    plain: bool,
    start: Start,
) -> Result<i32, Trouble> {
    let person = io::stdin().is_terminal() && io::stdout().is_terminal();
    let style = Style::detect(plain);
    // A game reads the settings itself, since they can change while it is played.
    let plays = matches!(command, None | Some(Subcommands::Load { slot: Some(_) }));
    let style = if person && !plays { style.with(&store.settings().unwrap_or_default()) } else { style };
    let mut out = io::stdout().lock();
    match command {
        None => {
            drop(out);
            let begin = if start.new || start.seed.is_some() { Begin::New } else { Begin::Resume };
            shell::play(story, store, &start.slot, begin, start.seed, style, person)?;
        }
        Some(Subcommands::Load { slot: Some(slot) }) => {
            drop(out);
            shell::play(story, store, &start.slot, Begin::From(slot), None, style, person)?;
        }
        Some(Subcommands::Load { slot: None }) => {
            out.write_all(shell::listing::saves(&store, style)?.as_bytes())?;
            writeln!(out, "`treed load NAME` goes on from one of them.")?;
        }
        Some(Subcommands::Saves { json: true }) => {
            let slots: Vec<_> = store
                .slots()?
                .iter()
                .map(|slot| match &slot.save {
                    Ok(save) => json!({"name": slot.name, "at": save.at, "moves": save.moves.len(), "seed": save.seed, "when": save.when, "played": save.played.as_secs(), "story": save.story, "intact": save.intact}),
                    Err(failed) => json!({"name": slot.name, "damaged": failed.to_string()}),
                })
                .collect();
            writeln!(out, "{}", json!({"saves": slots}))?;
        }
        Some(Subcommands::Saves { json: false }) => {
            out.write_all(shell::listing::saves(&store, style)?.as_bytes())?
        }
        Some(Subcommands::Endings { json: true }) => {
            writeln!(out, "{}", shell::found::json(story, &store.gallery()?))?
        }
        Some(Subcommands::Endings { json: false }) => {
            let text = shell::found::endings(story, &store.gallery()?, style, shell::now());
            out.write_all(text.as_bytes())?
        }
        Some(Subcommands::Notebook { json: true, .. }) => {
            writeln!(out, "{}", notebook_json(story, &store.gallery()?))?
        }
        Some(Subcommands::Notebook { term, json: false }) => {
            let gallery = store.gallery()?;
            if term.is_empty() {
                out.write_all(shell::listing::pages(story, &gallery, style).as_bytes())?;
            } else {
                let text = shell::listing::page(story, &gallery, &term.join(" "), 0, style)
                    .map_err(Trouble::Told)?;
                out.write_all(text.as_bytes())?;
            }
        }
        Some(Subcommands::Replay(arguments)) => {
            drop(out);
            return replay::replay(&arguments, story, store, &start.slot, style, person);
        }
        Some(Subcommands::Share(arguments)) => {
            return share::share(&arguments, story, &store, &start.slot, &mut out);
        }
        Some(Subcommands::Export(arguments)) => {
            return export::export(&arguments, story, &store, &start.slot, &mut out);
        }
        Some(Subcommands::Map(arguments)) => return map::map(&arguments, story, &store, &mut out),
        Some(Subcommands::Credits) => {
            let game = Game::new(story, 0)?;
            let mut blocks = Vec::new();
            crate::engine::tell(story, story.credits, game.state(), game.telling(), &mut blocks);
            let mut text = String::new();
            render::blocks(story, &blocks, style, &mut text);
            out.write_all(text.as_bytes())?;
        }
        Some(
            Subcommands::Check(_)
            | Subcommands::Write(_)
            | Subcommands::Lab(_)
            | Subcommands::Man { .. }
            | Subcommands::Completions { .. }
            | Subcommands::Odds(_)
            | Subcommands::Coverage(_)
            | Subcommands::NewStory(_),
        ) => {}
    }
    Ok(0)
}

/// Reads the story, or draws its faults on standard error.
pub(crate) fn open_story(file: Option<&Path>) -> Result<Option<Story>, Trouble> {
    let source = read_story(file)?;
    match story::load(&source) {
        Ok(story) => Ok(Some(story)),
        Err(faults) => {
            draw(&faults, &source)?;
            Ok(None)
        }
    }
}

fn read_story(file: Option<&Path>) -> Result<Source, Trouble> {
    let Some(path) = file else { return Ok(Source::built_in()) };
    let name = crate::text::visible(&path.display().to_string()).into_owned();
    let told = |why: io::Error| {
        let next = match why.kind() {
            io::ErrorKind::IsADirectory => {
                "; name the file of a story in it, or leave `--story` out to play the one that is built in"
            }
            _ => "; check the path, or leave `--story` out to play the one that is built in",
        };
        Trouble::Told(format!("cannot read the story {name}: {why}{next}"))
    };
    let mut bytes = Vec::new();
    // One byte more than is allowed tells that there is more.
    std::fs::File::open(path)
        .map_err(told)?
        .take(story::load::MOST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(told)?;
    if bytes.len() > story::load::MOST_BYTES {
        return Err(Trouble::Told(format!(
            "the story {name} has more than {} MiB, the most that a story may have; check that it is the file you mean, or cut it down",
            story::load::MOST_BYTES >> 20
        )));
    }
    if bytes.is_empty() {
        return Err(Trouble::Told(format!(
            "the story {name} is empty; `treed new-story DIR` makes a small one to begin with"
        )));
    }
    Source::new(name, bytes).map_err(Trouble::Told)
}

fn draw(faults: &[Diagnostic], source: &Source) -> Result<(), Trouble> {
    let errors = faults.iter().filter(|fault| fault.code.severity() == Severity::Error).count();
    let mut stderr = io::stderr().lock();
    let (columns, color) = (columns_on_stderr(), color_on_stderr());
    let drawn = diagnostic::draw_within(columns, faults, &source.text, &source.name, color);
    stderr.write_all(drawn.as_bytes())?;
    if errors > 0 {
        let plural = if errors == 1 { "" } else { "s" };
        writeln!(stderr, "{}: {errors} error{plural}; docs/diagnostics.md explains each code", source.name)?;
    }
    Ok(())
}

fn diagnostic_json(fault: &Diagnostic, source: &str) -> serde_json::Value {
    let before = source.get(..fault.span.start as usize).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let severity = match fault.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({"code": fault.code.number(), "name": fault.code.name(), "severity": severity, "message": fault.message, "help": fault.help, "witness": fault.witness, "line": line, "column": column})
}

fn notebook_json(story: &Story, gallery: &Gallery) -> serde_json::Value {
    let pages: Vec<_> = story
        .pages
        .iter()
        .map(|page| {
            let id = story.str(page.name);
            json!({"id": id, "title": story.str(page.title), "unlocked": gallery.unlocked(id).is_some(), "here": gallery.unlocked(id).map(|page| page.here.clone())})
        })
        .collect();
    json!({"pages": pages})
}

/// Where saves are kept.
fn saves_folder(flag: Option<PathBuf>) -> PathBuf {
    use etcetera::BaseStrategy;
    if let Some(folder) =
        flag.or_else(|| std::env::var_os("TREED_SAVES").filter(|value| !value.is_empty()).map(PathBuf::from))
    {
        return folder;
    }
    let here = PathBuf::from("saves");
    if here.is_dir() {
        return here;
    }
    match etcetera::choose_base_strategy() {
        Ok(platform) => platform.data_dir().join("treed"),
        // No home folder: beside the player, then.
        Err(_) => here,
    }
}
