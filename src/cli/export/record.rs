//! Screens for a recording, as the terminal of a player shows them.

use crate::engine::{self, Offer};
use crate::export::{self, cast::Recording};
use crate::journal::{Entry, Game, Unmade};
use crate::labs::exercise::Session;
use crate::shell::terminal::{Style, WIDEST};
use crate::shell::{self, render};
use crate::story::{Color, Story};

/// Rows of the recorded terminal.
const ROWS: usize = 30;

/// Plays the moves again into a recording.
pub(super) fn record(story: &Story, seed: u32, entries: &[Entry]) -> Result<String, Unmade> {
    // The recording has colours of its own, whatever this terminal has.
    colored::control::set_override(true);
    let style = Style { width: WIDEST, color: true, plain: false, pictures: true };
    let mut recording = Recording::new(WIDEST, ROWS, story.str(story.title));
    let mut game = Game::replay(story, seed, &[])?.0;
    recording.screen(&title(&game, style));
    let mut from = 0;
    let mut shown = shell::told(&game, style);
    loop {
        if !shown.is_empty() {
            recording.marker(&shell::place(&game));
        }
        recording.screen(&shown);
        if from >= entries.len() {
            break;
        }
        recording.types(&typed(&game, &entries[from]));
        let mut session = game.session().cloned();
        let to = export::turn(entries, from);
        for entry in &entries[from..to] {
            game.follow(entry)?;
        }
        let by_hand = match (&mut session, &entries[from]) {
            (Some(session), Entry::Type(keys)) => said(session, keys, game.session(), style),
            _ => String::new(),
        };
        recording.screen(&by_hand);
        shown = if game.session().is_some() && !by_hand.is_empty() {
            String::new()
        } else {
            shell::told(&game, style)
        };
        from = to;
    }
    recording.screen(&ending(&game, style));
    Ok(recording.finish())
}

fn title(game: &Game, style: Style) -> String {
    let story = game.story();
    let mut blocks = Vec::new();
    engine::tell(story, story.cover, game.state(), game.telling(), &mut blocks);
    let mut text = String::new();
    render::blocks(story, &blocks, style, &mut text);
    text.push_str(&format!("\n{}\n", style.strong(&story.str(story.title).to_uppercase())));
    render::wrap(story.str(story.tagline), "", "", style.width, &mut text);
    text
}

/// What a player types for a move: the number of a choice, keys.
fn typed(game: &Game, entry: &Entry) -> String {
    match entry {
        Entry::Choose(id) => {
            let screen = game.screen();
            let story = game.story();
            let choice =
                screen.scene.choices.iter().find(|choice| story.str(story.choice(choice.id).id) == id);
            choice.map_or_else(|| id.clone(), |choice| choice.number.to_string())
        }
        Entry::Type(keys) => keys.clone(),
        Entry::World(..) if matches!(game.offer(), Offer::Exercise(_)) => "decline".to_owned(),
        Entry::World(..) => String::new(),
    }
}

/// What is said and shown of a line typed by hand; and where it is not over, what can be typed now.
fn said(session: &mut Session, keys: &str, now: Option<&Session>, style: Style) -> String {
    let mut text = String::new();
    let Ok(accepted) = session.accept(keys) else { return text };
    for sentence in &accepted.says {
        render::wrap(sentence, "", "", style.width, &mut text);
    }
    text.push('\n');
    render::drawn(&now.unwrap_or(session).picture(), style, &mut text);
    if let Some(now) = now {
        text.push('\n');
        render::wrap(&now.prompt(), "", "", style.width, &mut text);
    }
    text
}

fn ending(game: &Game, style: Style) -> String {
    let story = game.story();
    let Some(ending) = game.ending() else { return String::new() };
    let title = story.str(story.endings[ending.index()].title);
    let mut text = format!("\n{}\n", style.faint(&"─".repeat(style.width)));
    text.push_str(&format!("Ending: {}\n\n", style.paint(title, Color::Yellow)));
    let mut blocks = Vec::new();
    engine::tell(story, story.card, game.state(), game.telling(), &mut blocks);
    let mut card = String::new();
    render::blocks(story, &blocks, style, &mut card);
    text + &card
}
