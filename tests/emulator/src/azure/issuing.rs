//! X.509: certificates for keys of vaults, from an authority of this emulator's own.

use crate::clock;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::stack::Stack;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder};
use std::sync::OnceLock;

/// A year, as long as certificates here are good.
const YEAR: i64 = 365 * 86_400;

/// A certificate and those above it, without the root that nobody needs to be told.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// DER.
    pub(crate) leaf: Vec<u8>,
    /// DER, upwards: the intermediate authority and the root.
    pub(crate) above: Vec<Vec<u8>>,
}

struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

/// A code signing certificate for a public key, good for a year around now.
pub(crate) fn issue(public_der: &[u8], common_name: &str) -> Result<Chain, ErrorStack> {
    let [intermediate, root] = authorities()?;
    let mut builder = draft(&name(common_name)?, intermediate.certificate.subject_name().to_owned()?)?;
    let key = PKey::public_key_from_der(public_der)?;
    builder.set_pubkey(&key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().code_signing().build()?)?;
    let context = builder.x509v3_context(Some(&intermediate.certificate), None);
    let identifiers =
        [SubjectKeyIdentifier::new().build(&context)?, AuthorityKeyIdentifier::new().keyid(true).build(&context)?];
    for extension in identifiers {
        builder.append_extension(extension)?;
    }
    builder.sign(&intermediate.key, MessageDigest::sha256())?;
    Ok(Chain {
        leaf: builder.build().to_der()?,
        above: vec![intermediate.certificate.to_der()?, root.certificate.to_der()?],
    })
}

/// A PKCS#12 container of certificates alone, without a password, as a key that cannot leave its HSM has it.
pub(crate) fn pkcs12(leaf: &[u8], above: &[Vec<u8>], key: Option<&PKey<Private>>) -> Result<Vec<u8>, ErrorStack> {
    let leaf = X509::from_der(leaf)?;
    let mut rest = Stack::new()?;
    for certificate in above {
        rest.push(X509::from_der(certificate)?)?;
    }
    let mut builder = openssl::pkcs12::Pkcs12::builder();
    builder.cert(&leaf).ca(rest);
    if let Some(key) = key {
        builder.pkey(key);
    }
    builder.build2("")?.to_der()
}

/// First and last second, since 1970.
pub(crate) fn validity(der: &[u8]) -> Result<(u64, u64), ErrorStack> {
    let certificate = X509::from_der(der)?;
    let epoch = Asn1Time::from_unix(0)?;
    let since = |moment: &openssl::asn1::Asn1TimeRef| {
        let difference = epoch.diff(moment)?;
        let seconds = i64::from(difference.days) * 86_400 + i64::from(difference.secs);
        Ok::<u64, ErrorStack>(u64::try_from(seconds).unwrap_or(0))
    };
    Ok((since(certificate.not_before())?, since(certificate.not_after())?))
}

/// The intermediate authority and the root: new in every process.
fn authorities() -> Result<&'static [Authority; 2], ErrorStack> {
    static AUTHORITIES: OnceLock<[Authority; 2]> = OnceLock::new();
    if let Some(authorities) = AUTHORITIES.get() {
        return Ok(authorities);
    }
    let (root_name, name) = (name("Hardkey emulator code signing root")?, name("Hardkey emulator code signing CA")?);
    let root_key = curve_key()?;
    let root = authority(draft(&root_name, root_name.to_owned()?)?, &root_key, &root_key)?;
    let key = curve_key()?;
    let intermediate = authority(draft(&name, root_name.to_owned()?)?, &key, &root_key)?;
    let made = [Authority { key, certificate: intermediate }, Authority { key: root_key, certificate: root }];
    Ok(AUTHORITIES.get_or_init(|| made))
}

fn authority(mut builder: X509Builder, key: &PKey<Private>, issuer: &PKey<Private>) -> Result<X509, ErrorStack> {
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(identifier)?;
    builder.sign(issuer, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn draft(subject: &X509Name, issuer: X509Name) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    // RFC 5280 §4.1.2.2: positive, 20 bytes at most.
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let serial: Asn1Integer = serial.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(&issuer)?;
    let now = i64::try_from(clock::whole_seconds()).unwrap_or(0);
    let (first, last) = (Asn1Time::from_unix(now - 3600)?, Asn1Time::from_unix(now + YEAR)?);
    builder.set_not_before(&first)?;
    builder.set_not_after(&last)?;
    Ok(builder)
}

fn name(common_name: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::COMMONNAME, common_name)?;
    Ok(builder.build())
}

fn curve_key() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)
}
