//! `treed lab odds`: which settings a story can reach, and how often each outcome comes at each.

use super::sweep::Progress;
use crate::cli::output::write_whole;
use crate::labs::odds::Odds;
use crate::labs::sweep::all_cores;
use crate::labs::{Lab, Setting};
use crate::proof::explore::{Budget, Ended, Later, explore};
use crate::proof::odds::settings;
use crate::proof::pack::{Control, Reduce};
use crate::shell::Trouble;
use crate::story::Story;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Measure how often each outcome comes at each setting that the story can reach
#[derive(Debug, clap::Args)]
pub struct OddsArguments {
    /// Measure what is missing in this file and add it; can be stopped and started again
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "src/labs/odds.ron")]
    write: Option<PathBuf>,
    /// Runs of each setting
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    seeds: u32,
}

/// Settings measured between two writes of the file.
const BATCH: usize = 8;

/// Lists or measures.
///
/// # Errors
/// When a file or standard output fails.
pub fn run(arguments: &OddsArguments, story: Option<&Path>) -> Result<i32, Trouble> {
    let Some(story) = crate::cli::open_story(story)? else { return Ok(1) };
    let settings = reached(&story)?;
    let Some(path) = &arguments.write else {
        let mut out = io::stdout().lock();
        let odds = Odds::built_in().unwrap_or_else(|_| Odds::none(arguments.seeds));
        for lab in Lab::ALL {
            let of_lab = settings.iter().filter(|(of, _)| *of == lab).count();
            writeln!(out, "{}: {of_lab} settings", lab.signature().name)?;
        }
        let missing = odds.missing(&settings).len();
        writeln!(out, "{missing} measurements are missing; `treed lab odds --write` makes them.")?;
        return Ok(0);
    };
    let told = |why: &dyn std::fmt::Display| {
        Trouble::Told(format!("cannot use {}: {why}", crate::text::visible(&path.display().to_string())))
    };
    let mut odds = match std::fs::read_to_string(path) {
        // What was measured with other labs or another number of seeds is measured again.
        Ok(text) => Odds::read(&text).ok().filter(|odds| odds.seeds == arguments.seeds),
        Err(why) if why.kind() == io::ErrorKind::NotFound => None,
        Err(why) => return Err(told(&why)),
    }
    .unwrap_or_else(|| Odds::none(arguments.seeds));
    odds.keep_only(&settings);
    let progress = Progress::on_stderr();
    let all = odds.missing(&settings).len() as u64 * u64::from(arguments.seeds);
    loop {
        let missing = odds.measure(&settings, BATCH, all_cores(), || progress.tick(all));
        write_whole(path, &odds.write(), true).map_err(|why| told(&why))?;
        if missing == 0 {
            break;
        }
    }
    progress.clear();
    writeln!(
        io::stdout().lock(),
        "{}: {} settings, {} seeds each.",
        path.display(),
        settings.len(),
        arguments.seeds
    )?;
    Ok(0)
}

/// The odds of a list of settings, in the format of `src/labs/odds.ron`. Takes about 5 s a setting of
/// 300 seeds on one core; runs on all.
pub fn write_odds(settings: &[(Lab, Setting)], seeds: u32) -> String {
    let mut odds = Odds::none(seeds);
    odds.measure(settings, usize::MAX, all_cores(), || {});
    odds.write()
}

/// The settings that a story can reach: all of its states are explored.
fn reached(story: &Story) -> Result<Vec<(Lab, Setting)>, Trouble> {
    let control = Control::of(story, Reduce::default());
    let graph = explore(
        &control,
        Budget::default(),
        Later::default(),
        all_cores().get(),
        &AtomicBool::new(false),
        &mut |_| {},
    );
    if graph.ended != Ended::Complete {
        return Err(Trouble::Told(
            "the story has more states than can be explored, so its settings are not known; `treed check` says how far it got".to_owned(),
        ));
    }
    Ok(settings(&control, &graph))
}
