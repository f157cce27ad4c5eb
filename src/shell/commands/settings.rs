//! The `settings` command: one table of what can be set, kept beside the saves.

use crate::journal::settings::{Pace, Settings, WIDTHS};
use crate::shell::prompt::Prompt;
use crate::shell::{Shell, Trouble, render, sentence};
use std::io::Write;

/// Something that can be set.
struct Setting {
    name: &'static str,
    about: &'static str,
    get: fn(&Settings) -> String,
    /// False for a value that it cannot take.
    set: fn(&mut Settings, &str) -> bool,
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "width",
        about: "the widest line: 40 to 200 columns, or auto",
        get: |settings| settings.width.map_or("auto".to_owned(), |width| width.to_string()),
        set: |settings, value| match (value, value.parse::<u16>()) {
            ("auto", _) => {
                settings.width = None;
                true
            }
            (_, Ok(width)) if WIDTHS.contains(&width) => {
                settings.width = Some(width);
                true
            }
            _ => false,
        },
    },
    Setting {
        name: "pace",
        about: "of replays: slow, reading, fast or instant",
        get: |settings| settings.pace.name().to_owned(),
        set: |settings, value| match Pace::named(value) {
            Some(pace) => {
                settings.pace = pace;
                true
            }
            None => false,
        },
    },
    Setting {
        name: "colour",
        about: "names in colour: on or off",
        get: |settings| on_or_off(settings.colour),
        set: |settings, value| switch(&mut settings.colour, value),
    },
    Setting {
        name: "pictures",
        about: "drawn (on) or told in words (off)",
        get: |settings| on_or_off(settings.pictures),
        set: |settings, value| switch(&mut settings.pictures, value),
    },
    Setting {
        name: "plain",
        about: "for screen readers: on or off",
        get: |settings| on_or_off(settings.plain),
        set: |settings, value| switch(&mut settings.plain, value),
    },
];

fn on_or_off(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

fn switch(setting: &mut bool, value: &str) -> bool {
    match value {
        "on" | "yes" | "true" => *setting = true,
        "off" | "no" | "false" => *setting = false,
        _ => return false,
    }
    true
}

/// What can follow `settings`, for completion.
pub(in crate::shell) fn completions() -> impl Iterator<Item = (&'static str, &'static str)> {
    SETTINGS.iter().map(|setting| (setting.name, setting.about))
}

pub(super) fn settings(shell: &mut Shell, argument: &str, out: &mut dyn Write) -> Result<(), Trouble> {
    let argument = argument.to_lowercase().replace("color", "colour").replace("colouur", "colour");
    let (name, value) = argument.split_once([' ', '=']).unwrap_or((&argument, ""));
    if name.is_empty() {
        return list(shell, out);
    }
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        let near = crate::story::diagnostic::nearest(name, names.clone())
            .map(|near| format!(" Do you mean `settings {near}`?"))
            .unwrap_or_default();
        return shell
            .refuse(&format!("There is no setting `{name}`.{near} There are {}.", names.join(", ")), out);
    };
    if value.is_empty() {
        let now = (setting.get)(&shell.settings);
        return shell.say(&format!("{name} is {now} ({}).", setting.about), out);
    }
    let mut changed = shell.settings.clone();
    if !(setting.set)(&mut changed, value.trim()) {
        return shell.refuse(&format!("`{name}` cannot be `{value}`. It is {}.", setting.about), out);
    }
    let before = shell.style.plain;
    shell.settings = changed;
    shell.restyle();
    let now = (setting.get)(&shell.settings);
    let kept = match shell.store.keep_settings(&shell.settings) {
        Ok(()) => format!("{name} is {now} from now on."),
        Err(failed) => format!("{name} is {now} for this game. {}", sentence(&failed)),
    };
    shell.say(&kept, out)?;
    if shell.style.plain && !before {
        shell.say(crate::shell::sentences::PLAIN, out)?;
    }
    if shell.style.plain != before && shell.person {
        shell.prompt.close();
        let history = Some(shell.store.history_path());
        shell.prompt = Prompt::new(true, shell.style.plain, history, shell.style.color, &shell.slot);
    }
    Ok(())
}

fn list(shell: &mut Shell, out: &mut dyn Write) -> Result<(), Trouble> {
    let mut text = String::new();
    for setting in SETTINGS {
        let now = (setting.get)(&shell.settings);
        if shell.style.plain {
            let line = format!("{}: {now} ({}).", setting.name, setting.about);
            render::wrap(&line, "", "", shell.style.width, &mut text);
        } else {
            let head = format!("  {:<9} {now:<8} ", setting.name);
            render::wrap(setting.about, &head, &" ".repeat(21), shell.style.width, &mut text);
        }
    }
    let example = "`settings width 60` changes one. They are kept for the next time.";
    text.push('\n');
    render::wrap(example, "", "", shell.style.width, &mut text);
    shell.print(&text, out)
}
