"""CreateKey."""

from .registry import case, fact
from .signing import ALGORITHMS, RSA

EDWARDS = ["ED25519_PH_SHA_512", "ED25519_SHA_512"]
LISTS = {**ALGORITHMS, "RSA_3072": RSA, "RSA_4096": RSA, "ECC_NIST_EDWARDS25519": EDWARDS}


def record(spec):
    def run(server):
        made = server.fresh(spec, Description="a key of the matrix")
        for name, expected in {
            "KeySpec": spec,
            "KeyUsage": "SIGN_VERIFY",
            "KeyState": "Enabled",
            "Enabled": True,
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "MultiRegion": False,
            "Description": "a key of the matrix",
        }.items():
            fact(name, made.get(name), expected)
        fact("SigningAlgorithms", sorted(made.get("SigningAlgorithms", [])), sorted(LISTS[spec]))
        fact("EncryptionAlgorithms", made.get("EncryptionAlgorithms"), None)
        fact("Arn ends in KeyId", made["Arn"].endswith(":key/" + made["KeyId"]), True)
        fact("region in Arn", made["Arn"].split(":")[3], "eu-west-1")
        fact("AWSAccountId in Arn", made["Arn"].split(":")[4] == made["AWSAccountId"], True)

    return run


for _spec in LISTS:
    case(f"create-{_spec}")(record(_spec))


@case("create-default-is-symmetric")
def _(server):
    made = server.client().create_key()["KeyMetadata"]
    fact("KeySpec", made["KeySpec"], "SYMMETRIC_DEFAULT")
    fact("KeyUsage", made["KeyUsage"], "ENCRYPT_DECRYPT")
    fact("EncryptionAlgorithms", made["EncryptionAlgorithms"], ["SYMMETRIC_DEFAULT"])
    fact("SigningAlgorithms", made.get("SigningAlgorithms"), None)


@case("create-rsa-for-encryption")
def _(server):
    made = server.fresh("RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    fact("EncryptionAlgorithms", sorted(made["EncryptionAlgorithms"]), ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
    fact("SigningAlgorithms", made.get("SigningAlgorithms"), None)


@case("create-hmac")
def _(server):
    made = server.fresh("HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    fact("MacAlgorithms", made["MacAlgorithms"], ["HMAC_SHA_256"])


@case("create-by-the-old-parameter")
def _(server):
    made = server.client().create_key(CustomerMasterKeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    fact("KeySpec", made["KeySpec"], "ECC_NIST_P256")
    fact("CustomerMasterKeySpec", made["CustomerMasterKeySpec"], "ECC_NIST_P256")


@case("create-external-waits-for-import")
def _(server):
    made = server.fresh("RSA_2048", Origin="EXTERNAL")
    fact("Origin", made["Origin"], "EXTERNAL")
    fact("KeyState", made["KeyState"], "PendingImport")
    fact("Enabled", made["Enabled"], False)
    fact("ExpirationModel", made.get("ExpirationModel"), None)


@case("create-multi-region")
def _(server):
    made = server.fresh(MultiRegion=True)
    fact("KeyId begins with mrk-", made["KeyId"].startswith("mrk-"), True)
    fact("length of KeyId", len(made["KeyId"]), 36)
    fact("MultiRegion", made["MultiRegion"], True)
    configuration = made["MultiRegionConfiguration"]
    fact("MultiRegionKeyType", configuration["MultiRegionKeyType"], "PRIMARY")
    fact("PrimaryKey", configuration["PrimaryKey"] == {"Arn": made["Arn"], "Region": "eu-west-1"}, True)
    fact("ReplicaKeys", configuration["ReplicaKeys"], [])


@case("create-with-tags")
def _(server):
    tags = [{"TagKey": "team", "TagValue": "release"}]
    made = server.fresh(Tags=tags)
    fact("Tags", server.client().list_resource_tags(KeyId=made["KeyId"])["Tags"], tags)


def refused(name, expected, **parameters):
    @case(name, expected)
    def _(server):
        server.client().create_key(**parameters)


VALIDATION = "ValidationException"
SIGNING = {"KeyUsage": "SIGN_VERIFY"}
refused("create-unknown-spec", VALIDATION, KeySpec="RSA_1024", **SIGNING)
refused("create-unknown-usage", VALIDATION, KeySpec="RSA_2048", KeyUsage="SIGN")
refused("create-unknown-origin", VALIDATION, KeySpec="RSA_2048", Origin="HSM", **SIGNING)
refused("create-asymmetric-without-usage", VALIDATION, KeySpec="RSA_2048")
refused("create-curve-for-encryption", VALIDATION, KeySpec="ECC_NIST_P256", KeyUsage="ENCRYPT_DECRYPT")
refused("create-symmetric-for-signing", VALIDATION, KeySpec="SYMMETRIC_DEFAULT", **SIGNING)
refused("create-both-spec-parameters", VALIDATION, KeySpec="RSA_2048", CustomerMasterKeySpec="RSA_2048", **SIGNING)
refused("create-description-of-8193-characters", VALIDATION, Description="d" * 8193)
refused("create-in-unknown-key-store", "CustomKeyStoreNotFoundException", Origin="AWS_CLOUDHSM",
        CustomKeyStoreId="cks-1234567890abcdef0")
refused("create-signing-key-in-key-store", "UnsupportedOperationException", KeySpec="RSA_2048", Origin="AWS_CLOUDHSM",
        CustomKeyStoreId="cks-1234567890abcdef0", **SIGNING)
refused("create-with-a-tag-twice", "TagException",
        Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}])
