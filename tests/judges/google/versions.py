"""Versions of keys, their states and their public halves."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key, load_pem_public_key
from google.cloud.kms_v1 import CryptoKeyVersion, PublicKey

from service import Algorithm, Level, Purpose, State, crc32c, recent, refused

CASES = []
case = CASES.append


@case
def versions_are_numbered_and_pending_until_their_material_is_made(service):
    service.control("PUT", "/google/generation", {"held": True})
    key = service.new_key(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    for number in (1, 2):
        version = service.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
        assert version.name == f"{key.name}/cryptoKeyVersions/{number}"
        assert (version.state, version.algorithm) == (State.PENDING_GENERATION, Algorithm.EC_SIGN_P256_SHA256)
        assert version.protection_level == Level.HSM
        assert "generate_time" not in version and "attestation" not in version
        recent(version.create_time)
    refused("FAILED_PRECONDITION", service.client.get_public_key, name=version.name)
    service.control("PUT", "/google/generation", {"held": False})
    made = service.settled(version.name)
    assert made.state == State.ENABLED
    recent(made.generate_time)


@case
def versions_are_listed_by_number_page_after_page(service):
    key = service.new_key(Algorithm.EC_SIGN_P256_SHA256)
    # Eleven, because as texts 10 comes before 2.
    made = [service.client.create_crypto_key_version(parent=key.name, crypto_key_version={}) for _ in range(11)]
    expected = [service.settled(version.name) for version in made]
    listed = service.client.list_crypto_key_versions({"parent": key.name, "page_size": 4})
    assert list(listed) == expected
    service.control("POST", "/google/state", {"name": expected[2].name, "state": "DISABLED"})
    enabled = service.client.list_crypto_key_versions({"parent": key.name, "filter": "state=ENABLED"})
    assert list(enabled) == expected[:2] + expected[3:]


@case
def a_version_that_is_not_there_is_not_found(service):
    for name in (service.ring + "/cryptoKeys/nobody", service.new_key(Algorithm.EC_SIGN_P256_SHA256).name):
        error = refused("NOT_FOUND", service.client.get_crypto_key_version, name=name + "/cryptoKeyVersions/1")
        assert error.message.endswith(f"CryptoKeyVersion {name}/cryptoKeyVersions/1 not found."), error.message


@case
def a_version_is_switched_off_and_on(service):
    version = service.new_version()
    mask = {"paths": ["state"]}
    for state in (State.DISABLED, State.ENABLED):
        version.state = state
        assert service.client.update_crypto_key_version(crypto_key_version=version, update_mask=mask) == version
    update = service.client.update_crypto_key_version
    refused("INVALID_ARGUMENT", update, crypto_key_version=version, update_mask={"paths": []})
    refused("INVALID_ARGUMENT", update, crypto_key_version=version, update_mask={"paths": ["name"]})
    version.state = State.PENDING_IMPORT
    refused("INVALID_ARGUMENT", update, crypto_key_version=version, update_mask=mask)


@case
def a_version_is_destroyed_later_and_can_be_restored(service):
    version = service.new_version()
    doomed = service.client.destroy_crypto_key_version(name=version.name)
    assert doomed.state == State.DESTROY_SCHEDULED
    days = (doomed.destroy_time - doomed.create_time).total_seconds() / 86400
    assert 29.9 < days < 30.1, days
    refused("FAILED_PRECONDITION", service.client.destroy_crypto_key_version, name=version.name)
    refused("FAILED_PRECONDITION", service.client.get_public_key, name=version.name)
    restored = service.client.restore_crypto_key_version(name=version.name)
    version.state = State.DISABLED
    assert restored == version
    nobody = version.name.replace("cryptoKeyVersions/1", "cryptoKeyVersions/2")
    refused("NOT_FOUND", service.client.destroy_crypto_key_version, name=nobody)


@case
def a_public_key_says_whose_it_is_and_fits_its_checksum(service):
    p256 = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.SOFTWARE)
    public = service.client.get_public_key(name=p256.name)
    assert (public.name, public.algorithm, public.protection_level) == (p256.name, p256.algorithm, Level.SOFTWARE)
    assert public.pem_crc32c == crc32c(public.pem.encode())
    assert isinstance(load_pem_public_key(public.pem.encode()).curve, ec.SECP256R1)
    key = service.new_key(Algorithm.RSA_DECRYPT_OAEP_2048_SHA256, Level.HSM, Purpose.ASYMMETRIC_DECRYPT)
    version = service.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
    service.settled(version.name)
    public = service.client.get_public_key(name=version.name)
    loaded = load_pem_public_key(public.pem.encode())
    assert isinstance(loaded, rsa.RSAPublicKey) and loaded.key_size == 2048


@case
def a_public_key_comes_in_the_format_that_is_asked_for(service):
    version = service.new_version()
    pem = service.client.get_public_key(name=version.name).pem
    expected = load_pem_public_key(pem.encode())
    der = service.client.get_public_key(
        {"name": version.name, "public_key_format": PublicKey.PublicKeyFormat.DER}
    )
    assert der.public_key_format == PublicKey.PublicKeyFormat.DER and not der.pem
    assert der.public_key.crc32c_checksum == crc32c(der.public_key.data)
    assert load_der_public_key(der.public_key.data) == expected
    assert der.public_key.data == expected.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    wrong = {"name": version.name, "public_key_format": PublicKey.PublicKeyFormat.NIST_PQC}
    refused("INVALID_ARGUMENT", service.client.get_public_key, wrong)


@case
def a_key_that_encrypts_has_no_public_half(service):
    key = service.new_key(purpose=Purpose.ENCRYPT_DECRYPT)
    version = service.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
    assert isinstance(version, CryptoKeyVersion) and version.state == State.ENABLED
    refused("FAILED_PRECONDITION", service.client.get_public_key, name=version.name)
