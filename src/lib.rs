//! `treed`: a text adventure whose machine learning is real, and the engine that plays it.
//!
//! ```text
//! story.ron → written → resolved → engine → scene (a value) → shell renders it
//!                                  moves flow back the same way
//! ```
//!
//! A playthrough is a list of moves by two players, you and the world: you choose, the world answers with
//! the outcome of an experiment. Here is a story, played to its ending:
//!
//! ```
//! use treed::journal::Game;
//! use treed::story::{Source, load};
//!
//! let source = Source::new("lamp.ron", br#"#![enable(implicit_some)]
//! Story(
//!     id: "lamp", title: "The Lamp", version: "1", start: "hall",
//!     facts: { "lit": Flag },
//!     scenes: {
//!         "hall": (text: "A hall. The lamp is {lit|lit|out}.", choices: [
//!             (id: "light", label: "Light the lamp", when: Not(Is("lit")), then: [Set("lit")]),
//!             (id: "leave", label: "Go home", when: Is("lit"), to: "home"),
//!         ]),
//!         "home": (text: "You are home.", ending: "home"),
//!     },
//!     endings: { "home": (title: "Home", hint: "There is a door.") },
//! )"#.to_vec()).unwrap();
//! let story = load(&source).unwrap();
//!
//! let mut game = Game::new(&story, 7).unwrap();
//! for id in ["light", "leave"] {
//!     let choice = story.choice_named(game.scene(), id).unwrap();
//!     game.choose(choice).unwrap();
//! }
//! assert!(game.ending().is_some());
//!
//! // Undo takes back the tail of the list; the same list played again is the same game.
//! assert_eq!(game.undo().as_deref(), Some("Go home"));
//! let (again, stopped) = Game::replay(&story, 7, game.entries()).unwrap();
//! assert_eq!(stopped, None);
//! assert_eq!(again.state(), game.state());
//! ```
//!
//! What to read next, in this order: [`story`] (what a story is once its names are resolved), [`engine`]
//! (`offer`, `step`, `show`), [`journal`] (the list and its files), [`labs`] (the experiments), [`shell`]
//! and [`cli`]. `docs/architecture.md` says what each part promises.

pub mod cli;
pub mod engine;
pub mod export;
pub mod journal;
pub mod labs;
pub mod map;
pub mod proof;
pub mod shell;
pub mod story;
pub mod text;
