//! The program: reads files, asks the clock once, writes what the library made of it. It decides nothing itself.

mod anchors;
mod arguments;
mod challenge;
mod files;
mod inspect;
mod key;
mod moment;
mod output;
mod policy;
mod seen;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use hardkey_attest::anchor::Anchors;
use hardkey_attest::shown;

use arguments::{Arguments, Command, PolicyCommand};
use output::Undecided;

/// Every rule passed.
pub(crate) const ACCEPTED: u8 = 0;
/// Some rule did not.
pub(crate) const NOT_ACCEPTED: u8 = 1;
/// The input could not be read, or the answer not be written: nobody must take that for an answer.
pub(crate) const UNDECIDED: u8 = 2;

/// Runs the program. The anchors are a part of it, and no argument: the released program has one set.
pub(crate) fn run<A: Anchors>(arguments: Vec<OsString>, trusted: &A) -> ExitCode {
    let status = match parsed(arguments) {
        Ok(arguments) => execute(arguments.command, trusted),
        Err(error) => told(&error),
    };
    ExitCode::from(status)
}

fn execute<A: Anchors>(command: Command, trusted: &A) -> u8 {
    let outcome = match command {
        Command::Verify(options) => return verify::run(&options, trusted),
        Command::Inspect(options) => return inspect::run(&options),
        Command::Policy { command: PolicyCommand::Show(options) } => policy::show(&options),
        Command::Anchors(options) => anchors::run(&options, trusted),
        Command::Challenge(options) => challenge::run(&options),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), arguments::NAME, &mut script);
            output::print(&script)
        }
        Command::Man { command } => manual(command.as_deref()),
    };
    match outcome {
        Ok(()) => ACCEPTED,
        Err(error) => output::complain(&error),
    }
}

/// One page for the program or for one of its commands.
fn manual(command: Option<&str>) -> Result<(), Undecided> {
    let mut whole = Arguments::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => {
            let found = whole.find_subcommand(name).cloned().ok_or_else(|| {
                let names: Vec<&str> = whole.get_subcommands().map(clap::Command::get_name).collect();
                Undecided::new("man", format!("one of {}", names.join(", ")), name)
            })?;
            found.version(env!("CARGO_PKG_VERSION")).display_name(format!("{}-{name}", arguments::NAME))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Undecided::new("man", "a page that can be written", &error.to_string()))?;
    output::print(&text)
}

/// The parser quotes arguments as they are; when it complains, it is asked again with arguments that are fit to be seen.
fn parsed(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(&arguments).map_err(|error| {
        let shown = arguments.iter().map(|argument| shown::text(&argument.to_string_lossy()));
        Arguments::try_parse_from(shown).err().unwrap_or(error)
    })
}

/// Help and version are answers; anything else is a complaint.
fn told(error: &clap::Error) -> u8 {
    let text = error.render().to_string();
    if error.use_stderr() {
        output::print_error(&text);
        return UNDECIDED;
    }
    match output::print(text.as_bytes()) {
        Ok(()) => ACCEPTED,
        Err(error) => output::complain(&error),
    }
}
