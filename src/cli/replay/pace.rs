//! How fast a replay goes, and the keys that change it. Keys are read one by one while the replay waits, and
//! only then: between two screens the terminal is as it was found.

use crate::shell::render;
use crate::shell::terminal::Style;
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Slowest and fastest, in words a minute.
const RATES: (f64, f64) = (30.0, 5000.0);
/// How much faster or slower one key makes it.
const STEP: f64 = 1.25;
const SHORTEST: Duration = Duration::from_millis(600);
const LONGEST: Duration = Duration::from_secs(30);
const KEYS: &str = "Space pauses, Enter goes on, + and - change the pace, b plays on from here, q leaves.";

/// How a replay goes from screen to screen.
pub(super) enum Pace {
    /// All at once.
    Instant,
    /// By Enter.
    Step,
    /// As the player has set it.
    Reading {
        /// How fast.
        words_a_minute: f64,
        /// Stopped until a key says otherwise.
        paused: bool,
    },
}

/// What comes next.
pub(super) enum Pressed {
    /// The next screen.
    Next,
    /// The reader plays on.
    Branch,
    /// The reader has seen enough.
    Leave,
}

impl Pace {
    pub(super) fn reading(words_a_minute: u64) -> Pace {
        // A signal that ends the program must not leave the terminal without its echo. Where a handler is
        // there already, that one ends it.
        let _ = ctrlc::set_handler(|| {
            let _ = disable_raw_mode();
            std::process::exit(130);
        });
        Pace::Reading { words_a_minute: words_a_minute as f64, paused: false }
    }

    /// Says which keys there are.
    pub(super) fn introduce(&self, style: Style, out: &mut impl Write) -> io::Result<()> {
        if let Pace::Reading { .. } = self {
            let mut text = String::new();
            render::wrap(KEYS, "", "", style.width, &mut text);
            out.write_all(style.faint(text.trim_end()).as_bytes())?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// Waits as long as so many words take, or for a key.
    pub(super) fn wait(&mut self, words: usize, style: Style, out: &mut impl Write) -> io::Result<Pressed> {
        match self {
            Pace::Instant => Ok(Pressed::Next),
            Pace::Step => {
                let mut asked = String::new();
                let keys = "(Enter goes on, `b` plays on from here, Ctrl-C leaves)";
                render::wrap(keys, "", "", style.width.saturating_sub(1), &mut asked);
                write!(out, "\n{} ", asked.trim_end())?;
                out.flush()?;
                let mut line = String::new();
                if io::stdin().read_line(&mut line)? == 0 {
                    return Ok(Pressed::Leave);
                }
                Ok(match line.trim() {
                    "b" => Pressed::Branch,
                    "q" => Pressed::Leave,
                    _ => Pressed::Next,
                })
            }
            Pace::Reading { words_a_minute, paused } => read(words, words_a_minute, paused, style, out),
        }
    }
}

/// Puts the terminal back, however the wait ends.
struct Raw;

impl Drop for Raw {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = disable_raw_mode();
    }
}

fn read(
    words: usize,
    rate: &mut f64,
    paused: &mut bool,
    style: Style,
    out: &mut impl Write,
) -> io::Result<Pressed> {
    let time = |rate: f64| Duration::from_secs_f64(words as f64 * 60.0 / rate).clamp(SHORTEST, LONGEST);
    enable_raw_mode()?;
    let _raw = Raw;
    let mut since = Instant::now();
    loop {
        let left = time(*rate).saturating_sub(since.elapsed());
        if !*paused && left.is_zero() {
            return Ok(Pressed::Next);
        }
        if !event::poll(if *paused { LONGEST } else { left })? {
            continue;
        }
        let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press, .. }) = event::read()? else {
            continue;
        };
        let control = modifiers.contains(KeyModifiers::CONTROL);
        let mut say = |text: &str| {
            let mut lines = String::new();
            render::wrap(&format!("({text})"), "", "", style.width, &mut lines);
            // Raw mode has no line ends of its own.
            out.write_all(lines.replace('\n', "\r\n").as_bytes())?;
            out.flush()
        };
        match code {
            KeyCode::Char('c' | 'd') if control => return Ok(Pressed::Leave),
            KeyCode::Char('q') | KeyCode::Esc => return Ok(Pressed::Leave),
            KeyCode::Char('b') => return Ok(Pressed::Branch),
            KeyCode::Enter | KeyCode::Right | KeyCode::Down | KeyCode::Char('n' | 'j') => {
                return Ok(Pressed::Next);
            }
            KeyCode::Char(' ' | 'p') => {
                *paused = !*paused;
                since = Instant::now();
                say(if *paused { "paused: Space goes on, Enter shows the next screen" } else { "on" })?;
            }
            KeyCode::Char('+' | '=') => {
                *rate = (*rate * STEP).min(RATES.1);
                say(&format!("{rate:.0} words a minute"))?;
            }
            KeyCode::Char('-' | '_') => {
                *rate = (*rate / STEP).max(RATES.0);
                say(&format!("{rate:.0} words a minute"))?;
            }
            KeyCode::Char('?' | 'h') => say(KEYS)?,
            _ => {}
        }
    }
}
