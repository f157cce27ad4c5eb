//! Tips: each is shown once to a player, where it helps, and never again.

use super::{Shell, Trouble, render, sentences};
use crate::engine::Offer;
use std::io::Write;

/// One tip: its name in the settings, when it helps, and its words.
struct Tip {
    name: &'static str,
    helps: fn(&Shell<'_>) -> bool,
    text: &'static str,
}

/// In the order in which they are tried; at most one at a time.
const TIPS: &[Tip] = &[
    Tip { name: "numbers", helps: |shell| shell.game.turns() == 0, text: sentences::TIP_NUMBERS },
    Tip {
        name: "exercise",
        helps: |shell| matches!(shell.game.offer(), Offer::Exercise(_)),
        text: sentences::TIP_EXERCISE,
    },
    Tip { name: "ending", helps: |shell| shell.game.ending().is_some(), text: sentences::TIP_ENDING },
    Tip {
        name: "locked",
        helps: |shell| shell.game.screen().scene.choices.iter().any(|choice| choice.locked.is_some()),
        text: sentences::TIP_LOCKED,
    },
    Tip { name: "undo", helps: |shell| shell.game.turns() >= 2, text: sentences::TIP_UNDO },
    Tip {
        name: "tab",
        helps: |shell| shell.game.turns() >= 4 && !shell.style.plain,
        text: sentences::TIP_TAB,
    },
    Tip { name: "settings", helps: |shell| shell.game.turns() >= 6, text: sentences::TIP_SETTINGS },
];

impl Shell<'_> {
    /// Shows a person the next tip that helps here, if there is one.
    pub(super) fn tip(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        if !self.person {
            return Ok(());
        }
        let fresh = |tip: &&Tip| !self.settings.tips.iter().any(|shown| shown == tip.name);
        let Some(tip) = TIPS.iter().filter(fresh).find(|tip| (tip.helps)(self)) else { return Ok(()) };
        let mut text = String::new();
        render::wrap(&format!("Tip: {}", tip.text), "", "", self.style.width, &mut text);
        writeln!(out)?;
        for line in text.lines() {
            writeln!(out, "{}", self.style.faint(line))?;
        }
        self.settings.tips.push(tip.name.to_owned());
        // A tip that is shown twice since the disk is full does no harm.
        let _ = self.store.keep_settings(&self.settings);
        Ok(())
    }
}
