//! What is shown of a game: the title, the scene at hand, the card of an ending.

use super::terminal::Style;
use super::{Shell, render, sentences};
use crate::engine;
use crate::journal::turns::is_players;
use crate::journal::{Game, code};
use crate::labs::exercise::Session;
use crate::story::{Color, EndingId};

/// Where a game stands, in a few words.
pub fn place(game: &Game) -> String {
    let story = game.story();
    let title = match game.ending() {
        Some(ending) => story.str(story.endings[ending.index()].title),
        None => story.str(story.scene(game.scene()).title),
    };
    let status = engine::paragraph(story, story.status, game.state(), game.telling());
    if status.is_empty() { title.to_owned() } else { format!("{title}, {status}") }
}

/// What is shown of a game: head, all that was told since the player's last move, exercise, choices.
pub fn told(game: &Game, style: Style) -> String {
    let story = game.story();
    let screen = game.screen();
    let mut text = String::from("\n");
    let status = engine::paragraph(story, story.status, game.state(), game.telling());
    let scene = story.scene(screen.scene.id);
    // A scene without a title of its own has only its name, which is for authors.
    let title = if scene.title == scene.name { "" } else { story.str(scene.title) };
    render::head(title, &status, style, &mut text);
    let mut body = String::new();
    render::blocks(story, &screen.blocks, style, &mut body);
    render::blocks(story, &screen.scene.blocks, style, &mut body);
    text.push('\n');
    text.push_str(&body);
    if let Some(session) = game.session() {
        exercise(session, style, &mut text);
    }
    if !screen.scene.choices.is_empty() {
        text.push('\n');
        render::choices(&screen.scene.choices, style, &mut text);
    }
    text
}

pub(super) fn exercise(session: &Session, style: Style, text: &mut String) {
    text.push('\n');
    render::drawn(&session.picture(), style, text);
    text.push('\n');
    render::wrap(&session.prompt(), "", "", style.width, text);
}

impl Shell<'_> {
    /// What is shown before the first scene.
    pub(super) fn title(&self, notes: &[String]) -> String {
        let mut text = String::new();
        let story = self.story;
        if !self.game.entries().iter().any(is_players) {
            let mut blocks = Vec::new();
            engine::tell(story, story.cover, self.game.state(), self.game.telling(), &mut blocks);
            render::blocks(story, &blocks, self.style, &mut text);
            let title = story.str(story.title).to_uppercase();
            text.push('\n');
            text.push_str(&self.style.strong(&title));
            text.push('\n');
            render::wrap(story.str(story.tagline), "", "", self.style.width, &mut text);
        } else {
            let title = format!("{}: you are back. `restart` begins again.", story.str(story.title));
            render::wrap(&title, "", "", self.style.width, &mut text);
        }
        for note in notes {
            text.push('\n');
            render::wrap(note, "", "", self.style.width, &mut text);
        }
        if self.person && self.style.plain {
            text.push('\n');
            render::wrap(sentences::PLAIN, "", "", self.style.width, &mut text);
        }
        text
    }

    /// The scene at hand, and at an ending its card.
    pub(super) fn screen(&self) -> String {
        let mut text = told(&self.game, self.style);
        if let Some(ending) = self.game.ending() {
            self.ending_card(ending, &mut text);
        }
        text
    }

    fn ending_card(&self, ending: EndingId, text: &mut String) {
        let story = self.story;
        let entry = &story.endings[ending.index()];
        text.push('\n');
        if !self.style.plain {
            text.push_str(&self.style.faint(&"─".repeat(self.style.width)));
            text.push('\n');
        }
        text.push_str(&format!("Ending: {}\n", self.style.paint(story.str(entry.title), Color::Yellow)));
        let mut blocks = Vec::new();
        engine::tell(story, story.card, self.game.state(), self.game.telling(), &mut blocks);
        let mut card = String::new();
        render::blocks(story, &blocks, self.style, &mut card);
        text.push('\n');
        text.push_str(&card);
        if let Some(gallery) = &self.gallery {
            let found = super::found::found(story, gallery);
            text.push('\n');
            let found = format!(
                "Endings found: {found} of {}. Moves: {}. Seed: {}.",
                story.endings.len(),
                self.game.turns(),
                self.game.seed()
            );
            render::wrap(&found, "", "", self.style.width, text);
        }
        let share = match code::encode(story, self.game.seed(), self.game.entries()) {
            Ok(code) => format!("Share code: {code}\n`treed replay` with this code plays it anywhere."),
            Err(why) => format!("Share code: {why}."),
        };
        render::wrap(&share, "", "", self.style.width, text);
        for (number, (_, label)) in sentences::AT_THE_END.iter().enumerate() {
            text.push_str(&format!("{}{}. {label}\n", if number == 0 { "\n" } else { "" }, number + 1));
        }
    }
}
