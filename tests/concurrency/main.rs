//! Many threads, many sessions, keys and clouds in trouble: every signature verifies with the key and over the data of
//! the one who asked for it.

mod crowd;
mod fixture;
mod trouble;
mod valgrind;
