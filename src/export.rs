//! Playthroughs as files: a list of moves, played again into a text. Pure; the command line writes it.
//!
//! [`Retelling`] plays the moves and keeps what was told, as values. [`markdown`] and [`html`] are two
//! ways to set them; [`cast`] is a recording of screens that somebody else has drawn.

pub mod cast;
pub mod comic;
pub mod html;
pub mod markdown;

use crate::engine::{self, Block, Offer};
use crate::journal::{Entry, Game, Unmade};
use crate::labs::exercise::Session;
use crate::story::{EndingId, Story};

/// A playthrough, told again.
#[derive(Debug)]
pub struct Retelling<'s> {
    /// The story.
    pub story: &'s Story,
    /// The game's seed.
    pub seed: u32,
    /// How many moves the player made.
    pub turns: usize,
    /// The picture of the title screen.
    pub cover: Vec<Block<'static>>,
    /// What was told, from one choice of the player to the next.
    pub beats: Vec<Beat>,
    /// How it ended; `None` for a game that goes on.
    pub finale: Option<Finale>,
}

/// What was told after one choice of the player.
#[derive(Debug)]
pub struct Beat {
    /// What the player did to get here; `None` at the beginning, and where an exercise was done.
    pub did: Option<String>,
    /// Title of the scene; empty where it has only a name for authors.
    pub title: String,
    /// The story's status line.
    pub status: String,
    /// What was told.
    pub blocks: Vec<Block<'static>>,
    /// What was then done by hand.
    pub by_hand: Vec<Frame>,
    /// The lines typed for it.
    pub typed: Vec<String>,
}

/// A moment of something done by hand.
#[derive(Debug)]
pub struct Frame {
    /// The picture.
    pub rows: Vec<String>,
    /// In words.
    pub described: String,
    /// What was said about it.
    pub says: Vec<String>,
}

/// The ending.
#[derive(Debug)]
pub struct Finale {
    /// Which.
    pub ending: EndingId,
    /// What the story says under every ending.
    pub card: Vec<Block<'static>>,
}

/// A move that cannot be made in this story.
#[derive(Debug, thiserror::Error)]
#[error("move {number} of {of} cannot be made in this story any more: {why}")]
pub struct Stopped {
    /// Which, from 1; 0 where the story does not even begin.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Why not.
    pub why: Unmade,
}

impl<'s> Retelling<'s> {
    /// Plays a list of moves and keeps what is told. Runs no experiment but to draw its pictures again.
    ///
    /// # Errors
    /// Where a move cannot be made.
    pub fn new(story: &'s Story, seed: u32, entries: &[Entry]) -> Result<Retelling<'s>, Stopped> {
        let stopped = |at: usize, why| Stopped { number: at, of: entries.len(), why };
        let mut game = Game::replay(story, seed, &[]).map_err(|why| stopped(0, why))?.0;
        let mut from = 0;
        // A story may begin with an experiment.
        while let (Offer::World(_), Some(entry)) = (game.offer(), entries.get(from)) {
            game.follow(entry).map_err(|why| stopped(from + 1, why))?;
            from += 1;
        }
        let mut cover = Vec::new();
        engine::tell(story, story.cover, game.state(), game.telling(), &mut cover);
        let cover = cover.into_iter().map(Block::into_owned).collect();
        let mut beats = vec![Beat::of(&game, None)];
        while from < entries.len() {
            let typed = match &entries[from] {
                Entry::Type(keys) => game.session().cloned().map(|session| (session, keys)),
                _ => None,
            };
            let to = turn(entries, from);
            for (i, entry) in entries[from..to].iter().enumerate() {
                game.follow(entry).map_err(|why| stopped(from + i + 1, why))?;
            }
            from = to;
            if let (Some((session, keys)), Some(beat)) = (&typed, beats.last_mut()) {
                beat.by_hand.extend(frames(session.clone(), keys));
                beat.typed.push(keys.to_string());
                if game.session().is_some() {
                    continue;
                }
            }
            let did = typed.is_none().then(|| game.last().to_owned());
            beats.push(Beat::of(&game, did));
        }
        let finale = game.ending().map(|ending| {
            let mut card = Vec::new();
            engine::tell(story, story.card, game.state(), game.telling(), &mut card);
            Finale { ending, card: card.into_iter().map(Block::into_owned).collect() }
        });
        Ok(Retelling { story, seed, turns: game.turns(), cover, beats, finale })
    }

    /// The title of the ending.
    pub fn ending_title(&self) -> Option<&str> {
        self.finale.as_ref().map(|finale| self.story.str(self.story.endings[finale.ending.index()].title))
    }

    /// What kind of game it was, in a sentence without a full stop.
    pub fn summary(&self) -> String {
        let moves = if self.turns == 1 { "1 move".to_owned() } else { format!("{} moves", self.turns) };
        match self.ending_title() {
            Some(title) => format!("A game of {moves} with seed {}, to the ending “{title}”", self.seed),
            None => format!("A game of {moves} with seed {}, not yet ended", self.seed),
        }
    }
}

/// The first entry after a move of the player and the world's answers to it.
pub fn turn(entries: &[Entry], from: usize) -> usize {
    entries[from + 1..]
        .iter()
        .position(|entry| !matches!(entry, Entry::World(..)))
        .map_or(entries.len(), |i| from + 1 + i)
}

impl Beat {
    fn of(game: &Game, did: Option<String>) -> Beat {
        let story = game.story();
        let screen = game.screen();
        let scene = story.scene(screen.scene.id);
        // A scene without a title of its own has only its name, which is for authors.
        let title = if scene.title == scene.name { "" } else { story.str(scene.title) };
        let status = engine::paragraph(story, story.status, game.state(), game.telling());
        Beat {
            did,
            title: title.to_owned(),
            status: status.into_owned(),
            blocks: screen.blocks.into_iter().chain(screen.scene.blocks).map(Block::into_owned).collect(),
            by_hand: match game.session() {
                // Photographs are shown as they are judged; a flight from where it stands.
                Some(Session::Label(_)) | None => Vec::new(),
                Some(session) => vec![Frame::of(session, Vec::new())],
            },
            typed: Vec::new(),
        }
    }
}

impl Frame {
    fn of(session: &Session, says: Vec<String>) -> Frame {
        let picture = session.picture();
        Frame { rows: picture.rows, described: picture.described, says }
    }
}

/// The moments of a typed line that tell the most: each photograph with its answer, each flight at its
/// end, when the picture holds its whole way.
fn frames(mut session: Session, keys: &str) -> Vec<Frame> {
    let mut frames = Vec::new();
    for key in keys.chars() {
        let before = session.clone();
        let Ok(accepted) = session.accept(key.encode_utf8(&mut [0; 4])) else { break };
        match (&before, &session) {
            (Session::Label(_), _) => frames.push(Frame::of(&before, accepted.says)),
            (Session::Fly(..), Session::Fly(flight, _)) if flight.end().is_some() => {
                frames.push(Frame::of(&session, accepted.says));
            }
            (Session::Correct(before), Session::Correct(after)) if before.ends() != after.ends() => {
                frames.push(Frame::of(&session, accepted.says));
            }
            _ => {}
        }
    }
    frames
}
