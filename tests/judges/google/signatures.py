"""AsymmetricSign: what comes back belongs to the key, and says what was verified on the way."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from service import Algorithm, Level, Purpose, crc32c, refused

CASES = []
case = CASES.append

MESSAGE = b"what is to be released"
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
WITH_A_DIGEST = [
    ("RSA_SIGN_PKCS1_2048_SHA256", "sha256"),
    ("RSA_SIGN_PKCS1_3072_SHA256", "sha256"),
    ("RSA_SIGN_PKCS1_4096_SHA256", "sha256"),
    ("RSA_SIGN_PKCS1_4096_SHA512", "sha512"),
    ("RSA_SIGN_PSS_2048_SHA256", "sha256"),
    ("RSA_SIGN_PSS_3072_SHA256", "sha256"),
    ("RSA_SIGN_PSS_4096_SHA256", "sha256"),
    ("RSA_SIGN_PSS_4096_SHA512", "sha512"),
    ("EC_SIGN_P256_SHA256", "sha256"),
    ("EC_SIGN_P384_SHA384", "sha384"),
    ("EC_SIGN_SECP256K1_SHA256", "sha256"),
]


def public_key(service, version):
    return load_pem_public_key(service.client.get_public_key(name=version.name).pem.encode())


def verify(key, algorithm, kind, digest, signature):
    hashed = utils.Prehashed(HASHES[kind])
    if algorithm.startswith("EC_"):
        key.verify(signature, digest, ec.ECDSA(hashed))
    elif "PSS" in algorithm:
        # The salt is as long as the digest, neither longer nor shorter.
        pss = padding.PSS(padding.MGF1(HASHES[kind]), salt_length=HASHES[kind].digest_size)
        key.verify(signature, digest, pss, hashed)
    else:
        key.verify(signature, digest, padding.PKCS1v15(), hashed)


@case
def every_algorithm_signs_a_digest_and_data_and_answers_with_checksums(service):
    for algorithm, kind in WITH_A_DIGEST:
        version = service.new_version(getattr(Algorithm, algorithm), Level.HSM)
        key = public_key(service, version)
        digest = hashlib.new(kind, MESSAGE).digest()
        request = {"name": version.name, "digest": {kind: digest}, "digest_crc32c": crc32c(digest)}
        answer = service.client.asymmetric_sign(request)
        assert (answer.name, answer.protection_level) == (version.name, Level.HSM), answer
        assert answer.signature_crc32c == crc32c(answer.signature), algorithm
        assert answer.verified_digest_crc32c and not answer.verified_data_crc32c
        verify(key, algorithm, kind, digest, answer.signature)
        by_data = service.client.asymmetric_sign(
            {"name": version.name, "data": MESSAGE, "data_crc32c": crc32c(MESSAGE)}
        )
        assert by_data.verified_data_crc32c and not by_data.verified_digest_crc32c
        verify(key, algorithm, kind, digest, by_data.signature)


@case
def keys_that_pad_data_sign_it_as_it_is(service):
    for bits in (2048, 3072, 4096):
        version = service.new_version(getattr(Algorithm, f"RSA_SIGN_RAW_PKCS1_{bits}"), Level.HSM)
        key = public_key(service, version)
        answer = service.client.asymmetric_sign(
            {"name": version.name, "data": MESSAGE, "data_crc32c": crc32c(MESSAGE)}
        )
        assert answer.verified_data_crc32c and answer.signature_crc32c == crc32c(answer.signature)
        assert key.recover_data_from_signature(answer.signature, padding.PKCS1v15(), None) == MESSAGE
        digest = {"sha256": hashlib.sha256(MESSAGE).digest()}
        refused("INVALID_ARGUMENT", service.client.asymmetric_sign, {"name": version.name, "digest": digest})
        too_long = b"x" * (bits // 8 - 10)
        refused("INVALID_ARGUMENT", service.client.asymmetric_sign, {"name": version.name, "data": too_long})


@case
def ed25519_signs_data(service):
    version = service.new_version(Algorithm.EC_SIGN_ED25519)
    answer = service.client.asymmetric_sign({"name": version.name, "data": MESSAGE})
    public_key(service, version).verify(answer.signature, MESSAGE)


@case
def without_a_checksum_nothing_was_verified(service):
    version = service.new_version()
    digest = {"sha256": hashlib.sha256(MESSAGE).digest()}
    answer = service.client.asymmetric_sign(name=version.name, digest=digest)
    assert not answer.verified_digest_crc32c and not answer.verified_data_crc32c


@case
def a_request_that_makes_no_sense_is_an_invalid_argument(service):
    version = service.new_version(Algorithm.EC_SIGN_P384_SHA384)
    right = hashlib.sha384(MESSAGE).digest()
    for request in [
        {"digest": {"sha256": hashlib.sha256(MESSAGE).digest()}},
        {"digest": {"sha384": right[:32]}},
        {"digest": {"sha384": right}, "data": MESSAGE},
        {"digest": {"sha384": right}, "digest_crc32c": crc32c(right) ^ 1},
        {"data": MESSAGE, "data_crc32c": crc32c(MESSAGE) ^ 1},
        {},
    ]:
        refused("INVALID_ARGUMENT", service.client.asymmetric_sign, {"name": version.name, **request})


@case
def what_cannot_sign_is_a_failed_precondition(service):
    digest = {"sha256": hashlib.sha256(MESSAGE).digest()}
    key = service.new_key(purpose=Purpose.ENCRYPT_DECRYPT)
    version = service.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
    refused("FAILED_PRECONDITION", service.client.asymmetric_sign, name=version.name, digest=digest)
    version = service.new_version()
    for state in ("DISABLED", "DESTROY_SCHEDULED", "DESTROYED", "PENDING_GENERATION"):
        service.control("POST", "/google/state", {"name": version.name, "state": state})
        error = refused("FAILED_PRECONDITION", service.client.asymmetric_sign, name=version.name)
        assert f"{version.name} is not enabled, current state is: {state}." in error.message
        (violation,) = error.details[0]["violations"]
        assert violation == {"type": f"KEY_{state}", "subject": version.name}
    nobody = service.ring + "/cryptoKeys/foo/cryptoKeyVersions/1"
    refused("NOT_FOUND", service.client.asymmetric_sign, name=nobody)


@case
def each_corruption_spoils_what_it_says_and_nothing_else(service):
    version = service.new_version(Algorithm.RSA_SIGN_PKCS1_2048_SHA256, Level.HSM)
    key = public_key(service, version)
    digest = hashlib.sha256(MESSAGE).digest()

    def corrupted(how):
        service.fault(operation="AsymmetricSign", times=1, corrupt=how)
        request = {"name": version.name, "digest": {"sha256": digest}, "digest_crc32c": crc32c(digest)}
        answer = service.client.asymmetric_sign(request)
        try:
            key.verify(answer.signature, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
            good = True
        except InvalidSignature:
            good = False
        fits = answer.signature_crc32c == crc32c(answer.signature)
        return good, fits, answer.verified_digest_crc32c, answer.name == version.name

    assert corrupted("signature") == (False, True, True, True)
    assert corrupted("other-key") == (False, True, True, True)
    assert corrupted("signature-crc32c") == (True, False, True, True)
    assert corrupted("digest-unverified") == (True, True, False, True)
    assert corrupted("key-id") == (True, True, True, False)
    service.fault(operation="GetPublicKey", times=1, corrupt="pem-crc32c")
    public = service.client.get_public_key(name=version.name)
    assert load_pem_public_key(public.pem.encode()) == key and public.pem_crc32c != crc32c(public.pem.encode())
    service.fault(operation="GetPublicKey", times=1, corrupt="other-key")
    public = service.client.get_public_key(name=version.name)
    assert load_pem_public_key(public.pem.encode()) != key and public.pem_crc32c == crc32c(public.pem.encode())
