//! Slots, gallery and history on disk: written whole or not at all, one lock a slot.
//!
//! The only part of the library that opens files of the saves folder. A slot's name never leaves its
//! folder.

use super::Entry;
use super::gallery::{Gallery, Renamed};
use super::save::{Bad, MOST_BYTES, Save};
use super::settings::Settings;
use crate::story::Story;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The slot of a game that was given no name.
pub const AUTO: &str = "autosave";

/// The file that is no slot.
const GALLERY: &str = "gallery";
/// The file of what the player has set, and no name of a slot.
const SETTINGS: &str = "settings";

/// Longest name of a slot.
const LONGEST_NAME: usize = 40;

/// The saves of one story.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// The story's id.
    id: String,
    renamed: Renamed,
}

/// Held while a game plays in a slot; the system releases it when the program ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Whether it still keeps other games out: not when its file was removed, with the folder perhaps.
    pub fn is_held(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let place = |found: fs::Metadata| (found.dev(), found.ino());
            match (self.file.metadata(), fs::metadata(&self.path)) {
                (Ok(ours), Ok(there)) => place(ours) == place(there),
                _ => false,
            }
        }
        // Elsewhere an open file cannot be removed.
        #[cfg(not(unix))]
        {
            self.file.metadata().is_ok() && self.path.exists()
        }
    }
}

/// A gallery as it was found.
#[derive(Debug)]
pub struct Found {
    /// What it holds.
    pub gallery: Gallery,
    /// Where the file is kept that was damaged, or changed by something else, and what to say of it.
    pub aside: Option<String>,
}

/// Why something about saves could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The system refused.
    #[error("{what} {path}: {why}; `--saves DIR` names another folder")]
    Io {
        /// What was tried, as in `cannot write`.
        what: &'static str,
        /// Where.
        path: String,
        /// What the system says.
        why: io::Error,
    },
    /// A file that is not what it should be.
    #[error("cannot load {path}: {bad}; the file stays as it is, and `saves` lists what can be loaded")]
    Bad {
        /// Where.
        path: String,
        /// Why.
        bad: Bad,
    },
    /// Settings that are not what they should be.
    #[error("cannot load {path}: {bad}")]
    BadSettings {
        /// Where.
        path: String,
        /// Why.
        bad: Bad,
    },
    /// A gallery that is not what it should be.
    #[error("cannot read the gallery {path}: {bad}; the next game keeps the file aside and begins a new one")]
    BadGallery {
        /// Where.
        path: String,
        /// Why.
        bad: Bad,
    },
    /// No such slot.
    #[error("there is no save `{0}`; `saves` lists them")]
    NoSlot(String),
    /// A name that could leave the folder, or be no name at all.
    #[error("`{0}` cannot be the name of a save: use letters, digits, `-` and `_`, at most {LONGEST_NAME}")]
    BadName(String),
    /// A name that a file of the program's own has.
    #[error(
        "`{0}` cannot be the name of a save: treed keeps a file of its own under that name; take another, `my-{0}` say"
    )]
    Reserved(String),
    /// Another game plays there.
    #[error(
        "the save `{0}` is open in another game; close that, or play on in another slot with `--slot NAME`"
    )]
    Locked(String),
}

/// A slot in the list.
#[derive(Debug)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// What is in it, or why that cannot be said.
    pub save: Result<Save, Failed>,
}

impl Store {
    /// The saves of a story below a folder; nothing is created yet.
    pub fn new(base: &Path, story: &Story) -> Store {
        // A story's id is a name (letters, digits, `-`, `_`), so it cannot leave the folder.
        let id = story.str(story.id).to_owned();
        Store { folder: base.join(&id), id, renamed: Renamed::of(story) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn slot_path(&self, slot: &str) -> Result<PathBuf, Failed> {
        check_slot(slot)?;
        Ok(self.folder.join(format!("{slot}.ron")))
    }

    /// Takes a slot for this game.
    ///
    /// # Errors
    /// [`Failed::Locked`] when another game has it.
    pub fn lock(&self, slot: &str) -> Result<Lock, Failed> {
        check_slot(slot)?;
        self.create()?;
        let path = self.folder.join(format!(".{slot}.lock"));
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|why| io_failed("cannot lock", &path, why))?;
        match file.try_lock() {
            Ok(()) => {
                self.sweep(slot);
                Ok(Lock { file, path })
            }
            Err(TryLockError::WouldBlock) => Err(Failed::Locked(slot.to_owned())),
            Err(TryLockError::Error(why)) => Err(io_failed("cannot lock", &path, why)),
        }
    }

    /// Writes a save. `sync`: wait until it would survive a loss of power.
    ///
    /// # Errors
    /// What the system says; the old save is whole then.
    pub fn save(&self, slot: &str, save: &Save, sync: bool) -> Result<(), Failed> {
        let path = self.slot_path(slot)?;
        self.write(slot, &path, &save.to_text(), sync)
    }

    /// Removes what a killed game left half written in a slot; only who holds its lock may.
    fn sweep(&self, slot: &str) {
        let begun = beginning(slot);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&begun)) {
                // What cannot be removed takes a little room and does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Loads a save.
    ///
    /// # Errors
    /// [`Failed`] says why it cannot be.
    pub fn load(&self, slot: &str) -> Result<Save, Failed> {
        let path = self.slot_path(slot)?;
        match read(&path)? {
            Some(bytes) => Save::from_bytes(&bytes).map_err(|bad| Failed::Bad { path: shown(&path), bad }),
            None => Err(Failed::NoSlot(slot.to_owned())),
        }
    }

    /// Whether a save is of this story.
    pub fn is_ours(&self, save: &Save) -> bool {
        save.story == self.id
    }

    /// Keeps what a slot holds under a free name before a game is written over it: all but what the game itself
    /// still holds. Says under which name.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_other(&self, slot: &str, game: &super::Game) -> Result<Option<String>, Failed> {
        let own = match self.load(slot) {
            Ok(save) => {
                save.intact && self.is_ours(&save) && save.seed == game.seed() && game.holds(&save.moves)
            }
            Err(Failed::NoSlot(_)) => return Ok(None),
            Err(Failed::Bad { .. }) => false,
            Err(failed) => return Err(failed),
        };
        if own { Ok(None) } else { self.keep_copy(slot, "kept").map(Some) }
    }

    /// Whether a slot is there.
    pub fn exists(&self, slot: &str) -> bool {
        self.slot_path(slot).is_ok_and(|path| path.exists())
    }

    /// All slots, the latest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn slots(&self) -> Result<Vec<Slot>, Failed> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(io_failed("cannot read", &self.folder, why)),
        };
        let mut slots: Vec<Slot> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                let slot = name.strip_suffix(".ron")?;
                (check_slot(slot).is_ok() && slot != GALLERY && !is_special(&self.folder.join(&name)))
                    .then(|| Slot { name: slot.to_owned(), save: self.load(slot) })
            })
            .collect();
        slots.sort_by(|a, b| {
            let when = |slot: &Slot| slot.save.as_ref().map_or(0, |save| save.when);
            when(b).cmp(&when(a)).then_with(|| a.name.cmp(&b.name))
        });
        Ok(slots)
    }

    /// The names of all slots, without looking into them.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                let slot = name.strip_suffix(".ron")?;
                check_slot(slot).is_ok().then(|| slot.to_owned())
            })
            .collect();
        names.sort();
        names
    }

    /// A name for a copy of a slot that is not taken yet: the slot's as far as there is room, a word, and
    /// a number.
    pub fn free_name(&self, slot: &str, word: &str) -> String {
        (1u32..)
            .map(|n| {
                let tail = if n == 1 { format!("-{word}") } else { format!("-{word}-{n}") };
                let room = LONGEST_NAME.saturating_sub(tail.len());
                format!("{}{tail}", slot.get(..room).unwrap_or(slot))
            })
            .find(|name| check_slot(name).is_err() || !self.exists(name))
            .unwrap_or_default()
    }

    /// Another slot that holds these moves.
    pub fn holder(&self, but: &str, seed: u32, moves: &[Entry]) -> Option<String> {
        let holds =
            self.slots().unwrap_or_default().into_iter().filter(|slot| slot.name != but).find(|slot| {
                slot.save.as_ref().is_ok_and(|save| save.seed == seed && save.moves.starts_with(moves))
            });
        holds.map(|slot| slot.name)
    }

    /// Copies a slot's file under another name, so that nothing is lost by what comes next.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_copy(&self, slot: &str, word: &str) -> Result<String, Failed> {
        let from = self.slot_path(slot)?;
        let name = self.free_name(slot, word);
        let to = self.slot_path(&name)?;
        fs::copy(&from, &to).map_err(|why| io_failed("cannot copy to", &to, why))?;
        Ok(name)
    }

    fn gallery_path(&self) -> PathBuf {
        self.folder.join("gallery.ron")
    }

    /// The gallery; empty where none was kept yet.
    ///
    /// # Errors
    /// When it is damaged: it is never begun afresh in silence.
    pub fn gallery(&self) -> Result<Gallery, Failed> {
        self.read_gallery().map(|(gallery, _)| gallery)
    }

    /// The gallery, and whether its checksum is right.
    fn read_gallery(&self) -> Result<(Gallery, bool), Failed> {
        let path = self.gallery_path();
        match read(&path)? {
            None => Ok((Gallery::default(), true)),
            Some(bytes) => Gallery::from_bytes(&bytes)
                .map(|(mut gallery, intact)| {
                    gallery.rename(&self.renamed);
                    (gallery, intact)
                })
                .map_err(|bad| Failed::BadGallery { path: shown(&path), bad }),
        }
    }

    /// The gallery for a game that will add to it. A damaged one is moved aside and a new one begun; one
    /// that was changed by something else is copied aside and taken as it is. Both are told.
    ///
    /// # Errors
    /// What the system says.
    pub fn open_gallery(&self) -> Result<Found, Failed> {
        match self.read_gallery() {
            Ok((gallery, true)) => Ok(Found { gallery, aside: None }),
            Ok((gallery, false)) => {
                let (from, to) = (self.gallery_path(), self.aside("changed"));
                fs::copy(&from, &to).map_err(|why| io_failed("cannot copy to", &to, why))?;
                let told = format!(
                    "The gallery {} was changed outside treed (its checksum is wrong). It is taken as it reads; a copy of it is kept as {}.",
                    shown(&from),
                    shown(&to)
                );
                Ok(Found { gallery, aside: Some(told) })
            }
            Err(Failed::BadGallery { path, bad }) => {
                let (from, to) = (self.gallery_path(), self.aside("damaged"));
                fs::rename(&from, &to).map_err(|why| io_failed("cannot move", &from, why))?;
                let told = format!(
                    "The gallery {path} cannot be read: {bad}. It is kept as {}; a new one is begun beside it.",
                    shown(&to)
                );
                Ok(Found { gallery: Gallery::default(), aside: Some(told) })
            }
            Err(failed) => Err(failed),
        }
    }

    /// Adds what a game has found to the gallery on disk, which other games may have changed meanwhile.
    ///
    /// # Errors
    /// When it cannot be written; the old one is whole then.
    pub fn keep(&self, game: &super::Game, when: u64, played: Duration, sync: bool) -> Result<Found, Failed> {
        self.create()?;
        let path = self.folder.join(".gallery.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|why| io_failed("cannot lock", &path, why))?;
        lock.lock().map_err(|why| io_failed("cannot lock", &path, why))?;
        self.sweep(GALLERY);
        let mut found = self.open_gallery()?;
        if found.gallery.keep(game, when, played) || found.aside.is_some() {
            self.write(GALLERY, &self.gallery_path(), &found.gallery.to_text(game.story()), sync)?;
        }
        Ok(found)
    }

    /// A name beside the gallery that is not taken.
    fn aside(&self, word: &str) -> PathBuf {
        (1u32..)
            .map(|n| self.folder.join(format!("gallery-{word}-{n}.txt")))
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.folder.join(format!("gallery-{word}.txt")))
    }

    /// What the player has set; as the program sees fit where nothing was.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn settings(&self) -> Result<Settings, Failed> {
        let path = self.folder.join("settings.ron");
        match read(&path)? {
            None => Ok(Settings::default()),
            Some(bytes) => {
                Settings::from_bytes(&bytes).map_err(|bad| Failed::BadSettings { path: shown(&path), bad })
            }
        }
    }

    /// Keeps what the player has set.
    ///
    /// # Errors
    /// What the system says; the old file is whole then.
    pub fn keep_settings(&self, settings: &Settings) -> Result<(), Failed> {
        self.write(SETTINGS, &self.folder.join("settings.ron"), &settings.to_text(), false)
    }

    /// Where typed lines are kept from game to game.
    pub fn history_path(&self) -> PathBuf {
        self.folder.join("history.txt")
    }

    fn create(&self) -> Result<(), Failed> {
        fs::create_dir_all(&self.folder).map_err(|why| io_failed("cannot create", &self.folder, why))
    }

    /// Writes beside, syncs, renames, syncs the folder.
    fn write(&self, slot: &str, path: &Path, text: &str, sync: bool) -> Result<(), Failed> {
        self.create()?;
        let _whole = between_writes();
        let failed = |why| io_failed("cannot write", path, why);
        let mut file =
            tempfile::Builder::new().prefix(&beginning(slot)).tempfile_in(&self.folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        if sync {
            file.as_file().sync_all().map_err(failed)?;
        }
        file.persist(path).map_err(|error| failed(error.error))?;
        if sync {
            // Windows cannot open a folder as a file; there the rename is as safe as it gets.
            #[cfg(unix)]
            File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }
}

/// Held while a file is written.
static WRITING: Mutex<()> = Mutex::new(());

/// Waits until no file is half written; while what it gives is held, none is begun.
pub fn between_writes() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pipe, a socket or a device: to read it could take for ever.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// The bytes of a file, read no further than a save can go; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failed> {
    if is_special(path) {
        let why = io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, and no file");
        return Err(io_failed("cannot read", path, why));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(io_failed("cannot read", path, why)),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| io_failed("cannot read", path, why))?;
    Ok(Some(bytes))
}

/// How the names of half-written files of a slot begin; no name of a slot holds a dot.
fn beginning(slot: &str) -> String {
    format!(".treed.{slot}.")
}

/// A path in a message.
fn shown(path: &Path) -> String {
    crate::text::visible(&path.display().to_string()).into_owned()
}

fn check_slot(slot: &str) -> Result<(), Failed> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if matches!(slot, GALLERY | SETTINGS) {
        return Err(Failed::Reserved(slot.to_owned()));
    }
    if slot.is_empty() || slot.len() > LONGEST_NAME || !slot.chars().all(plain) {
        return Err(Failed::BadName(crate::text::visible(slot).chars().take(60).collect()));
    }
    Ok(())
}

fn io_failed(what: &'static str, path: &Path, why: io::Error) -> Failed {
    Failed::Io { what, path: shown(path), why }
}
