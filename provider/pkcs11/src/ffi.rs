//! The C boundary. All unsafe code of the module is in this room.
//!
//! - [`export`]: the table of C functions, and the lists hosts get it through.
//! - [`boundary`]: what happens on every call, whatever it is: panics, forks, broken pipes, logging.
//! - [`mod@pointer`]: the host's pointers become slices and values.
//! - [`lists`]: function lists and interfaces.
//! - [`general`], [`slot`], [`session`], [`object`], [`signature`]: the functions by topic, each a few lines that
//!   translate and call inwards.
//! - [`process`], [`published`], [`run`]: which process this is, and state that survives forks and exits.

mod boundary;
mod broken_pipe;
mod export;
mod general;
mod lists;
mod object;
mod pointer;
mod process;
mod published;
mod run;
mod session;
mod signature;
mod slot;

pub(crate) use pointer::{Output, Room, TemplateEntry};
pub(crate) use process::write_standard_error;
pub(crate) use published::Published;
