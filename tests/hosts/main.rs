//! Real programs that load the module, run as people run them, each against an emulator of its own.
//!
//! A program that is not installed makes its tests skip, and say so; `tests/install.sh tests` installs them all.

mod jwk;
mod openssl_engine;
mod openssl_provider;
mod osslsigncode;
mod p11_kit;
mod pkcs11_tool;
mod recipe;
mod scene;
