//! One typed line: what it means where the game stands, and what comes of it.

use super::commands::setting_names;
use super::screen::exercise;
use super::terminal::columns;
use super::understand::{
    self, ByHand, Candidate, Meaning, understand, understand_at_end, understand_by_hand, yes_or_no,
};
use super::{Shell, Trouble, render, sentences};
use crate::engine::{Offer, ShownChoice};
use crate::journal::Unmade;
use crate::journal::turns::is_players;
use crate::story::PageId;
use std::io::Write;

impl Shell<'_> {
    /// Tells the prompt what can be typed now.
    pub(super) fn offer_completions(&mut self) {
        if !self.person {
            return;
        }
        let mut offered: Vec<(String, String)> = Vec::new();
        match self.game.offer() {
            Offer::Choose(_) => {
                let screen = self.game.screen();
                offered.extend(screen.scene.choices.iter().map(|choice| {
                    (choice.label.clone().into_owned(), format!("{}. {}", choice.number, choice.label))
                }));
            }
            Offer::Exercise(_) => {
                offered.push(("decline".to_owned(), "decline   somebody else may do it".to_owned()))
            }
            Offer::End(_) => {
                let numbered = sentences::AT_THE_END.iter().enumerate();
                offered.extend(
                    numbered.map(|(i, (word, label))| ((*word).to_owned(), format!("{}. {label}", i + 1))),
                );
            }
            Offer::World(_) => {}
        }
        // What can follow a command: settings, terms, and the names of saves.
        let mut arguments: Vec<(&'static str, String, String)> = setting_names()
            .map(|(name, about)| ("settings", name.to_owned(), format!("{name:<9} {about}")))
            .collect();
        for page in &self.story.pages {
            let title = self.story.str(page.title);
            arguments.push(("what is", title.to_lowercase(), title.to_owned()));
        }
        for name in self.store.names() {
            arguments.push(("load", name.clone(), name));
        }
        self.prompt.offer(offered, arguments, columns());
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
        if let Some(candidate) = self.asked.take() {
            match yes_or_no(line) {
                Some(true) => return self.take_candidate(candidate, &choices, out),
                Some(false) => return self.show_choices(&choices, out),
                None => {}
            }
        }
        // A script names choices by their ids, whatever else a person could mean by them.
        let by_id = if self.person { None } else { understand::by_id(self.story, &choices, line) };
        match by_id.unwrap_or_else(|| understand(self.story, &choices, line)) {
            Meaning::Nothing => self.show_choices(&choices, out),
            Meaning::Command(command, argument) => (command.run)(self, &argument, out),
            Meaning::Choice(id) | Meaning::Locked(id) => {
                self.take_candidate(Candidate::Choice(id), &choices, out)
            }
            Meaning::NoSuchNumber(number) => {
                let known: Vec<String> = choices.iter().map(|choice| choice.number.to_string()).collect();
                self.refuse(
                    &format!("There is no choice {number} here. There are {}.", known.join(", ")),
                    out,
                )
            }
            Meaning::Which(candidates) => self.ask_back(&candidates, &choices, out),
            Meaning::Unknown => {
                match sentences::examined(line, self.examined) {
                    Some(answer) => {
                        self.examined += 1;
                        return self.say(answer, out);
                    }
                    None => self.puzzle(out)?,
                }
                // A screen reader has read them; `look` reads them again.
                if self.style.plain { Ok(()) } else { self.show_choices(&choices, out) }
            }
        }
    }

    /// Takes what was meant: a choice, unless it is locked, or a command.
    fn take_candidate(
        &mut self,
        candidate: Candidate,
        choices: &[ShownChoice],
        out: &mut dyn Write,
    ) -> Result<(), Trouble> {
        match candidate {
            Candidate::Command(command) => (command.run)(self, "", out),
            Candidate::Choice(id) => {
                let shown = choices.iter().find(|choice| choice.id == id);
                if let Some(reason) = shown.and_then(|choice| choice.locked.as_deref()) {
                    return self.refuse(&format!("Not now: {reason}"), out);
                }
                self.game.choose(id)?;
                self.moved(out)
            }
        }
    }

    /// Asks which of these was meant; where it is one, `yes` is enough.
    fn ask_back(
        &mut self,
        candidates: &[Candidate],
        choices: &[ShownChoice],
        out: &mut dyn Write,
    ) -> Result<(), Trouble> {
        let named: Vec<String> = candidates
            .iter()
            .filter_map(|candidate| match candidate {
                Candidate::Command(command) => Some(format!("`{}`", command.names[0])),
                Candidate::Choice(id) => choices
                    .iter()
                    .find(|choice| choice.id == *id)
                    .map(|choice| format!("{} ({})", choice.number, choice.label)),
            })
            .collect();
        let question = match candidates {
            [one] => {
                self.asked = Some(*one);
                format!("Do you mean {}? `yes` takes it.", named.join(""))
            }
            _ => format!("Do you mean {}? Type the number.", named.join(", or ")),
        };
        self.refuse(&question, out)
    }

    /// Says what can be done, never twice in a row in the same words.
    fn puzzle(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        let sentence = sentences::PUZZLED[self.puzzled % sentences::PUZZLED.len()];
        self.puzzled += 1;
        self.refuse(sentence, out)
    }

    fn show_choices(&mut self, choices: &[ShownChoice], out: &mut dyn Write) -> Result<(), Trouble> {
        let mut text = String::new();
        render::choices(choices, self.style, &mut text);
        write!(out, "{text}")?;
        Ok(())
    }

    fn take_in_exercise(&mut self, line: &str, out: &mut dyn Write) -> Result<(), Trouble> {
        let mut last = self.game.session().cloned();
        if let Some(session) = &last {
            match understand_by_hand(self.story, session, line) {
                ByHand::Nothing => return self.say("Type what to do, or `decline`.", out),
                ByHand::Decline => {
                    self.game.decline()?;
                    return self.moved(out);
                }
                ByHand::Command(command, argument) => return (command.run)(self, &argument, out),
                ByHand::Refused(why) => return self.refuse(&why, out),
                ByHand::Keys(_) => {}
            }
        }
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
        let back = self.takes_chance(line);
        let line = back.as_deref().unwrap_or(line);
        if let Some(candidate) = self.asked.take()
            && yes_or_no(line) == Some(true)
        {
            return self.take_candidate(candidate, &[], out);
        }
        let numbered: Vec<&str> = sentences::AT_THE_END.iter().map(|(word, _)| *word).collect();
        match understand_at_end(self.story, line, &numbered) {
            Meaning::Command(command, argument) => (command.run)(self, &argument, out),
            Meaning::Which(candidates) => self.ask_back(&candidates, &[], out),
            _ => self
                .refuse("The story has ended. Type `undo`, `restart`, `endings`, `notebook` or `quit`.", out),
        }
    }

    /// At the first screen of a game, or of one that is taken up: save, show. A story may unlock a page at once.
    pub(super) fn begun(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        let is_new = !self.game.entries().iter().any(is_players);
        let (new, kept) = if is_new { self.find() } else { (Vec::new(), None) };
        self.save(self.person);
        if let Some(sentence) = kept {
            self.say(&sentence, out)?;
        }
        self.show(out)?;
        self.tell_of(&new, out)
    }

    /// Keeps what was found: the pages that are new, and what there is to tell of keeping them.
    fn find(&mut self) -> (Vec<PageId>, Option<String>) {
        let before: Vec<String> = self
            .gallery
            .iter()
            .flat_map(|gallery| gallery.pages.iter().map(|page| page.id.clone()))
            .collect();
        let new: Vec<PageId> = self
            .game
            .earned()
            .unwrap_or_default()
            .into_iter()
            .filter(|page| !before.iter().any(|id| id == self.story.str(self.story.pages[page.index()].name)))
            .collect();
        let found = self.game.ending().is_some() || !self.game.taught().is_empty() || !new.is_empty();
        let kept = if found || self.owed { self.keep() } else { None };
        (new, kept)
    }

    /// After a move: keep what was found, save, show.
    pub(super) fn moved(&mut self, out: &mut dyn Write) -> Result<(), Trouble> {
        let (new, kept) = self.find();
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
        self.tell_of(&new, out)?;
        self.tip(out)
    }

    /// Tells of pages that are new.
    fn tell_of(&self, new: &[PageId], out: &mut dyn Write) -> Result<(), Trouble> {
        if !new.is_empty() {
            let titles: Vec<&str> =
                new.iter().map(|page| self.story.str(self.story.pages[page.index()].title)).collect();
            let titles = crate::text::stopped(&titles.join("; "));
            let text = format!("New in your notebook: {titles} (`notebook`)");
            let mut lines = String::new();
            render::wrap(&text, "", "", self.style.width, &mut lines);
            write!(out, "\n{}\n", self.style.faint(lines.trim_end()))?;
        }
        Ok(())
    }
}
