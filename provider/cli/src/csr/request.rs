//! The request itself: assembled, signed by the key, and verified by the code of a CA before anybody gets it.
//!
//! `x509-cert` has a builder of its own. It wants the signer's algorithm as a type of its signature library, draws in a second
//! SHA-1, and puts an empty list of extensions into requests without any; the types that it fills in are enough.

use der::asn1::{Any, BitString, ObjectIdentifier, SetOfVec};
use der::pem::LineEnding;
use der::{Decode, Encode, EncodePem};
use hardkey_attest::csr::{Csr, SignatureAlgorithm};
use hardkey_kms::signing::Way;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

use crate::choice::Choice;
use crate::failure::Failure;

/// `challengePassword`, RFC 2985 §5.4.1.
const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");

/// What goes into a request, beside the key.
pub(super) struct Request {
    pub(super) subject: Name,
    pub(super) extensions: Vec<Extension>,
    pub(super) attributes: Vec<Attribute>,
}

impl Request {
    /// DER.
    pub(super) fn signed(self, choice: &Choice, way: Way) -> Result<Vec<u8>, Failure> {
        let algorithm = SignatureAlgorithm::of(way.scheme, way.hash)
            .ok_or_else(|| Failure::unusable(format!("--hash: requests are not signed by {:?}", way.scheme)))?;
        let info = self.info(choice.key.public_key.spki()).map_err(|error| unwritten(&error))?;
        let signed = info.to_der().map_err(|error| unwritten(&error))?;
        let signature = choice.sign(way, &signed)?;
        let request = BitString::from_bytes(&signature)
            .and_then(|signature| CertReq { info, algorithm: algorithm.identifier()?, signature }.to_der())
            .map_err(|error| unwritten(&error))?;
        let wrong = |why: String| Failure::unusable(format!("the request would be refused: {why}"));
        let csr = Csr::parse(&request).map_err(|error| wrong(error.to_string()))?;
        csr.verify().map_err(wrong)?;
        Ok(request)
    }

    fn info(self, spki: &[u8]) -> der::Result<CertReqInfo> {
        let Self { subject, extensions, mut attributes } = self;
        if !extensions.is_empty() {
            attributes.push(ExtensionReq(extensions).try_into()?);
        }
        Ok(CertReqInfo {
            version: Version::V1,
            subject,
            public_key: SubjectPublicKeyInfoOwned::from_der(spki)?,
            attributes: SetOfVec::try_from(attributes)?,
        })
    }
}

/// The CA's nonce where it looks for it.
pub(super) fn challenge_password(nonce: &str) -> Result<Attribute, Failure> {
    // A nonce is hexadecimal: PrintableString, which RFC 2985 §5.4.1 prefers.
    let value = der::asn1::PrintableStringRef::new(nonce).and_then(|text| Any::encode_from(&text));
    value.and_then(|value| attribute(CHALLENGE_PASSWORD, value)).map_err(|error| unwritten(&error))
}

/// An attribute with one value.
pub(super) fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

/// PEM, RFC 7468 §7.
pub(super) fn pem(der: &[u8]) -> Result<String, Failure> {
    CertReq::from_der(der).and_then(|request| request.to_pem(LineEnding::LF)).map_err(|error| unwritten(&error))
}

/// Why a part of a request cannot be written.
pub(super) fn unwritten(error: &der::Error) -> Failure {
    Failure::unusable(format!("the request cannot be written: {error}; make its names shorter or fewer"))
}
