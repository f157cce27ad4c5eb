//! Where a command writes what it made: standard output, or a file, whole or not at all.

use crate::shell::Trouble;
use crate::text::visible;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Flags of commands that make a file.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Write here instead of to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
}

impl Output {
    /// Writes a text to standard output, or to a file and says so.
    pub(super) fn deliver(&self, text: &str, summary: &str, out: &mut impl Write) -> Result<(), Trouble> {
        let Some(path) = &self.output else { return Ok(out.write_all(text.as_bytes())?) };
        let name = visible(&path.display().to_string()).into_owned();
        if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(Trouble::Told(format!("cannot write {name}: there is no such folder")));
        }
        write_whole(path, text, self.force).map_err(|why| {
            Trouble::Told(match why.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("{name} is already there; choose another name, or `--force` replaces it")
                }
                kind => format!("cannot write {name}: {kind}; choose another place with `--output FILE`"),
            })
        })?;
        Ok(writeln!(out, "{name} is written. {summary}")?)
    }
}

/// A file that is there whole or not at all.
pub(super) fn write_whole(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file would be readable by its owner alone; what is made is to be given to others.
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    match if replace { file.persist(path).map(drop) } else { file.persist_noclobber(path).map(drop) } {
        Ok(()) => Ok(()),
        Err(failed) => Err(failed.error),
    }
}
