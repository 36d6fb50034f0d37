//! Reports and challenges as a CA officer meets them: the program's own sources, under roots of tests.

mod errors;
mod folder;
mod record;
mod schema;
mod seen;
mod trail;
mod verdicts;
