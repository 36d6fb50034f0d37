//! FIPS 140 certificates of the clouds' HSMs: facts with a date and a source, to be looked up again before each release.
//!
//! A statement of an HSM says that it runs in FIPS mode; whether that mode is validated, NIST's list says.

use crate::instant::Instant;

/// One certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FipsCertificate {
    /// Whose HSMs: the name of an operator as claims have it.
    pub operator: &'static str,
    /// The module.
    pub module: &'static str,
    /// The standard.
    pub standard: &'static str,
    /// The overall level.
    pub level: u8,
    /// Number in NIST's Cryptographic Module Validation Program.
    pub number: u32,
    /// Since when it is on the historical list, if it is.
    pub historical_since: Option<&'static str>,
    /// When this was read.
    pub as_of: &'static str,
    /// Where it was read.
    pub source: &'static str,
}

/// The table.
pub const CERTIFICATES: &[FipsCertificate] = &[
    FipsCertificate {
        operator: "Google Hawksbill",
        module: "Marvell CNL3560-NFBE-2.0-G and -3.0-G, firmware 3.4 build 09",
        standard: "FIPS 140-2",
        level: 3,
        number: 4399,
        historical_since: Some("2026-09-22"),
        as_of: "2026-11-21",
        source: "Google Cloud HSM architecture page, October 2025; all FIPS 140-2 certificates turn historical on 22 September 2026",
    },
    FipsCertificate {
        operator: "Amazon Web Services",
        module: "AWS Key Management Service HSM, hardware 3.0, firmware 1.8.104",
        standard: "FIPS 140-3",
        level: 3,
        number: 4884,
        historical_since: None,
        as_of: "2026-11-21",
        source: "AWS KMS Developer Guide, kms-internals; security policy of October 2024",
    },
];

impl FipsCertificate {
    /// The certificate of an operator's HSMs.
    #[must_use]
    pub fn of(operator: &str) -> Option<&'static Self> {
        CERTIFICATES.iter().find(|certificate| certificate.operator == operator)
    }

    /// Whether it is on the historical list at a moment.
    #[must_use]
    pub fn is_historical(&self, at: Instant) -> bool {
        self.historical_since.and_then(Instant::parse).is_some_and(|since| since <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_turns_historical_on_its_day() {
        let google = FipsCertificate::of("Google Hawksbill").unwrap();
        assert!(!google.is_historical(Instant::parse("2026-09-21").unwrap()));
        assert!(google.is_historical(Instant::parse("2026-09-22").unwrap()));
        let aws = FipsCertificate::of("Amazon Web Services").unwrap();
        assert!(!aws.is_historical(Instant::parse("2030-01-01").unwrap()));
        assert_eq!(FipsCertificate::of("Google"), None);
    }

    #[test]
    fn every_date_of_the_table_is_one() {
        for certificate in CERTIFICATES {
            assert!(Instant::parse(certificate.as_of).is_some());
            assert!(certificate.historical_since.is_none_or(|date| Instant::parse(date).is_some()));
        }
    }
}
