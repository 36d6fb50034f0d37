//! Distinguished names, in the shapes the vendors use.

use crate::der::{BMP_STRING, OID, PRINTABLE_STRING, SEQUENCE, UTF8_STRING, set_of, tlv};

/// A distinguished name: relative names in order, each of one or more parts `(type, text)`.
///
/// Types are `C`, `ST`, `L`, `O`, `OU` and `CN`. Countries are `PrintableString`, all else `UTF8String`, as in every
/// genuine certificate; `CN as BMPString` is in none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name(pub Vec<Vec<(&'static str, String)>>);

impl Name {
    /// Of a card: `HSM:<serial>, for <mode> mode`.
    #[must_use]
    pub fn card(serial: &str, mode: &str) -> Self {
        Self::hsm(&format!("HSM:{serial}, for {mode} mode"))
    }

    /// Of a partition: `HSM:<serial>:PARTN:<number>, for <mode> mode`.
    #[must_use]
    pub fn partition(serial: &str, number: &str, mode: &str) -> Self {
        Self::hsm(&format!("HSM:{serial}:PARTN:{number}, for {mode} mode"))
    }

    /// Of any common name, with what stands around it in the name of a card: one relative name of five parts.
    #[must_use]
    pub fn hsm(common_name: &str) -> Self {
        Self::new(&[
            &[("C", "US"), ("ST", "CA"), ("O", "Cavium"), ("OU", "N3FIPS"), ("L", "SanJose")],
            &[("CN", common_name)],
        ])
    }

    /// Any name.
    #[must_use]
    pub fn new(parts: &[&[(&'static str, &str)]]) -> Self {
        Self(parts.iter().map(|set| set.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect()).collect())
    }

    /// Relative names of one part each.
    #[must_use]
    pub fn plain(parts: &[(&'static str, &str)]) -> Self {
        Self(parts.iter().map(|(kind, text)| vec![(*kind, (*text).to_owned())]).collect())
    }

    /// The first common name, or nothing.
    #[must_use]
    pub fn common_name(&self) -> &str {
        self.0.iter().flatten().find(|(kind, _)| *kind == "CN").map_or("", |(_, text)| text)
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let sets: Vec<Vec<u8>> = self.0.iter().map(|set| set_of(set.iter().map(part).collect())).collect();
        tlv(SEQUENCE, &sets.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn part((kind, text): &(&'static str, String)) -> Vec<u8> {
    // X.520; RFC 5280 §A.1.
    let (last, tag) = match *kind {
        "CN" => (3, UTF8_STRING),
        "CN as BMPString" => (3, BMP_STRING),
        "C" => (6, PRINTABLE_STRING),
        "L" => (7, UTF8_STRING),
        "ST" => (8, UTF8_STRING),
        "O" => (10, UTF8_STRING),
        "OU" => (11, UTF8_STRING),
        other => panic!("no part of a name is called {other}"),
    };
    let wide = || text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let bytes = if tag == BMP_STRING { wide() } else { text.as_bytes().to_vec() };
    tlv(SEQUENCE, &[&tlv(OID, &[&[0x55, 0x04, last]]), &tlv(tag, &[&bytes])])
}
