"""Who may not, who came too often, and what went wrong on the way, as the client tells it."""

from google.api_core import exceptions

from service import Algorithm, Bearer, Level, refused

CASES = []
case = CASES.append

MEMBER = "serviceAccount:ci@judged.iam.gserviceaccount.com"


def grant(service, *roles, resource="projects/judged"):
    grants = [{"member": MEMBER, "role": role, "resource": resource} for role in roles]
    service.control("PUT", "/google/iam", {"enforced": True, "grants": grants})


def token(service, **more):
    return service.control("POST", "/google/tokens", {"member": MEMBER, **more})["token"]


@case
def who_lacks_a_permission_is_told_which_and_on_what(service):
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    key, ring = version.name.rsplit("/", 2)[0], service.ring
    client = service.client_with(Bearer(token(service)))
    grant(service)
    for call, named, permission, resource in [
        (client.asymmetric_sign, {"name": version.name}, "cryptoKeyVersions.useToSign", key),
        (client.get_public_key, {"name": version.name}, "cryptoKeyVersions.viewPublicKey", version.name),
        (client.get_crypto_key_version, {"name": version.name}, "cryptoKeyVersions.get", version.name),
        (client.get_crypto_key, {"name": key}, "cryptoKeys.get", key),
        (client.list_crypto_keys, {"parent": ring}, "cryptoKeys.list", ring),
        (client.list_crypto_key_versions, {"parent": key}, "cryptoKeyVersions.list", key),
    ]:
        error = refused("PERMISSION_DENIED", call, **named)
        text = f"Permission 'cloudkms.{permission}' denied on resource '{resource}' (or it may not exist)."
        assert text in error.message, error.message


@case
def roles_give_what_their_names_say(service):
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    key = version.name.rsplit("/", 2)[0]
    client = service.client_with(Bearer(token(service)))
    request = {"name": version.name, "data": b"release"}
    grant(service, "roles/cloudkms.signer", resource=key)
    client.asymmetric_sign(request)
    refused("PERMISSION_DENIED", client.get_public_key, name=version.name)
    grant(service, "roles/cloudkms.signerVerifier", resource=service.ring)
    client.asymmetric_sign(request)
    client.get_public_key(name=version.name)
    refused("PERMISSION_DENIED", client.get_crypto_key_version, name=version.name)
    grant(service, "roles/cloudkms.viewer", "roles/cloudkms.publicKeyViewer")
    client.get_crypto_key_version(name=version.name)
    refused("PERMISSION_DENIED", client.asymmetric_sign, request)
    asked = ["cloudkms.cryptoKeyVersions.useToSign", "cloudkms.cryptoKeyVersions.get"]
    answer = client.test_iam_permissions({"resource": key, "permissions": asked})
    assert list(answer.permissions) == ["cloudkms.cryptoKeyVersions.get"]
    # A key whose name begins alike is another.
    grant(service, "roles/cloudkms.viewer", resource=key[:-1])
    refused("PERMISSION_DENIED", client.get_crypto_key, name=key)


@case
def a_token_has_to_be_there_and_known_and_young(service):
    version = service.new_version().name
    grant(service, "roles/owner")

    def reason(credentials):
        client = service.client_with(credentials)
        error = refused("UNAUTHENTICATED", client.get_crypto_key_version, name=version)
        assert error.domain == "googleapis.com" and error.metadata["service"] == "cloudkms.googleapis.com"
        return error.reason

    assert reason(Bearer()) == "CREDENTIALS_MISSING"
    assert reason(Bearer("ya29.elsewhere")) == "ACCESS_TOKEN_TYPE_UNSUPPORTED"
    assert reason(Bearer(token(service, expires_in_seconds=0))) == "ACCESS_TOKEN_EXPIRED"
    service.client_with(Bearer(token(service))).get_crypto_key_version(name=version)


@case
def a_quota_that_is_used_up_names_the_metric(service):
    version = service.new_version()
    parent = version.name.rsplit("/", 2)[0]
    for operation, call, named, metric in [
        ("AsymmetricSign", service.client.asymmetric_sign, {"name": version.name}, "Cryptographic requests"),
        ("ListCryptoKeyVersions", service.client.list_crypto_key_versions, {"parent": parent}, "Read requests"),
        (
            "CreateCryptoKeyVersion",
            service.client.create_crypto_key_version,
            {"parent": parent, "crypto_key_version": {}},
            "Write requests",
        ),
    ]:
        service.fault(operation=operation, times=1, error="RESOURCE_EXHAUSTED", retry_after=1)
        error = refused("RESOURCE_EXHAUSTED", call, **named)
        assert f"Quota exceeded for quota metric '{metric}' and limit '{metric} per minute'" in error.message


@case
def the_client_tries_again_where_google_says_it_may(service):
    version = service.new_version()
    service.control("DELETE", "/counts")
    service.fault(operation="GetPublicKey", times=2, error="UNAVAILABLE")
    service.client.get_public_key(name=version.name)
    counts = service.counts()
    assert (counts["requests"]["GetPublicKey"], counts["carried_out"]["GetPublicKey"]) == (3, 1)


@case
def an_answer_that_is_none_of_googles_is_an_error_too(service):
    version = service.new_version()
    service.fault(operation="GetCryptoKey", times=1, status=502, corrupt="html")
    try:
        service.client.get_crypto_key(name=version.name.rsplit("/", 2)[0])
    except exceptions.BadGateway:
        return
    raise AssertionError("a web page was taken for a key")
