"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from .registry import case, fact
from .server import NOWHERE
from .signature import check

FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
AES_WRAP = "RSA_AES_KEY_WRAP_SHA_256"
OAEP = "RSAES_OAEP_SHA_256"


def offer(server, key, algorithm=AES_WRAP, key_spec="RSA_3072"):
    return server.client().get_parameters_for_import(KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec=key_spec)


def wrap(offered, algorithm, material):
    digest = hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(digest), digest, None)
    public_key = load_der_public_key(offered["PublicKey"])
    if algorithm == OAEP:
        return public_key.encrypt(material, oaep)
    key = os.urandom(32)
    return public_key.encrypt(key, oaep) + aes_key_wrap_with_padding(key, material)


def pkcs8(private):
    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def spki(private):
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def bring_in(server, key, material, algorithm=AES_WRAP, **parameters):
    offered = offer(server, key, algorithm)
    return server.client().import_key_material(
        KeyId=key,
        ImportToken=offered["ImportToken"],
        EncryptedKeyMaterial=wrap(offered, algorithm, material),
        **(parameters or FOREVER),
    )


def imported(spec, make, algorithm, signing_algorithm):
    def run(server):
        private, key = make(), server.external(spec)
        bring_in(server, key, pkcs8(private), algorithm)
        record = server.client().describe_key(KeyId=key)["KeyMetadata"]
        fact("Origin", record["Origin"], "EXTERNAL")
        fact("KeyState", record["KeyState"], "Enabled")
        fact("ExpirationModel", record.get("ExpirationModel"), "KEY_MATERIAL_DOES_NOT_EXPIRE")
        public_key = server.client().get_public_key(KeyId=key)["PublicKey"]
        fact("public key is the imported one", public_key == spki(private), True)
        signed = server.client().sign(KeyId=key, Message=b"imported", SigningAlgorithm=signing_algorithm)
        check(public_key, signing_algorithm, b"imported", signed["Signature"])

    return run


def rsa_2048():
    return rsa.generate_private_key(65537, 2048)


def curve(kind):
    return lambda: ec.generate_private_key(kind)


case("import-RSA_2048-aes-wrap")(imported("RSA_2048", rsa_2048, AES_WRAP, "RSASSA_PSS_SHA_256"))
case("import-ECC_NIST_P256-oaep")(imported("ECC_NIST_P256", curve(ec.SECP256R1()), OAEP, "ECDSA_SHA_256"))
case("import-ECC_NIST_P256-aes-wrap")(imported("ECC_NIST_P256", curve(ec.SECP256R1()), AES_WRAP, "ECDSA_SHA_256"))
case("import-ECC_NIST_P384-aes-wrap")(imported("ECC_NIST_P384", curve(ec.SECP384R1()), AES_WRAP, "ECDSA_SHA_384"))


@case("import-parameters")
def _(server):
    key = server.external()
    offered = offer(server, key, key_spec="RSA_4096")
    fact("KeyId is the key's ARN", offered["KeyId"] == key, True)
    fact("bits of the wrapping key", load_der_public_key(offered["PublicKey"]).key_size, 4096)
    made = server.client().describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    fact("hours it is valid", round((offered["ParametersValidTo"] - made).total_seconds() / 3600), 24)


@case("import-same-material-again")
def _(server):
    material, key = pkcs8(curve(ec.SECP256R1())()), server.external()
    bring_in(server, key, material)
    bring_in(server, key, material)


@case("import-then-delete-material")
def _(server):
    key = server.external()
    bring_in(server, key, pkcs8(curve(ec.SECP256R1())()))
    server.client().delete_imported_key_material(KeyId=key)
    fact("KeyState", server.client().describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "PendingImport")


@case("import-other-material-later", "IncorrectKeyMaterialException")
def _(server):
    key = server.external()
    for _ in range(2):
        bring_in(server, key, pkcs8(curve(ec.SECP256R1())()))


@case("import-material-of-another-curve", "IncorrectKeyMaterialException")
def _(server):
    bring_in(server, server.external(), pkcs8(curve(ec.SECP384R1())()))


@case("import-with-another-token", "InvalidImportTokenException")
def _(server):
    key, other = server.external(), server.external()
    offered = offer(server, key)
    server.client().import_key_material(
        KeyId=key,
        ImportToken=offer(server, other)["ImportToken"],
        EncryptedKeyMaterial=wrap(offered, AES_WRAP, pkcs8(curve(ec.SECP256R1())())),
        **FOREVER,
    )


@case("import-what-was-not-wrapped", "InvalidCiphertextException")
def _(server):
    key = server.external()
    token = offer(server, key)["ImportToken"]
    server.client().import_key_material(KeyId=key, ImportToken=token, EncryptedKeyMaterial=b"x" * 600, **FOREVER)


@case("import-that-expires-without-date", "ValidationException")
def _(server):
    bring_in(server, server.external(), pkcs8(curve(ec.SECP256R1())()), ExpirationModel="KEY_MATERIAL_EXPIRES")


@case("import-parameters-of-generated-key", "UnsupportedOperationException")
def _(server):
    offer(server, server.key("ECC_NIST_P256"))


@case("import-into-generated-key", "UnsupportedOperationException")
def _(server):
    server.client().import_key_material(
        KeyId=server.key("ECC_NIST_P256"), ImportToken=b"t", EncryptedKeyMaterial=b"m" * 256, **FOREVER
    )


@case("import-parameters-of-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    key = server.external()
    server.client().schedule_key_deletion(KeyId=key)
    offer(server, key)


@case("import-parameters-of-unknown-key", "NotFoundException")
def _(server):
    offer(server, NOWHERE)


@case("import-unknown-wrapping", "ValidationException")
def _(server):
    offer(server, server.external(), "RSAES_OAEP_SHA_512")


@case("import-unknown-wrapping-key", "ValidationException")
def _(server):
    offer(server, server.external(), key_spec="RSA_1024")
