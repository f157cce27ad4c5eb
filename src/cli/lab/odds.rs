//! `treed lab odds`: which settings a story can reach, and how often each outcome comes at each.

use super::sweep::Progress;
use crate::labs::odds::Odds;
use crate::labs::sweep::all_cores;
use crate::labs::{Lab, Setting};
use crate::shell::Trouble;
use crate::story::{Binding, Story};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    let settings = reachable(&story);
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
        replace(path, &odds.write()).map_err(|why| told(&why))?;
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

/// Writes a file whole or not at all.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// The odds of a list of settings, in the format of `src/labs/odds.ron`. Takes about 5 s a setting of
/// 300 seeds on one core; runs on all.
pub fn write_odds(settings: &[(Lab, Setting)], seeds: u32) -> String {
    let mut odds = Odds::none(seeds);
    odds.measure(settings, usize::MAX, all_cores(), || {});
    odds.write()
}

/// Settings of a lab beyond which they are thinned out by hand.
const MOST: usize = 256;

/// The settings that a story can reach, or more: the product of the values that its facts can give the
/// knobs. Where that is more than 256 of a lab, the settings that no scene of the built-in story makes
/// are left out.
pub fn reachable(story: &Story) -> Vec<(Lab, Setting)> {
    let mut all = Vec::new();
    for lab in Lab::ALL {
        let mut settings = vec![Setting(Vec::new())];
        for binding in &story.labs[lab as usize] {
            let mut values: Vec<u8> = match binding {
                Binding::Fixed(value) => vec![*value],
                Binding::By(_, table) => table.clone(),
            };
            values.sort_unstable();
            values.dedup();
            let longer = |setting: &Setting, value: u8| {
                Setting(setting.0.iter().copied().chain([value]).collect::<Vec<u8>>())
            };
            settings = settings
                .iter()
                .flat_map(|setting| values.iter().map(|&value| longer(setting, value)))
                .collect();
        }
        if settings.len() > MOST {
            settings.retain(|setting| makes(lab, setting));
        }
        if !story.labs[lab as usize].is_empty() {
            all.extend(settings.into_iter().map(|setting| (lab, setting)));
        }
    }
    all
}

/// Whether some path through the built-in story can set the knobs so; says yes to a few that none can.
///
/// - Crowd: five people are asked only at a cent, and the ladder stands only where there are 500
///   submissions.
/// - Drones: one argument at a time against the comic's reward; `ladder` comes with `wilder`.
/// - Imitation: lessons are flown by day or by lamp, ten more of the other kind make twenty, by lamp
///   nothing is flown but by night or the next morning, and Lars never flies just one.
fn makes(lab: Lab, setting: &Setting) -> bool {
    let knobs = lab.signature().knobs;
    let is = |name: &str, value: &str| {
        let at = knobs.iter().position(|knob| knob.name == name);
        at.is_some_and(|at| knobs[at].values.get(usize::from(setting.0[at])) == Some(&value))
    };
    match lab {
        Lab::Crowd => {
            (is("wage", "Cent") || !is("redundancy", "5")) && (is("submissions", "500") || is("ladder", "no"))
        }
        Lab::Drones => {
            // The last knob is how long they practise, which is free.
            let knobs = knobs.iter().zip(&setting.0).take(knobs.len() - 1);
            let turned = knobs.filter(|(knob, value)| knob.default != **value).count();
            match (is("start", "ladder"), is("explore", "wilder")) {
                (true, wilder) => wilder && turned == 2,
                (false, _) => turned <= 1,
            }
        }
        Lab::Imitation => {
            let by_lamp = is("recorded", "0") || is("recorded", "12+0");
            let both = is("recorded", "12+0");
            let light = is("recorded", "12") || (by_lamp && (is("flown", "0") || is("flown", "12")));
            let demos = is("demos", "0") || is("demos", "1") || is("demos", "10") || is("demos", "20");
            let teacher = is("teacher", "Wobbly")
                || (is("teacher", "Reckless") && (is("demos", "10") || is("demos", "20")));
            let rounds = is("rounds", "0") || is("rounds", "1") || is("rounds", "5");
            light && demos && teacher && rounds && (!both || (is("demos", "20") && is("sensor", "Camera")))
        }
    }
}
