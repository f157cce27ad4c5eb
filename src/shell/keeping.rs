//! What is written while one plays: the slot after every move, and the gallery when something was found.

use super::{Shell, now, place};
use crate::journal::save::Save;
use std::time::Duration;

impl Shell<'_> {
    /// Writes the slot. That it could not be written is remembered, and told by who calls.
    pub(super) fn save(&mut self, sync: bool) {
        if !self.lock.is_held() {
            match self.store.lock(&self.slot) {
                Ok(lock) => {
                    self.lock = lock;
                    self.mended = Some(format!(
                        "The folder of saves was removed, or moved, while you played. It is made again, with this game in it: {}.",
                        crate::text::visible(&self.store.folder().display().to_string())
                    ));
                }
                Err(failed) => {
                    self.unsaved = Some(format!("The game could not be saved: {failed}."));
                    return;
                }
            }
        }
        let save = Save::of(&self.game, place(&self.game), self.time(), now());
        self.unsaved = self
            .store
            .save(&self.slot, &save, sync)
            .err()
            .map(|failed| format!("The game could not be saved: {failed}."));
    }

    /// Keeps what was found; what there is to tell of that.
    pub(super) fn keep(&mut self) -> Option<String> {
        match self.store.keep(&self.game, now(), self.time(), self.person) {
            Ok(found) => {
                self.gallery = Some(found.gallery);
                self.owed = false;
                found.aside
            }
            Err(failed) => {
                self.owed = true;
                Some(format!(
                    "The gallery could not be kept: {failed}. This will be tried again after every move."
                ))
            }
        }
    }

    /// How long this game was played.
    pub(super) fn time(&self) -> Duration {
        self.played.saturating_add(self.since.elapsed())
    }
}
