//! The program `hardkey`, against the emulator: everything that it writes, and how it ends. Requests are verified by
//! OpenSSL, and by the verifier of a CA.

mod answered;
mod arguments;
mod attest;
mod azure;
mod choice;
mod configuration;
mod csr;
mod google;
mod grant;
mod keys;
