"""Sign."""

from .registry import case, fact
from .server import AWAY, NOWHERE
from .signature import check, digest_of

RSA = [f"RSASSA_{padding}_SHA_{bits}" for padding in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)]
ALGORITHMS = {
    "RSA_2048": RSA,
    "RSA_3072": ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_384"],
    "RSA_4096": ["RSASSA_PKCS1_V1_5_SHA_512", "RSASSA_PSS_SHA_512"],
    "ECC_NIST_P256": ["ECDSA_SHA_256"],
    "ECC_NIST_P384": ["ECDSA_SHA_384"],
    "ECC_NIST_P521": ["ECDSA_SHA_512"],
    "ECC_SECG_P256K1": ["ECDSA_SHA_256"],
}
MESSAGE = b"a release of something"
P256 = {"Message": MESSAGE, "SigningAlgorithm": "ECDSA_SHA_256"}


def good(spec, algorithm, message_type):
    def run(server):
        key = server.key(spec)
        message = MESSAGE if message_type == "RAW" else digest_of(algorithm, MESSAGE)
        signed = server.client().sign(KeyId=key, Message=message, MessageType=message_type, SigningAlgorithm=algorithm)
        fact("KeyId", signed["KeyId"] == key, True)
        fact("SigningAlgorithm", signed["SigningAlgorithm"], algorithm)
        public_key = server.client().get_public_key(KeyId=key)["PublicKey"]
        check(public_key, algorithm, MESSAGE, signed["Signature"])

    return run


for _spec, _algorithms in ALGORITHMS.items():
    for _algorithm in _algorithms:
        for _type in ("RAW", "DIGEST"):
            case(f"sign-{_spec}-{_algorithm}-{_type}")(good(_spec, _algorithm, _type))
case("sign-ECC_NIST_EDWARDS25519-ED25519_SHA_512-RAW")(good("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "RAW"))


@case("sign-message-type-is-raw-if-absent")
def _(server):
    key = server.key("ECC_NIST_P256")
    signed = server.client().sign(KeyId=key, **P256)
    check(server.client().get_public_key(KeyId=key)["PublicKey"], "ECDSA_SHA_256", MESSAGE, signed["Signature"])


@case("sign-by-key-id")
def _(server):
    key = server.key("ECC_NIST_P256")
    signed = server.client().sign(KeyId=key.rsplit("/", 1)[1], **P256)
    fact("KeyId is the key's ARN", signed["KeyId"] == key, True)


@case("sign-by-alias-names-the-key")
def _(server):
    key = server.key("ECC_NIST_P256")
    signed = server.client().sign(KeyId=server.alias(key), **P256)
    fact("KeyId is the key's ARN", signed["KeyId"] == key, True)


@case("sign-by-alias-arn")
def _(server):
    key = server.key("ECC_NIST_P256")
    arn = key.split(":key/")[0] + ":" + server.alias(key)
    fact("KeyId is the key's ARN", server.client().sign(KeyId=arn, **P256)["KeyId"] == key, True)


@case("sign-raw-message-of-4096-bytes")
def _(server):
    key, message = server.key("ECC_NIST_P256"), b"m" * 4096
    signed = server.client().sign(KeyId=key, Message=message, SigningAlgorithm="ECDSA_SHA_256")
    check(server.client().get_public_key(KeyId=key)["PublicKey"], "ECDSA_SHA_256", message, signed["Signature"])


def refused(name, expected, spec="ECC_NIST_P256", **changes):
    """A Sign of a good key with some parameters changed, None for absent."""

    @case(name, expected)
    def _(server):
        parameters = {"KeyId": server.key(spec), **P256, **changes}
        server.client().sign(**{name: value for name, value in parameters.items() if value is not None})


VALIDATION = "ValidationException"
refused("sign-raw-message-of-4097-bytes", VALIDATION, Message=b"m" * 4097)
refused("sign-empty-message", VALIDATION, Message=b"")
refused("sign-without-message", VALIDATION, Message=None)
refused("sign-without-key", VALIDATION, KeyId=None)
refused("sign-without-algorithm", VALIDATION, SigningAlgorithm=None)
refused("sign-unknown-algorithm", VALIDATION, SigningAlgorithm="ECDSA_SHA_1")
refused("sign-unknown-message-type", VALIDATION, MessageType="digest")
for _length in (0, 20, 31, 33, 64):
    refused(f"sign-digest-of-{_length}-bytes", VALIDATION, Message=b"d" * _length, MessageType="DIGEST")
refused("sign-rsa-digest-of-sha-1", VALIDATION, "RSA_2048", Message=b"d" * 20, MessageType="DIGEST",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")
refused("sign-rsa-digest-info", VALIDATION, "RSA_2048", Message=b"d" * 51, MessageType="DIGEST",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")

USAGE = "InvalidKeyUsageException"
refused("sign-p256-with-sha-384", USAGE, SigningAlgorithm="ECDSA_SHA_384")
refused("sign-p384-with-sha-256", USAGE, "ECC_NIST_P384", SigningAlgorithm="ECDSA_SHA_256")
refused("sign-p256-with-rsa", USAGE, SigningAlgorithm="RSASSA_PSS_SHA_256")
refused("sign-rsa-with-ecdsa", USAGE, "RSA_2048", SigningAlgorithm="ECDSA_SHA_256")

refused("sign-unknown-key", "NotFoundException", KeyId=NOWHERE)
refused("sign-not-a-key-id", "NotFoundException", KeyId="release")
refused("sign-unknown-alias", "NotFoundException", KeyId="alias/matrix/nobody")
refused("sign-dry-run", "DryRunOperationException", DryRun=True)


@case("sign-with-encryption-rsa-key", USAGE)
def _(server):
    key = server.key("RSA_2048", "ENCRYPT_DECRYPT")
    server.client().sign(KeyId=key, Message=MESSAGE, SigningAlgorithm="RSASSA_PSS_SHA_256")


@case("sign-with-symmetric-key", USAGE)
def _(server):
    server.client().sign(KeyId=server.key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), **P256)


@case("sign-with-hmac-key", USAGE)
def _(server):
    server.client().sign(KeyId=server.key("HMAC_256", "GENERATE_VERIFY_MAC"), **P256)


@case("sign-with-disabled-key", "DisabledException")
def _(server):
    server.client().sign(KeyId=server.disabled(), **P256)


@case("sign-with-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    server.client().sign(KeyId=server.doomed(), **P256)


@case("sign-with-key-pending-import", "KMSInvalidStateException")
def _(server):
    server.client().sign(KeyId=server.external(), **P256)


@case("sign-state-is-checked-before-the-algorithm", "DisabledException")
def _(server):
    server.client().sign(KeyId=server.disabled(), Message=MESSAGE, SigningAlgorithm="ECDSA_SHA_384")


@case("sign-arn-of-another-region", "NotFoundException")
def _(server):
    server.client(AWAY).sign(KeyId=server.key("ECC_NIST_P256"), **P256)


@case("sign-edwards-digest", VALIDATION)
def _(server):
    key = server.key("ECC_NIST_EDWARDS25519")
    server.client().sign(KeyId=key, Message=b"d" * 64, MessageType="DIGEST", SigningAlgorithm="ED25519_SHA_512")
