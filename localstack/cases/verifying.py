"""Verify."""

from .registry import case, fact
from .server import NOWHERE
from .signature import digest_of

MESSAGE = b"a release of something"
ALGORITHM = {"ECC_NIST_P256": "ECDSA_SHA_256", "RSA_2048": "RSASSA_PSS_SHA_256", "ECC_NIST_P521": "ECDSA_SHA_512"}


def signed(server, key, spec):
    return server.client().sign(KeyId=key, Message=MESSAGE, SigningAlgorithm=ALGORITHM[spec])["Signature"]


def verify(server, key, spec, signature, message=MESSAGE, **parameters):
    return server.client().verify(
        KeyId=key, Message=message, Signature=signature, SigningAlgorithm=ALGORITHM[spec], **parameters
    )


def good(spec, message_type):
    def run(server):
        key = server.key(spec)
        message = MESSAGE if message_type == "RAW" else digest_of(ALGORITHM[spec], MESSAGE)
        answer = verify(server, key, spec, signed(server, key, spec), message, MessageType=message_type)
        fact("SignatureValid", answer["SignatureValid"], True)
        fact("SigningAlgorithm", answer["SigningAlgorithm"], ALGORITHM[spec])
        fact("KeyId is the key's ARN", answer["KeyId"] == key, True)

    return run


for _spec in ALGORITHM:
    for _type in ("RAW", "DIGEST"):
        case(f"verify-{_spec}-{_type}")(good(_spec, _type))

INVALID = "KMSInvalidSignatureException"


@case("verify-other-message", INVALID)
def _(server):
    key = server.key("ECC_NIST_P256")
    verify(server, key, "ECC_NIST_P256", signed(server, key, "ECC_NIST_P256"), b"something else")


@case("verify-rsa-other-message", INVALID)
def _(server):
    key = server.key("RSA_2048")
    verify(server, key, "RSA_2048", signed(server, key, "RSA_2048"), b"something else")


@case("verify-what-is-no-signature", INVALID)
def _(server):
    verify(server, server.key("ECC_NIST_P256"), "ECC_NIST_P256", b"no signature")


@case("verify-digest-of-wrong-length", "ValidationException")
def _(server):
    key = server.key("ECC_NIST_P256")
    signature = signed(server, key, "ECC_NIST_P256")
    verify(server, key, "ECC_NIST_P256", signature, b"d" * 20, MessageType="DIGEST")


@case("verify-without-signature", "ValidationException")
def _(server):
    server.client().verify(KeyId=server.key("ECC_NIST_P256"), Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_256")


@case("verify-algorithm-of-another-key", "InvalidKeyUsageException")
def _(server):
    verify(server, server.key("ECC_NIST_P256"), "RSA_2048", b"s" * 64)


@case("verify-with-disabled-key", "DisabledException")
def _(server):
    verify(server, server.disabled(), "ECC_NIST_P256", b"s" * 64)


@case("verify-with-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    verify(server, server.doomed(), "ECC_NIST_P256", b"s" * 64)


@case("verify-unknown-key", "NotFoundException")
def _(server):
    verify(server, NOWHERE, "ECC_NIST_P256", b"s" * 64)


@case("verify-dry-run", "DryRunOperationException")
def _(server):
    key = server.key("ECC_NIST_P256")
    verify(server, key, "ECC_NIST_P256", signed(server, key, "ECC_NIST_P256"), DryRun=True)
