"""Key rings, keys, locations."""


from service import LOCATION, Algorithm, Level, Purpose, State, crc32c, recent, refused

CASES = []
case = CASES.append


@case
def a_key_ring_has_its_name_and_its_time(service):
    name = service.fresh()
    ring = service.client.create_key_ring(parent=LOCATION, key_ring_id=name, key_ring={})
    assert ring.name == f"{LOCATION}/keyRings/{name}"
    recent(ring.create_time)
    assert service.client.get_key_ring(name=ring.name) == ring
    error = refused("ALREADY_EXISTS", service.client.create_key_ring, parent=LOCATION, key_ring_id=name, key_ring={})
    assert error.message.endswith(f"KeyRing {ring.name} already exists."), error.message
    refused("INVALID_ARGUMENT", service.client.create_key_ring, parent=LOCATION, key_ring_id="&bar", key_ring={})
    refused("NOT_FOUND", service.client.get_key_ring, name=ring.name + "-x")


@case
def key_rings_are_listed_by_name(service):
    service.new_ring()
    names = [ring.name for ring in service.client.list_key_rings(parent=LOCATION)]
    assert len(names) > 1 and names == sorted(names), names


@case
def a_key_without_any_word_encrypts_in_software(service):
    key = service.client.create_crypto_key(
        parent=service.ring, crypto_key_id="encrypt", crypto_key={"purpose": Purpose.ENCRYPT_DECRYPT}
    )
    assert key.version_template.protection_level == Level.SOFTWARE
    assert key.version_template.algorithm == Algorithm.GOOGLE_SYMMETRIC_ENCRYPTION
    assert key.destroy_scheduled_duration.total_seconds() == 2592000
    assert key.primary.name == key.name + "/cryptoKeyVersions/1"
    assert key.primary.state == State.ENABLED
    for moment in (key.create_time, key.primary.create_time, key.primary.generate_time):
        recent(moment)
    assert service.client.get_crypto_key(name=key.name) == key
    second = service.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
    changed = service.client.update_crypto_key_primary_version(name=key.name, crypto_key_version_id="2")
    assert changed.primary == second
    other = service.new_key(Algorithm.EC_SIGN_P256_SHA256)
    refused(
        "FAILED_PRECONDITION",
        service.client.update_crypto_key_primary_version,
        name=other.name,
        crypto_key_version_id="1",
    )


@case
def a_key_has_the_template_it_was_made_with(service):
    for algorithm, level, purpose in [
        (Algorithm.EC_SIGN_P256_SHA256, Level.HSM, Purpose.ASYMMETRIC_SIGN),
        (Algorithm.EC_SIGN_P384_SHA384, Level.SOFTWARE, Purpose.ASYMMETRIC_SIGN),
        (Algorithm.RSA_SIGN_PKCS1_3072_SHA256, Level.SOFTWARE, Purpose.ASYMMETRIC_SIGN),
        (Algorithm.RSA_SIGN_PSS_4096_SHA512, Level.HSM, Purpose.ASYMMETRIC_SIGN),
        (Algorithm.RSA_DECRYPT_OAEP_2048_SHA256, Level.SOFTWARE, Purpose.ASYMMETRIC_DECRYPT),
        (Algorithm.RSA_DECRYPT_OAEP_4096_SHA256, Level.HSM, Purpose.ASYMMETRIC_DECRYPT),
    ]:
        key = service.new_key(algorithm, level, purpose, labels={"team": "release"})
        assert (key.version_template.algorithm, key.version_template.protection_level) == (algorithm, level)
        assert (key.purpose, dict(key.labels)) == (purpose, {"team": "release"})
        assert "primary" not in key
        assert list(service.client.list_crypto_key_versions(parent=key.name)) == []


@case
def keys_are_listed_by_name_page_after_page(service):
    ring = service.new_ring()
    for name in ("key-b", "key-a", "key-c"):
        key = {"purpose": Purpose.ENCRYPT_DECRYPT}
        service.client.create_crypto_key(parent=ring, crypto_key_id=name, crypto_key=key)
    expected = [service.client.get_crypto_key(name=f"{ring}/cryptoKeys/key-{letter}") for letter in "abc"]
    pages = list(service.client.list_crypto_keys({"parent": ring, "page_size": 2}).pages)
    assert [len(page.crypto_keys) for page in pages] == [2, 1]
    assert [page.total_size for page in pages] == [3, 3]
    assert [key for page in pages for key in page.crypto_keys] == expected


@case
def a_key_that_makes_no_sense_is_not_made(service):
    def create(name, **key):
        return service.client.create_crypto_key(parent=service.ring, crypto_key_id=name, crypto_key=key)

    for purpose in (Purpose.ASYMMETRIC_SIGN, Purpose.ASYMMETRIC_DECRYPT):
        refused("INVALID_ARGUMENT", create, service.fresh(), purpose=purpose)
    refused("INVALID_ARGUMENT", create, "&bar", purpose=Purpose.ENCRYPT_DECRYPT)
    create("taken", purpose=Purpose.ENCRYPT_DECRYPT)
    refused("ALREADY_EXISTS", create, "taken", purpose=Purpose.ENCRYPT_DECRYPT)
    # secp256k1 is for HSMs alone.
    software = {"algorithm": Algorithm.EC_SIGN_SECP256K1_SHA256, "protection_level": Level.SOFTWARE}
    refused("INVALID_ARGUMENT", create, service.fresh(), purpose=Purpose.ASYMMETRIC_SIGN, version_template=software)
    refused("NOT_FOUND", service.client.get_crypto_key, name=service.ring + "/cryptoKeys/nobody")


@case
def the_algorithm_of_versions_to_come_can_be_changed_and_the_name_cannot(service):
    key = service.new_key(Algorithm.RSA_SIGN_PSS_2048_SHA256)
    key.version_template.algorithm = Algorithm.EC_SIGN_P256_SHA256
    changed = service.client.update_crypto_key(crypto_key=key, update_mask={"paths": ["version_template.algorithm"]})
    assert changed == key
    refused("INVALID_ARGUMENT", service.client.update_crypto_key, crypto_key=key, update_mask={"paths": []})
    refused("INVALID_ARGUMENT", service.client.update_crypto_key, crypto_key=key, update_mask={"paths": ["name"]})
    key.version_template.algorithm = Algorithm.HMAC_SHA256
    mask = {"paths": ["version_template.algorithm"]}
    refused("INVALID_ARGUMENT", service.client.update_crypto_key, crypto_key=key, update_mask=mask)


@case
def locations_are_listed_and_one_that_is_none_is_not_found(service):
    found = service.client.list_locations({"name": "projects/judged"}).locations
    assert LOCATION in [location.name for location in found], found
    assert service.client.get_location({"name": LOCATION}).location_id == "europe-west1"
    error = refused("NOT_FOUND", service.client.list_key_rings, parent="projects/judged/locations/-")
    assert "The request concerns location '-' but was sent to location 'global'." in error.message


@case
def random_bytes_come_with_their_checksum(service):
    answer = service.client.generate_random_bytes(location=LOCATION, length_bytes=64, protection_level=Level.HSM)
    assert len(answer.data) == 64 and answer.data_crc32c == crc32c(answer.data)
    call = service.client.generate_random_bytes
    refused("INVALID_ARGUMENT", call, location=LOCATION, length_bytes=4, protection_level=Level.HSM)
    refused("INVALID_ARGUMENT", call, location=LOCATION, length_bytes=64, protection_level=Level.SOFTWARE)
