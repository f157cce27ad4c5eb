//! Where lines come from: a person at a terminal, or a script in a pipe.

use super::commands::COMMANDS;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::{DefaultHistory, History};
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, Helper};
use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;

/// Longest line that is read; the rest of a longer one is thrown away.
const LONGEST: usize = 4096;

/// What came of asking for a line.
#[derive(Debug)]
pub enum Input {
    /// A line.
    Line(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, the end of a pipe, or a terminal that was closed.
    End,
}

/// Where lines come from.
pub enum Prompt {
    /// A person.
    Person {
        /// rustyline.
        editor: Box<Editor<Completions, DefaultHistory>>,
        /// Where typed lines are kept.
        history: Option<PathBuf>,
    },
    /// A pipe or a file; counts its lines.
    Script {
        /// Lines read so far.
        line: usize,
    },
}

/// What Tab offers: commands, and the choices at hand.
#[derive(Debug, Default)]
pub struct Completions {
    /// What can be typed now, and what is shown for it.
    pub choices: Vec<(String, String)>,
    /// Hints in grey.
    pub color: bool,
}

impl Prompt {
    /// A person where standard input and output are terminals; else a script.
    pub fn new(person: bool, history: Option<PathBuf>, color: bool) -> Prompt {
        if !person {
            return Prompt::Script { line: 0 };
        }
        let config = Config::builder()
            .max_history_size(500)
            .map(|builder| builder.auto_add_history(false).build())
            .unwrap_or_default();
        match Editor::with_config(config) {
            Ok(mut editor) => {
                editor.set_helper(Some(Completions { choices: Vec::new(), color }));
                if let Some(path) = &history {
                    // No history yet is no reason to complain.
                    let _ = editor.load_history(path);
                }
                Prompt::Person { editor: Box::new(editor), history }
            }
            Err(_) => Prompt::Script { line: 0 },
        }
    }

    /// True for a person.
    pub fn is_person(&self) -> bool {
        matches!(self, Prompt::Person { .. })
    }

    /// The number of the last line of a script.
    pub fn line_number(&self) -> usize {
        match self {
            Prompt::Person { .. } => 0,
            Prompt::Script { line } => *line,
        }
    }

    /// Says what Tab offers from now on.
    pub fn offer(&mut self, choices: Vec<(String, String)>) {
        if let Prompt::Person { editor, .. } = self
            && let Some(helper) = editor.helper_mut()
        {
            helper.choices = choices;
        }
    }

    /// Asks for a line.
    ///
    /// # Errors
    /// When reading fails in another way than by the end.
    pub fn read(&mut self, prompt: &str) -> io::Result<Input> {
        match self {
            Prompt::Script { line } => {
                let mut bytes = Vec::new();
                let mut stdin = io::stdin().lock();
                let read = (&mut stdin).take(LONGEST as u64).read_until(b'\n', &mut bytes)?;
                if read == 0 {
                    return Ok(Input::End);
                }
                if read == LONGEST && bytes.last() != Some(&b'\n') {
                    skip_line(&mut stdin)?;
                }
                *line += 1;
                let text = String::from_utf8_lossy(&bytes);
                Ok(Input::Line(crate::text::visible(text.trim_end_matches(['\n', '\r'])).into_owned()))
            }
            Prompt::Person { editor, .. } => match editor.readline(prompt) {
                Ok(mut text) => {
                    text.truncate(text.floor_char_boundary(LONGEST));
                    let text = crate::text::visible(&text).into_owned();
                    if !text.trim().is_empty() {
                        let _ = editor.add_history_entry(text.as_str());
                    }
                    Ok(Input::Line(text))
                }
                Err(ReadlineError::Interrupted) => Ok(Input::Interrupted),
                // A terminal that was closed ends the game as Ctrl-D does.
                Err(_) => Ok(Input::End),
            },
        }
    }

    /// Keeps the history.
    pub fn close(&mut self) {
        if let Prompt::Person { editor, history: Some(path) } = self
            && editor.history().len() > 0
        {
            let _ = editor.save_history(path);
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

impl Completer for Completions {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..pos).unwrap_or(line).trim_start().to_lowercase();
        let choices = self
            .choices
            .iter()
            .filter(|(word, shown)| {
                word.to_lowercase().starts_with(&typed)
                    || shown
                        .to_lowercase()
                        .split(' ')
                        .any(|part| !typed.is_empty() && part.starts_with(&typed))
            })
            .map(|(word, shown)| Pair { display: shown.clone(), replacement: word.clone() });
        let commands =
            COMMANDS.iter().filter(|command| command.names[0].starts_with(&typed)).map(|command| Pair {
                display: format!("{:<9} {}", command.names[0], command.about),
                replacement: command.names[0].to_owned(),
            });
        Ok((0, choices.chain(commands).collect()))
    }
}

impl Hinter for Completions {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        let typed = line.trim_start().to_lowercase();
        if typed.len() < 2 || pos < line.len() {
            return None;
        }
        let words = self
            .choices
            .iter()
            .map(|(word, _)| word.as_str())
            .chain(COMMANDS.iter().map(|command| command.names[0]));
        let mut found =
            words.filter(|word| word.to_lowercase().starts_with(&typed) && word.len() > typed.len());
        let hint = found.next()?;
        found.next().is_none().then(|| hint.get(typed.len()..).unwrap_or("").to_owned())
    }
}

impl Highlighter for Completions {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        use colored::Colorize;
        if self.color { Cow::Owned(hint.dimmed().to_string()) } else { Cow::Borrowed(hint) }
    }
}

impl Validator for Completions {}
impl Helper for Completions {}
