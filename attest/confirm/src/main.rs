//! `hardkey-confirm`: the online half of the verifier. Asks the cloud about the key of a report, with credentials of the CA's own that may
//! only read, and keeps what it was told in a record that a key of the CA's signs. Decides nothing: `hardkey-attest` does.

#![forbid(unsafe_code)]

mod arguments;
mod ask;
mod failure;
mod files;
mod init;
mod questions;
mod recheck;
mod settings;
mod signer;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use hardkey_attest::shown;

use arguments::{Arguments, Command, NAME};
use failure::{DONE, Failure, UNDECIDED};

fn main() -> ExitCode {
    let status = match parsed(std::env::args_os().collect()) {
        Ok(arguments) => execute(arguments),
        Err(error) => told(&error),
    };
    ExitCode::from(status)
}

fn execute(arguments: Arguments) -> u8 {
    match (arguments.command, arguments.report) {
        (Some(Command::Init(options)), _) => ended(init::run(&options)),
        (Some(Command::Recheck(options)), _) => match recheck::run(&options) {
            Ok(status) => status,
            Err(failure) => ended(Err(failure)),
        },
        (Some(Command::Replay(options)), _) => ended(ask::replay(&options)),
        (Some(Command::Completions { shell }), _) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
            ended(files::product(&script, None))
        }
        (Some(Command::Man { command }), _) => ended(manual(command.as_deref())),
        (None, Some(report)) => ended(ask::run(&report, arguments.digest_keys, &arguments.asking)),
        (None, None) => ended(Err(Failure::new("name a report; hardkey-confirm --help says more"))),
    }
}

fn ended(outcome: Result<(), Failure>) -> u8 {
    match outcome {
        Ok(()) => DONE,
        Err(failure) => {
            files::tell(&failure.to_string());
            UNDECIDED
        }
    }
}

/// One page for the program or for one of its commands.
fn manual(command: Option<&str>) -> Result<(), Failure> {
    let mut whole = Arguments::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => {
            let found = whole.find_subcommand(name).cloned().ok_or_else(|| {
                let names: Vec<&str> = whole.get_subcommands().map(clap::Command::get_name).collect();
                Failure::new(format!("man {name:?}: there is no such command; name one of {}", names.join(", ")))
            })?;
            found.version(env!("CARGO_PKG_VERSION")).display_name(format!("{NAME}-{name}"))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::new(format!("man: the page could not be written: {error}")))?;
    files::product(&text, None)
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
        files::tell_as_it_is(&text);
        return UNDECIDED;
    }
    ended(files::product(text.as_bytes(), None))
}
