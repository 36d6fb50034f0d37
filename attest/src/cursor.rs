//! Reading bytes from front to back, never beyond the end.

use crate::form::{self, Form};
use crate::malformed::Malformed;

/// A place in a part of the input.
pub(crate) struct Cursor<'a> {
    part: &'static str,
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(part: &'static str, bytes: &'a [u8]) -> Self {
        Self { part, bytes, position: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The next bytes. Nothing is allocated for a length that is not there.
    pub(crate) fn take(&mut self, length: usize, what: &str) -> Result<&'a [u8], Malformed> {
        let end = self.position.checked_add(length);
        let Some((taken, end)) = end.and_then(|end| Some((self.bytes.get(self.position..end)?, end))) else {
            let left = self.bytes.len().saturating_sub(self.position);
            return Err(self.wrong(format!("{length} bytes of {what}"), format!("{left} bytes before the end")));
        };
        self.position = end;
        Ok(taken)
    }

    /// The next two bytes, a big-endian number.
    pub(crate) fn u16(&mut self, what: &str) -> Result<u16, Malformed> {
        // `take` gives as many as it was asked for.
        Ok(u16::from_be_bytes(self.take(2, what)?.try_into().unwrap_or_default()))
    }

    /// The next four bytes, a big-endian number.
    pub(crate) fn u32(&mut self, what: &str) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.take(4, what)?.try_into().unwrap_or_default()))
    }

    /// The next four bytes, a length.
    pub(crate) fn length(&mut self, what: &str) -> Result<usize, Malformed> {
        let at = self.position;
        let number = self.u32(what)?;
        usize::try_from(number).map_err(|_| self.wrong(format!("a length for {what}"), number.to_string()).at(at))
    }

    /// A number that can have one value only.
    pub(crate) fn expect_u32(&mut self, value: u32, what: &str) -> Result<(), Malformed> {
        let at = self.position;
        let found = self.u32(what)?;
        let fits = form::has(Form::FixedNumbers, found == value);
        if fits { Ok(()) } else { Err(self.wrong(format!("{value} as {what}"), found.to_string()).at(at)) }
    }

    /// A number that can have one value only.
    pub(crate) fn expect_u16(&mut self, value: u16, what: &str) -> Result<(), Malformed> {
        let at = self.position;
        let found = self.u16(what)?;
        let fits = form::has(Form::FixedNumbers, found == value);
        if fits { Ok(()) } else { Err(self.wrong(format!("{value} as {what}"), found.to_string()).at(at)) }
    }

    /// Something wrong at this place.
    pub(crate) fn wrong(&self, expected: String, found: String) -> Malformed {
        Malformed::new(self.part, expected, found).at(self.position)
    }
}
