//! `treed new-story`: a small whole story to start from, with comments that teach the format.

use crate::shell::Trouble;
use crate::text::visible;
use clap::Args;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The story that is written, but for its id.
const TEMPLATE: &str = include_str!("new_story/story.ron");
/// The template's own id.
const ID: &str = "new-story";
/// Longest id that is made of a folder's name, in characters.
const LONGEST: usize = 40;

#[derive(Debug, Args)]
pub(super) struct NewStoryArguments {
    /// The folder; it is made where it does not exist. Its name becomes the story's id
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes `story.ron` into the folder; never over one that is there.
pub(super) fn new_story(arguments: &NewStoryArguments) -> Result<i32, Trouble> {
    let folder = &arguments.folder;
    let path = folder.join("story.ron");
    let shown = |path: &Path| visible(&path.display().to_string()).into_owned();
    let told = |path: &Path, why: io::Error| Trouble::Told(format!("cannot write {}: {why}", shown(path)));
    std::fs::create_dir_all(folder).map_err(|why| told(folder, why))?;
    let mut file = File::create_new(&path).map_err(|why| {
        if why.kind() == io::ErrorKind::AlreadyExists {
            Trouble::Told(format!(
                "there is a story at {} already, and it stays as it is; name another folder",
                shown(&path)
            ))
        } else {
            told(&path, why)
        }
    })?;
    file.write_all(story(folder).as_bytes()).map_err(|why| told(&path, why))?;
    let name = shown(&path);
    let quoted = if name.contains(' ') { format!("'{name}'") } else { name.clone() };
    writeln!(
        io::stdout().lock(),
        "{name} is a small whole story with an ending to find.\n\n  \
         treed --story {quoted}    plays it\n  \
         treed check {quoted}      finds its faults and proves what can be proved\n  \
         treed write {quoted}      does both again whenever you save it\n\n\
         Its comments explain the format; docs/story-format.md is the reference."
    )?;
    Ok(0)
}

/// The template under an id of its own: saves and the gallery belong to the id, so two stories must
/// not share one.
fn story(folder: &Path) -> String {
    // `.` and `..` have no name of their own.
    let full = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = full.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut id = String::new();
    for c in name.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_end_matches('-');
    if !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return TEMPLATE.to_owned();
    }
    TEMPLATE.replacen(&format!("id: \"{ID}\""), &format!("id: \"{id}\""), 1)
}
