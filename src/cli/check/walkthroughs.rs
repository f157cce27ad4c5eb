//! The shortest way to each ending: as a script, and as a file to replay. The moves that show a fault, too.

use super::Found;
use crate::journal::save::Save;
use crate::journal::{Entry, Game};
use crate::proof::shown::Shown;
use crate::shell::{self, Trouble};
use crate::story::{Diagnostic, Way};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// Where the games that show faults are written, inside the folder of all games.
const FAULTS: &str = "faults";

/// Scripts of all endings. One that a real game was found to is played by `treed --new --seed N`; of
/// another, what the world would have to answer stands in comments.
pub(super) fn print(found: &Found<'_>, out: &mut impl Write) -> io::Result<()> {
    let Found { story, proof, .. } = found;
    for (i, ending) in story.endings.iter().enumerate() {
        let name = story.str(ending.name);
        let Some(node) = proof.endings[i] else {
            writeln!(out, "# {name}: no playthrough ends so\n")?;
            continue;
        };
        match found.showing.and_then(|showing| showing.endings[i].as_ref()) {
            Some(shown) => script(name, shown, out)?,
            None => {
                let path = proof.graph.path(node);
                let why = if found.showing.is_some() { "; no game was found that shows it" } else { "" };
                writeln!(out, "# {name}: {}{why}", moves(path.len()))?;
                for ((node, _), name) in path.iter().zip(proof.names(story, &path)) {
                    match (&story.scene(proof.scene(*node)).way, name.split_once(": ")) {
                        (Way::Exercise { .. }, Some((_, "Declined"))) => writeln!(out, "decline")?,
                        (Way::Exercise { .. } | Way::Lab { .. }, Some((of, outcome))) => {
                            writeln!(out, "# {of} must end in {outcome}")?;
                        }
                        _ => writeln!(out, "{name}")?,
                    }
                }
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn moves(count: usize) -> String {
    crate::text::counted(count as u64, "move")
}

/// A script as `tests/playthroughs` keeps them.
fn script(ending: &str, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# {ending}: {}", moves(shown.moves))?;
    writeln!(out, "# seed: {}\n# ending: {ending}", shown.seed)?;
    for entry in &shown.entries {
        match entry {
            Entry::Choose(id) => writeln!(out, "{id}")?,
            Entry::Type(keys) => writeln!(out, "{keys}")?,
            Entry::World(outcome, figures) if outcome == "Declined" && figures.is_empty() => {
                writeln!(out, "decline")?;
            }
            Entry::World(outcome, _) => writeln!(out, "# the world answers {outcome}")?,
        }
    }
    Ok(())
}

/// The complaints that a game shows, each with the name of its file: its code, and which of this code it is.
fn faults<'f>(found: &'f Found<'_>) -> impl Iterator<Item = (String, &'f Diagnostic, &'f Shown)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    found.complaints.iter().zip(found.shown).filter_map(move |(complaint, shown)| {
        let shown = shown.as_ref()?;
        let code = complaint.code.number();
        let count = counts.entry(code).or_default();
        *count += 1;
        Some((format!("{code}-{count}.ron"), complaint, shown))
    })
}

/// Says which file shows which fault.
pub(super) fn list_faults(found: &Found<'_>, folder: &Path, out: &mut impl Write) -> io::Result<()> {
    for (name, complaint, _) in faults(found) {
        let file = folder.join(FAULTS).join(name);
        let file = crate::text::visible(&file.display().to_string()).into_owned();
        writeln!(
            out,
            "# {}: {}\n# `treed replay {file}` plays to it",
            complaint.code.number(),
            crate::text::visible(&complaint.message)
        )?;
    }
    Ok(())
}

/// Writes a save for each ending that was shown, by its name, and for each fault that a game shows, into a folder
/// of theirs.
pub(super) fn write(found: &Found<'_>, folder: &Path) -> Result<(), Trouble> {
    let told = |path: &Path, why: io::Error| {
        Trouble::Told(format!(
            "cannot write {}: {why}; name another folder with --write",
            crate::text::visible(&path.display().to_string())
        ))
    };
    let write = |path: &Path, shown: &Shown| -> Result<(), Trouble> {
        let game = Game::replay(found.story, shown.seed, &shown.entries)?.0;
        // No clock: the same proof writes the same files.
        let save = Save::of(&game, shell::place(&game), Duration::ZERO, 0);
        crate::cli::output::write_whole(path, &save.to_text(), true).map_err(|why| told(path, why))
    };
    std::fs::create_dir_all(folder).map_err(|why| told(folder, why))?;
    for (ending, shown) in found.story.endings.iter().zip(found.showing.iter().flat_map(|it| &it.endings)) {
        let Some(shown) = shown else { continue };
        // An ending's name has letters, digits, `-` and `_`, so that it cannot leave the folder.
        write(&folder.join(format!("{}.ron", found.story.str(ending.name))), shown)?;
    }
    let folder = folder.join(FAULTS);
    for (name, _, shown) in faults(found) {
        std::fs::create_dir_all(&folder).map_err(|why| told(&folder, why))?;
        write(&folder.join(name), shown)?;
    }
    Ok(())
}
