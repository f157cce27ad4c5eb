//! One typed line: what it means where the game stands, and what comes of it.

use super::commands::command;
use super::screen::exercise;
use super::understand::{Meaning, understand};
use super::{Shell, Trouble, render, sentences};
use crate::engine::{Offer, ShownChoice};
use crate::journal::Unmade;
use crate::story::{ChoiceId, PageId};
use std::io::Write;

impl Shell<'_> {
    /// Tells the prompt what can be typed now.
    pub(super) fn offer_completions(&mut self) {
        let mut offered: Vec<(String, String)> = Vec::new();
        match self.game.offer() {
            Offer::Choose(_) => {
                let screen = self.game.screen();
                for choice in &screen.scene.choices {
                    offered.push((
                        self.story.str(self.story.choice(choice.id).id).to_owned(),
                        choice.label.clone().into_owned(),
                    ));
                }
            }
            Offer::Exercise(_) => {
                offered.push(("decline".to_owned(), "decline: somebody else may do it".to_owned()))
            }
            Offer::End(_) => offered.extend(
                sentences::AT_THE_END.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())),
            ),
            Offer::World(_) => {}
        }
        self.prompt.offer(offered);
    }

    /// Does what a line says.
    pub(super) fn take(&mut self, line: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        let line = line.trim();
        if !self.person {
            if line.is_empty() || line.starts_with('#') {
                return Ok(());
            }
            if let Some(words) = line.strip_prefix('?').map(str::trim).filter(|words| !words.is_empty()) {
                return self.assert_shown(words);
            }
            if !self.style.plain {
                writeln!(out, "\n> {line}")?;
            }
        }
        match self.game.offer() {
            Offer::Exercise(_) => self.take_in_exercise(line, out),
            Offer::End(_) => self.take_at_end(line, out),
            Offer::Choose(_) | Offer::World(_) => self.take_choice(line, out),
        }
    }

    fn take_choice(&mut self, line: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        let choices: Vec<ShownChoice<'static>> =
            self.game.screen().scene.choices.into_iter().map(ShownChoice::into_owned).collect();
        let numbered = |ids: &[ChoiceId]| {
            let named: Vec<String> = choices
                .iter()
                .filter(|choice| ids.contains(&choice.id))
                .map(|choice| format!("{} ({})", choice.number, choice.label))
                .collect();
            named.join(", or ")
        };
        match understand(self.story, &choices, line) {
            Meaning::Nothing => self.show_choices(&choices, out),
            Meaning::Command(command, argument) => (command.run)(self, &argument, out),
            Meaning::Choice(id) => {
                self.game.choose(id)?;
                self.moved(out)
            }
            Meaning::Locked(id) => {
                let reason = choices
                    .iter()
                    .find(|choice| choice.id == id)
                    .and_then(|choice| choice.locked.as_deref())
                    .unwrap_or_default();
                self.refuse(&format!("Not now: {reason}"), out)
            }
            Meaning::NoSuchNumber(number) => {
                let known: Vec<String> = choices.iter().map(|choice| choice.number.to_string()).collect();
                self.refuse(
                    &format!("There is no choice {number} here. There are {}.", known.join(", ")),
                    out,
                )
            }
            Meaning::Which(ids) => self.refuse(&format!("Do you mean {}?", numbered(&ids)), out),
            Meaning::Perhaps(id) => {
                self.refuse(&format!("Do you mean {}? Type the number.", numbered(&[id])), out)
            }
            Meaning::Unknown => {
                let sentence = sentences::PUZZLED[self.puzzled % sentences::PUZZLED.len()];
                self.puzzled += 1;
                self.refuse(sentence, out)?;
                self.show_choices(&choices, out)
            }
        }
    }

    fn show_choices(&mut self, choices: &[ShownChoice], out: &mut dyn Write) -> Result<(), Trouble> {
        let mut text = String::new();
        render::choices(choices, self.style, &mut text);
        write!(out, "{text}")?;
        Ok(())
    }

    fn take_in_exercise(&mut self, line: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        if line.is_empty() {
            return self.say("Type what to do, or `decline`.", out);
        }
        if matches!(line.to_lowercase().as_str(), "decline" | "skip" | "stop") {
            self.game.decline()?;
            return self.moved(out);
        }
        // Single letters are keys here.
        if line.len() > 1
            && let Some((command, argument)) = command(line)
        {
            return (command.run)(self, &argument, out);
        }
        let mut last = self.game.session().cloned();
        match self.game.type_line(line) {
            Ok(accepted) => {
                let mut text = String::new();
                for sentence in &accepted.says {
                    render::wrap(sentence, "", "", self.style.width, &mut text);
                }
                if let (Offer::Exercise(_), Some(session)) = (self.game.offer(), self.game.session()) {
                    exercise(session, self.style, &mut text);
                    write!(out, "{text}")?;
                    self.last = text;
                    self.save(self.person);
                    return Ok(());
                }
                // How it ended is seen once more before the story goes on.
                if let Some(ended) = &mut last
                    && ended.accept(line).is_ok()
                {
                    render::drawn(&ended.picture(), self.style, &mut text);
                }
                write!(out, "{text}")?;
                self.moved(out)
            }
            Err(Unmade::Line(why)) => self.refuse(&why, out),
            Err(other) => Err(other.into()),
        }
    }

    fn take_at_end(&mut self, line: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        let number =
            line.trim_end_matches('.').parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let word = number.and_then(|index| sentences::AT_THE_END.get(index)).map_or(line, |(word, _)| *word);
        match command(word) {
            Some((command, argument)) => (command.run)(self, &argument, out),
            None => self
                .refuse("The story has ended. Type `undo`, `restart`, `endings`, `notebook` or `quit`.", out),
        }
    }

    /// After a move: keep what was found, save, show.
    pub(super) fn moved(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        let before: Vec<String> = self
            .gallery
            .iter()
            .flat_map(|gallery| gallery.pages.iter().map(|page| page.id.clone()))
            .collect();
        let new: Vec<PageId> = self
            .game
            .pages()
            .iter()
            .copied()
            .filter(|page| !before.iter().any(|id| id == self.story.str(self.story.pages[page.index()].name)))
            .collect();
        let kept =
            if self.game.ending().is_some() || !new.is_empty() || self.owed { self.keep() } else { None };
        self.save(self.person);
        for sentence in [kept, self.mended.take()].into_iter().flatten() {
            self.say(&sentence, out)?;
        }
        if let Some(sentence) = &self.unsaved {
            let sentence =
                format!("{sentence} You can go on playing; this will be tried again after every move.");
            self.say(&sentence, out)?;
        }
        self.show(out)?;
        if !new.is_empty() {
            let titles: Vec<&str> =
                new.iter().map(|page| self.story.str(self.story.pages[page.index()].title)).collect();
            let text = format!("New in your notebook: {}. (`notebook`)", titles.join("; "));
            let mut lines = String::from("\n");
            render::wrap(&text, "", "", self.style.width, &mut lines);
            write!(out, "{}", self.style.faint(lines.trim_end()))?;
            writeln!(out)?;
        }
        Ok(())
    }
}
