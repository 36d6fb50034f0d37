"""DescribeKey and GetPublicKey."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .registry import case, fact
from .server import AWAY, NOWHERE

CURVES = {
    "ECC_NIST_P256": "secp256r1",
    "ECC_NIST_P384": "secp384r1",
    "ECC_NIST_P521": "secp521r1",
    "ECC_SECG_P256K1": "secp256k1",
}


@case("describe-repeats-what-create-said")
def _(server):
    made = server.fresh("RSA_2048", Description="described")
    described = server.client().describe_key(KeyId=made["KeyId"])["KeyMetadata"]
    fact("the record", sorted(name for name in {**made, **described} if made.get(name) != described.get(name)), [])


@case("describe-by-arn")
def _(server):
    key = server.key("ECC_NIST_P256")
    fact("Arn", server.client().describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key, True)


@case("describe-by-alias")
def _(server):
    key = server.key("ECC_NIST_P256")
    fact("Arn", server.client().describe_key(KeyId=server.alias(key))["KeyMetadata"]["Arn"] == key, True)


@case("describe-by-alias-arn")
def _(server):
    key = server.key("ECC_NIST_P256")
    arn = key.split(":key/")[0] + ":" + server.alias(key)
    fact("Arn", server.client().describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == key, True)


@case("describe-disabled-key")
def _(server):
    described = server.client().describe_key(KeyId=server.disabled())["KeyMetadata"]
    fact("KeyState", described["KeyState"], "Disabled")
    fact("Enabled", described["Enabled"], False)


@case("describe-key-pending-deletion")
def _(server):
    described = server.client().describe_key(KeyId=server.doomed())["KeyMetadata"]
    fact("KeyState", described["KeyState"], "PendingDeletion")
    fact("Enabled", described["Enabled"], False)
    fact("DeletionDate is there", "DeletionDate" in described, True)


def not_described(name, expected, **parameters):
    @case(name, expected)
    def _(server):
        server.client().describe_key(**parameters)


not_described("describe-unknown-key", "NotFoundException", KeyId=NOWHERE)
not_described("describe-unknown-multi-region-key", "NotFoundException", KeyId="mrk-d3b95762d3b95762d3b95762d3b95762")
not_described("describe-not-a-key-id", "NotFoundException", KeyId="release")
not_described("describe-unknown-alias", "NotFoundException", KeyId="alias/matrix/nobody")
not_described("describe-without-key", "ValidationException")
not_described("describe-empty-key-id", "ValidationException", KeyId="")


@case("describe-arn-of-another-region", "NotFoundException")
def _(server):
    server.client(AWAY).describe_key(KeyId=server.key("ECC_NIST_P256"))


@case("describe-key-id-of-another-region", "NotFoundException")
def _(server):
    server.client(AWAY).describe_key(KeyId=server.key("ECC_NIST_P256").rsplit("/", 1)[1])


def public_key(spec):
    def run(server):
        key = server.key(spec)
        answer = server.client().get_public_key(KeyId=key)
        fact("KeyId is the key's ARN", answer["KeyId"] == key, True)
        fact("KeySpec", answer.get("KeySpec"), spec)
        fact("KeyUsage", answer.get("KeyUsage"), "SIGN_VERIFY")
        fact("SigningAlgorithms is there", bool(answer.get("SigningAlgorithms")), True)
        parsed = load_der_public_key(answer["PublicKey"])
        if isinstance(parsed, rsa.RSAPublicKey):
            fact("bits", parsed.key_size, int(spec[-4:]))
            fact("public exponent", parsed.public_numbers().e, 65537)
        elif isinstance(parsed, ec.EllipticCurvePublicKey):
            fact("curve", parsed.curve.name, CURVES[spec])

    return run


for _spec in ("RSA_2048", "RSA_3072", "RSA_4096", *CURVES, "ECC_NIST_EDWARDS25519"):
    case(f"public-key-{_spec}")(public_key(_spec))


@case("public-key-by-alias")
def _(server):
    key = server.key("ECC_NIST_P256")
    answer = server.client().get_public_key(KeyId=server.alias(key))
    fact("KeyId is the key's ARN", answer["KeyId"] == key, True)


@case("public-key-of-encryption-key")
def _(server):
    answer = server.client().get_public_key(KeyId=server.key("RSA_2048", "ENCRYPT_DECRYPT"))
    fact("EncryptionAlgorithms", sorted(answer["EncryptionAlgorithms"]), ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
    fact("SigningAlgorithms", answer.get("SigningAlgorithms"), None)


@case("public-key-of-symmetric-key", "UnsupportedOperationException")
def _(server):
    server.client().get_public_key(KeyId=server.key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"))


@case("public-key-of-disabled-key", "DisabledException")
def _(server):
    server.client().get_public_key(KeyId=server.disabled())


@case("public-key-of-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    server.client().get_public_key(KeyId=server.doomed())


@case("public-key-of-key-pending-import", "KMSInvalidStateException")
def _(server):
    server.client().get_public_key(KeyId=server.external())


@case("public-key-of-unknown-key", "NotFoundException")
def _(server):
    server.client().get_public_key(KeyId=NOWHERE)


@case("public-key-without-key", "ValidationException")
def _(server):
    server.client().get_public_key()
