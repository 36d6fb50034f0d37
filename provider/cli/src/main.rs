//! `hardkey`: what a subscriber does with a key besides signing: looks at it, requests a certificate for it, shows a CA where it lives.

#![forbid(unsafe_code)]

mod arguments;
mod attest;
mod choice;
mod csr;
mod failure;
mod files;
mod grant;
mod keys;
mod output;
mod statement;
mod token;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use hardkey_attest::shown;

use arguments::{Arguments, Command};
use failure::{DONE, Failure, UNUSABLE};

fn main() -> ExitCode {
    let status = match parsed(std::env::args_os().collect()) {
        Ok(arguments) => ended(execute(arguments.command)),
        Err(error) => told(&error),
    };
    ExitCode::from(status)
}

fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Keys(options) => keys::run(&options),
        Command::Csr(options) => csr::run(&options),
        Command::Attest(options) => attest::run(&options),
        Command::GrantCa { cloud } => grant::run(&cloud),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), arguments::NAME, &mut script);
            output::product(&script, None)
        }
        Command::Man { command } => manual(&command),
    }
}

fn ended(outcome: Result<(), Failure>) -> u8 {
    match outcome {
        Ok(()) => DONE,
        Err(failure) => {
            output::tell(&failure.to_string());
            failure.status()
        }
    }
}

/// One page for the program, for one of its commands, or for one of a command's own.
fn manual(names: &[String]) -> Result<(), Failure> {
    let mut page = Arguments::command();
    page.build();
    let mut title = arguments::NAME.to_owned();
    for name in names {
        let found = page.find_subcommand(name).cloned().ok_or_else(|| {
            let there: Vec<&str> = page.get_subcommands().map(clap::Command::get_name).collect();
            let remedy = match there.as_slice() {
                [] => "leave it out".to_owned(),
                there => format!("name one of {}", there.join(", ")),
            };
            Failure::unusable(format!("man {name:?}: there is no such command; {remedy}"))
        })?;
        title = format!("{title}-{name}");
        page = found.version(env!("CARGO_PKG_VERSION")).display_name(title.clone());
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::unusable(format!("man: the page could not be written: {error}")))?;
    output::product(&text, None)
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
        output::tell_as_it_is(&text);
        return UNUSABLE;
    }
    ended(output::product(text.as_bytes(), None))
}
