//! What fits the program into a system, made from the same declarations as the command line itself: the man
//! page and the completions of shells.

use crate::shell::Trouble;
use crate::shell::commands::COMMANDS;
use clap::CommandFactory;
use std::io::Write;

/// The man page of the program, or of one of its commands, in roff.
pub(super) fn man<A: CommandFactory>(command: Option<&str>, out: &mut dyn Write) -> Result<i32, Trouble> {
    let mut program = A::command();
    // Gives the commands below the flags that hold for all.
    program.build();
    let Some(name) = command else {
        let man = clap_mangen::Man::new(program);
        let mut page = Vec::new();
        man.render_title(&mut page)?;
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_subcommands_section(&mut page)?;
        out.write_all(&page)?;
        out.write_all(more()?.as_bytes())?;
        return Ok(0);
    };
    let known: Vec<String> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let Some(found) = program.find_subcommand(name) else {
        let near = crate::story::diagnostic::nearest(name, known.iter().map(String::as_str))
            .map(|near| format!("; do you mean `{near}`?"))
            .unwrap_or_default();
        return Err(Trouble::Told(format!("there is no command `{}`{near}", crate::text::visible(name))));
    };
    let title = format!("treed-{name}");
    let mut page = Vec::new();
    clap_mangen::Man::new(found.clone().display_name(title.clone()).bin_name(format!("treed {name}")))
        .title(title)
        .render(&mut page)?;
    out.write_all(&page)?;
    Ok(0)
}

/// What clap does not know: the commands inside a game, files, environment, exit codes.
fn more() -> Result<String, Trouble> {
    use clap_mangen::roff::{Roff, bold, roman};
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS OF THE GAME"]);
    roff.text([roman(
        "A choice is taken by its number, by a word of it, or by a sentence close to it. Beside that:",
    )]);
    for command in COMMANDS {
        roff.control("TP", []);
        roff.text([bold(format!("{} {}", command.names[0], command.argument).trim_end())]);
        roff.text([roman(command.about)]);
    }
    let rest: [(&str, &[(&str, &str)]); 3] = [
        (
            "ENVIRONMENT",
            &[
                ("TREED_SAVES", "The folder of saves, where --saves does not name one."),
                ("NO_COLOR", "Where it is set and not empty, nothing is painted."),
            ],
        ),
        (
            "FILES",
            &[(
                "./saves",
                "Saves, where this folder exists; else they are in the data folder of the platform, as in ~/.local/share/treed. Each story has a folder of its own there, with its slots (NAME.ron), gallery.ron, settings.ron and history.txt.",
            )],
        ),
        (
            "EXIT STATUS",
            &[
                ("0", "Done."),
                ("1", "Faults, or a line of a script that was refused."),
                ("2", "The command line could not be understood."),
                ("3", "Undecided: a proof\u{2019}s budget was spent, or it was interrupted."),
            ],
        ),
    ];
    for (title, entries) in rest {
        roff.control("SH", [title]);
        for (name, about) in entries {
            roff.control("TP", []);
            roff.text([bold(*name)]);
            roff.text([roman(*about)]);
        }
    }
    Ok(roff.render())
}

/// The completions of a shell, as a script for it.
pub(super) fn completions<A: CommandFactory>(
    shell: clap_complete::Shell,
    out: &mut dyn Write,
) -> Result<i32, Trouble> {
    // clap_complete writes into what cannot fail; a closed pipe is noticed afterwards.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut A::command(), "treed", &mut script);
    out.write_all(&script)?;
    Ok(0)
}
