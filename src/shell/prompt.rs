//! Where lines come from: a person at a terminal, a person with a screen reader, or a script in a pipe.

use super::commands::COMMANDS;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::{DefaultHistory, History};
use rustyline::validate::Validator;
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext, EventHandler,
    Helper, KeyEvent, RepeatCount,
};
use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use unicode_width::UnicodeWidthChar;

/// Longest line that is read; the rest of a longer one is thrown away.
const LONGEST: usize = 4096;

/// What came of asking for a line.
#[derive(Debug)]
pub enum Input {
    /// A line.
    Line(String),
    /// Ctrl-C on an empty line.
    Interrupted,
    /// Ctrl-C on a line that was begun, and is thrown away.
    Cancelled,
    /// Ctrl-D, the end of a pipe, or a terminal that was closed.
    End,
}

/// Where lines come from.
pub enum Prompt {
    /// A person, with an editor of lines.
    Person {
        /// rustyline.
        editor: Box<Editor<Completions, DefaultHistory>>,
        /// Where typed lines are kept.
        history: Option<PathBuf>,
        /// Ctrl-C was pressed with something typed.
        typed: Arc<AtomicBool>,
    },
    /// A person whose terminal is left as it is: the line is never drawn again while it is typed.
    Plain,
    /// A pipe or a file; counts its lines.
    Script {
        /// Lines read so far.
        line: usize,
    },
}

/// What Tab offers: commands with what may follow them, and the choices at hand.
#[derive(Debug, Default)]
pub struct Completions {
    /// What can be typed now, and what is shown for it.
    pub choices: Vec<(String, String)>,
    /// What can follow a command: its name, and what is shown for each.
    pub arguments: Vec<(&'static str, String, String)>,
    /// Hints in grey; without colour there are none, since they would look like what was typed.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// Ctrl-C was pressed since the last line that a plain prompt has read.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

impl Prompt {
    /// A person where standard input and output are terminals; else a script.
    pub fn new(person: bool, plain: bool, history: Option<PathBuf>, color: bool, slot: &str) -> Prompt {
        if !person {
            return Prompt::Script { line: 0 };
        }
        if plain {
            mind_signals(Some(super::sentences::saved(slot)));
            return Prompt::Plain;
        }
        let config = Config::builder()
            .max_history_size(500)
            .map(|builder| {
                builder
                    .auto_add_history(false)
                    .completion_type(CompletionType::List)
                    .completion_show_all_if_ambiguous(true)
                    .build()
            })
            .unwrap_or_default();
        match Editor::with_config(config) {
            Ok(mut editor) => {
                editor.set_helper(Some(Completions { color, ..Completions::default() }));
                if let Some(path) = &history {
                    // No history yet is no reason to complain.
                    let _ = editor.load_history(path);
                    clean(editor.history_mut());
                }
                let typed = Arc::new(AtomicBool::new(false));
                let cancel = Cancel { typed: Arc::clone(&typed) };
                editor.bind_sequence(KeyEvent::ctrl('C'), EventHandler::Conditional(Box::new(cancel)));
                mind_signals(None);
                Prompt::Person { editor: Box::new(editor), history, typed }
            }
            Err(_) => Prompt::Script { line: 0 },
        }
    }

    /// True for a person.
    pub fn is_person(&self) -> bool {
        !matches!(self, Prompt::Script { .. })
    }

    /// The number of the last line of a script.
    pub fn line_number(&self) -> usize {
        match self {
            Prompt::Person { .. } | Prompt::Plain => 0,
            Prompt::Script { line } => *line,
        }
    }

    /// Says what Tab offers from now on.
    pub fn offer(
        &mut self,
        choices: Vec<(String, String)>,
        arguments: Vec<(&'static str, String, String)>,
        width: usize,
    ) {
        if let Prompt::Person { editor, .. } = self
            && let Some(helper) = editor.helper_mut()
        {
            helper.choices = choices;
            helper.arguments = arguments;
            helper.width = width;
        }
    }

    /// Asks for a line.
    ///
    /// # Errors
    /// When reading fails in another way than by the end.
    pub fn read(&mut self, prompt: &str) -> io::Result<Input> {
        match self {
            Prompt::Script { line } => {
                let read = read_line()?;
                *line += usize::from(read.is_some());
                Ok(read.map_or(Input::End, Input::Line))
            }
            Prompt::Plain => {
                let mut out = io::stdout();
                write!(out, "{prompt}")?;
                out.flush()?;
                let read = read_line()?;
                INTERRUPTED.store(false, Ordering::Relaxed);
                Ok(read.map_or(Input::End, Input::Line))
            }
            Prompt::Person { editor, history, typed } => match editor.readline(prompt) {
                Ok(mut text) => {
                    text.truncate(text.floor_char_boundary(LONGEST));
                    let text = crate::text::visible(&text).into_owned();
                    if !text.trim().is_empty() {
                        let added = editor.add_history_entry(text.as_str());
                        if let (Ok(true), Some(path)) = (added, history) {
                            let _whole = crate::journal::store::between_writes();
                            let _ = editor.append_history(path);
                        }
                    }
                    Ok(Input::Line(text))
                }
                Err(ReadlineError::Interrupted) if typed.swap(false, Ordering::Relaxed) => {
                    Ok(Input::Cancelled)
                }
                Err(ReadlineError::Interrupted) => Ok(Input::Interrupted),
                // A terminal that was closed ends the game as Ctrl-D does.
                Err(_) => Ok(Input::End),
            },
        }
    }

    /// Keeps the history.
    pub fn close(&mut self) {
        if let Prompt::Person { editor, history: Some(path), .. } = self
            && !editor.history().is_empty()
        {
            let _whole = crate::journal::store::between_writes();
            let _ = editor.save_history(path);
        }
    }
}

/// Takes out of a history what must not reach the terminal: its file may have been written by something else.
fn clean(history: &mut DefaultHistory) {
    let lines: Vec<String> = history.iter().cloned().collect();
    if !lines.iter().any(|line| line.chars().any(|c| c == '\n' || crate::text::is_hostile(c))) {
        return;
    }
    let _ = history.clear();
    for line in lines {
        let _ = history.add(&crate::text::visible(&line).replace('\n', " "));
    }
}

/// What a signal does to a plain prompt: it says so first, then this; any other prompt ends at once.
static PLAIN: Mutex<Option<String>> = Mutex::new(None);

/// Ends the game at a signal (Ctrl-C outside the editor, a closed terminal, `kill`) between two files, never within
/// one. Every move is saved and every line is in the history, so that leaving needs nothing more.
fn mind_signals(plain: Option<String>) {
    *PLAIN.lock().unwrap_or_else(PoisonError::into_inner) = plain;
    // A second prompt of the same run has it already.
    let _ = ctrlc::set_handler(|| {
        let plain = PLAIN.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut again = true;
        if let Some(saved) = plain {
            // The terminal itself throws the line away.
            let mut out = io::stdout().lock();
            again = INTERRUPTED.swap(true, Ordering::Relaxed);
            let sentence = if again { &*saved } else { super::sentences::ONCE_MORE };
            let _ = writeln!(out, "\n{sentence}").and_then(|()| out.flush());
        }
        if again {
            let _whole = crate::journal::store::between_writes();
            std::process::exit(0);
        }
    });
}

/// Looks at the line that Ctrl-C is pressed on.
struct Cancel {
    typed: Arc<AtomicBool>,
}

impl ConditionalEventHandler for Cancel {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, line: &EventContext<'_>) -> Option<Cmd> {
        self.typed.store(!line.line().is_empty(), Ordering::Relaxed);
        None
    }
}

/// One line of standard input; `None` at its end.
fn read_line() -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut stdin = io::stdin().lock();
    let read = (&mut stdin).take(LONGEST as u64).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if read == LONGEST && bytes.last() != Some(&b'\n') {
        skip_line(&mut stdin)?;
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(crate::text::visible(text.trim_end_matches(['\n', '\r'])).into_owned()))
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

impl Completions {
    /// All that a line could become: what is put in its place, and what is shown for it.
    fn of(&self, line: &str) -> Vec<(String, String)> {
        let typed = line.trim_start().to_lowercase();
        // `load mon`: what can follow a command.
        for (command, ..) in &self.arguments {
            if typed.strip_prefix(command).is_some_and(|rest| rest.starts_with(' ')) {
                return self
                    .arguments
                    .iter()
                    .filter(|(name, ..)| name == command)
                    .map(|(name, word, shown)| (format!("{name} {word}"), shown.clone()))
                    .filter(|(whole, _)| whole.to_lowercase().starts_with(&typed))
                    .collect();
            }
        }
        let begins = |text: &str| text.to_lowercase().starts_with(&typed);
        let choices = self
            .choices
            .iter()
            .filter(|(word, shown)| {
                begins(word)
                    || begins(shown)
                    || (!typed.is_empty()
                        && shown.split(' ').any(|part| part.to_lowercase().starts_with(&typed)))
            })
            .cloned();
        let commands =
            COMMANDS.iter().filter(|command| command.names[0].starts_with(&typed)).map(|command| {
                (command.names[0].to_owned(), format!("{:<9} {}", command.names[0], command.about))
            });
        choices.chain(commands).collect()
    }

    /// No wider than the terminal, so that each stands on a line.
    fn fitting(&self, shown: &str) -> String {
        let most = self.width.max(20).saturating_sub(1);
        let mut out = String::new();
        let mut width = 0;
        for c in shown.chars() {
            width += c.width().unwrap_or(0);
            if width > most {
                out.pop();
                out.push('…');
                break;
            }
            out.push(c);
        }
        // As wide as the terminal, so that they do not stand side by side.
        let used = out.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
        out.push_str(&" ".repeat(most.saturating_sub(used)));
        out
    }
}

impl Completer for Completions {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let found = self.of(line.get(..pos).unwrap_or(line));
        let pairs = found
            .into_iter()
            .map(|(replacement, shown)| Pair { display: self.fitting(&shown), replacement })
            .collect();
        Ok((0, pairs))
    }
}

impl Hinter for Completions {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        let typed = line.trim_start().to_lowercase();
        if !self.color || typed.len() < 2 || pos < line.len() {
            return None;
        }
        let found = self.of(line);
        let mut ends = found.iter().filter(|(whole, _)| {
            whole.to_lowercase().starts_with(&typed)
                && whole.is_char_boundary(typed.len())
                && whole.len() > typed.len()
        });
        let (hint, _) = ends.next()?;
        ends.next().is_none().then(|| hint.get(typed.len()..).unwrap_or("").to_owned())
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
