"""What the HSM says of a key, taken apart by other means than the project's own."""

import gzip
import hashlib
import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.cloud.kms_v1 import CryptoKeyVersion, KeyOperationAttestation

from service import Algorithm, Level

CASES = []
case = CASES.append

FULL = CryptoKeyVersion.CryptoKeyVersionView.FULL
# PKCS#11's numbers, and Marvell's for the last.
CLASS, ID, LOCAL, EKCV = 0x0, 0x102, 0x163, 0x1003
PRIVATE = b"\x03"


def objects(statement):
    """The attributes of each object: LiquidSecurity documentation, "Software key attestation"."""
    _, _, total, size = struct.unpack_from(">IIII", statement)
    assert total == len(statement)
    start = total - (size + 256)
    first, second = struct.unpack_from(">HH", statement, start + 4)
    found = []
    for offset in filter(None, (first, second)):
        at = start + offset
        _, count, _ = struct.unpack_from(">III", statement, at)
        at += 12
        attributes = {}
        for _ in range(count):
            kind, length = struct.unpack_from(">II", statement, at)
            attributes[kind] = statement[at + 8 : at + 8 + length]
            at += 8 + length
        found.append(attributes)
    return found


def private_half(attestation):
    statement = gzip.decompress(attestation.content)
    (private,) = [attributes for attributes in objects(statement) if attributes[CLASS] == PRIVATE]
    return statement, private


def spki(service, version):
    pem = service.client.get_public_key(name=version.name).pem
    return load_pem_public_key(pem.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@case
def a_statement_is_about_the_very_key_and_its_name(service):
    for algorithm in (Algorithm.EC_SIGN_P256_SHA256, Algorithm.EC_SIGN_P384_SHA384, Algorithm.RSA_SIGN_PSS_3072_SHA256):
        version = service.new_version(algorithm, Level.HSM)
        assert version.attestation.format == KeyOperationAttestation.AttestationFormat.CAVIUM_V2_COMPRESSED
        _, private = private_half(version.attestation)
        assert private[EKCV] == hashlib.sha256(spki(service, version)).digest()
        assert private[ID][64:].decode() == hashlib.sha256(version.name.encode()).hexdigest()
        assert private[LOCAL] == b"\x01"
        again = service.client.get_crypto_key_version(name=version.name)
        assert again.attestation == version.attestation, "it is made once"


@case
def a_statement_is_signed_by_the_partition_that_both_chains_certify(service):
    attestation = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM).attestation
    statement, _ = private_half(attestation)
    chains = attestation.cert_chains
    cavium = [x509.load_pem_x509_certificate(pem.encode()) for pem in chains.cavium_certs]
    (card,) = [x509.load_pem_x509_certificate(pem.encode()) for pem in chains.google_card_certs]
    (partition,) = [x509.load_pem_x509_certificate(pem.encode()) for pem in chains.google_partition_certs]
    assert [certificate.public_key() for certificate in cavium] == [card.public_key(), partition.public_key()]
    signature, signed = statement[-256:], statement[:-256]
    partition.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    card.public_key().verify(
        cavium[1].signature, cavium[1].tbs_certificate_bytes, padding.PKCS1v15(), cavium[1].signature_hash_algorithm
    )


@case
def lists_show_statements_only_in_the_full_view(service):
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    parent = version.name.rsplit("/", 2)[0]
    (short,) = service.client.list_crypto_key_versions(parent=parent)
    assert "attestation" not in short
    (full,) = service.client.list_crypto_key_versions({"parent": parent, "view": FULL})
    assert full == version


@case
def keys_outside_of_an_hsm_have_no_statement(service):
    assert "attestation" not in service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.SOFTWARE)
