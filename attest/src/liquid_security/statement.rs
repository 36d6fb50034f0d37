//! The layout of a statement, firmware 3.x ("V2").
//!
//! All numbers are big-endian:
//!
//! ```text
//! 0        u32 response code, 0
//! 4        u32 flags, 3: attributes and attestation were asked for
//! 8        u32 length of the whole, the signature included
//! 12       u32 length of the attribute buffer
//! 16       handles, 8 bytes each: one per object (Google); or u32 length of the attribute buffer again (Azure)
//! A        attribute buffer: u16 version 1, u16 flags 3 (Google) or 0 (Azure), u16 first object, u16 second object or 0,
//!          both from A
//!          then per object: u32 handle, u32 count, u32 length; count times u32 type, u32 length, value
//! end-256  RSA-2048 signature over everything before it
//! ```
//!
//! Every byte belongs to exactly one field: an object begins where the one before it ended, the last ends where the
//! signature begins. A statement with a gap, an overlap or a field twice is no statement.

use crate::cursor::Cursor;
use crate::form::{self, Form};
use crate::malformed::Malformed;

use super::attribute::Attribute;

const PART: &str = "statement";
/// The partition key is RSA-2048 in every chain seen.
const SIGNATURE: usize = 256;
/// The four numbers at the start.
const HEADER: usize = 16;
/// Version, flags and two offsets.
const BUFFER_HEADER: usize = 8;

/// Genuine objects have 33 to 37 attributes.
const MOST_ATTRIBUTES: usize = 64;

/// Who framed the statement, told by what stands between the header and the attribute buffer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// A handle of eight bytes for each object: Google Cloud HSM.
    Google,
    /// One number of four bytes and one object: Azure Managed HSM. No complete genuine one is public.
    Azure,
}

impl Framing {
    /// The flags of the attribute buffer: 3 in every genuine statement of Google's; 0 in the beginnings of two of Azure's
    /// that azure-rest-api-specs has (GetKeyAttestation-example.json), which are all that is public.
    fn flags(self) -> u16 {
        match self {
            Self::Google => 3,
            Self::Azure => 0,
        }
    }
}

/// A statement taken apart. Nothing in it is believed yet.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its framing.
    pub framing: Framing,
    /// One or two objects.
    pub objects: Vec<Object>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// One object: the public or the private half of a pair, or a single key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Object {
    /// The HSM's own number for it.
    pub handle: u32,
    /// Its attributes, in the order of the statement. No type occurs twice.
    pub attributes: Vec<Attribute>,
}

impl Statement {
    /// Takes a decompressed statement apart.
    ///
    /// # Errors
    /// [`Malformed`], with the position, for any byte that is not where the layout wants it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(PART, bytes);
        cursor.expect_u32(0, "the response code")?;
        cursor.expect_u32(3, "the flags of the response")?;
        let at = cursor.position();
        let total = cursor.length("the length of the statement")?;
        if !form::has(Form::WholeLength, total == bytes.len()) {
            let (expected, found) = (format!("{} as the length of the statement", bytes.len()), total.to_string());
            return Err(cursor.wrong(expected, found).at(at));
        }
        let at = cursor.position();
        let buffer = cursor.length("the length of the attribute buffer")?;
        let prefix = total.checked_sub(SIGNATURE).and_then(|end| end.checked_sub(buffer));
        let handles = prefix.and_then(|prefix| prefix.checked_sub(HEADER));
        let (framing, pair) = match handles {
            Some(8) => (Framing::Google, false),
            Some(16) => (Framing::Google, true),
            Some(4) => (Framing::Azure, false),
            _ => {
                let expected = format!(
                    "an attribute buffer that leaves 4, 8 or 16 bytes for handles and {SIGNATURE} for the signature"
                );
                return Err(cursor.wrong(expected, format!("{buffer} of {total} bytes")).at(at));
            }
        };
        match framing {
            Framing::Google => {
                cursor.take(handles.unwrap_or_default(), "handles")?;
            }
            Framing::Azure => {
                let repeated = u32::try_from(buffer).unwrap_or(u32::MAX);
                cursor.expect_u32(repeated, "the length of the attribute buffer, again")?;
            }
        }
        let start = cursor.position();
        cursor.expect_u16(1, "the version of the attribute buffer")?;
        cursor.expect_u16(framing.flags(), "the flags of the attribute buffer")?;
        let first = u16::try_from(BUFFER_HEADER).unwrap_or_default();
        cursor.expect_u16(first, "the offset of the first object")?;
        let second_at = cursor.position();
        let second = usize::from(cursor.u16("the offset of the second object")?);
        let mut objects = vec![Object::parse(&mut cursor)?];
        let reached = cursor.position().saturating_sub(start);
        let expected = if pair { reached } else { 0 };
        if !form::has(Form::Offsets, second == expected) {
            let expected = format!("{expected} as the offset of the second object");
            return Err(cursor.wrong(expected, second.to_string()).at(second_at));
        }
        if pair {
            objects.push(Object::parse(&mut cursor)?);
        }
        let end = total.saturating_sub(SIGNATURE);
        if !form::has(Form::NoGap, cursor.position() == end) {
            let expected = format!("the signature, {SIGNATURE} bytes before the end");
            return Err(cursor.wrong(expected, format!("{} bytes of something else", end.abs_diff(cursor.position()))));
        }
        let [signed, signature] =
            [bytes.get(..end), bytes.get(end..total)].map(|part| part.unwrap_or_default().to_vec());
        Ok(Self { framing, objects, signed, signature })
    }

    /// What the signature covers: every byte before it.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, 256 bytes.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl Object {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let handle = cursor.u32("the handle of an object")?;
        let at = cursor.position();
        let count = cursor.u32("the number of attributes")?;
        if usize::try_from(count).is_ok_and(|count| count > form::limit(MOST_ATTRIBUTES)) {
            return Err(cursor.wrong(format!("at most {MOST_ATTRIBUTES} attributes"), count.to_string()).at(at));
        }
        let length_at = cursor.position();
        let length = cursor.length("the length of the attributes")?;
        let start = cursor.position();
        let mut attributes: Vec<Attribute> = Vec::new();
        for _ in 0..count {
            let at = cursor.position();
            let code = cursor.u32("the type of an attribute")?;
            if !form::has(Form::EachOnce, attributes.iter().all(|known| known.code != code)) {
                return Err(cursor.wrong("each attribute once".to_owned(), format!("{code:#06x} again")).at(at));
            }
            let length = cursor.length("the length of an attribute")?;
            let value = cursor.take(length, "the value of an attribute")?.to_vec();
            attributes.push(Attribute { code, value });
        }
        let read = cursor.position().saturating_sub(start);
        if !form::has(Form::ObjectLength, read == length) {
            let expected = format!("{read} as the length of the attributes");
            return Err(cursor.wrong(expected, length.to_string()).at(length_at));
        }
        Ok(Self { handle, attributes })
    }

    /// The value of an attribute.
    #[must_use]
    pub fn value(&self, code: u32) -> Option<&[u8]> {
        self.attributes.iter().find(|attribute| attribute.code == code).map(|attribute| attribute.value.as_slice())
    }
}
