//! The PKCS#11 module.
//!
//! A call comes in through [`ffi`], the only room with unsafe code, and becomes a call on a [`session`]. A session
//! belongs to a [`slot`], whose [`catalogue`] holds the [`object`]s a host may see and whose key service signs.
//! A [`module`] is everything between `C_Initialize` and `C_Finalize` in one process.

#[allow(unsafe_code, reason = "pointers of the host become slices here, and nowhere else")]
mod ffi;

mod catalogue;
mod digest_info;
mod error;
mod log;
mod mechanism;
mod module;
mod object;
mod operation;
mod pss;
mod session;
mod slot;
