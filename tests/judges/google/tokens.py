"""Every way google-auth comes by a token, and whose it then is."""

import json

from google.auth import compute_engine, identity_pool
from google.auth.compute_engine import _metadata
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from service import Algorithm, Bearer, Level, refused

CASES = []
case = CASES.append

CI = "ci@judged.iam.gserviceaccount.com"
POOL = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool"


def only_for(service, member, credentials, also=None):
    """Signs with these credentials where this member alone may; answers the token that was used."""
    service.control("PUT", "/google/iam", {"enforced": False})
    version = service.new_version(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    grants = [{"member": member, "role": "roles/cloudkms.signer", "resource": "projects/judged"}]
    if also:
        grants.append(also)
    service.control("PUT", "/google/iam", {"enforced": True, "grants": grants})
    service.control("DELETE", "/counts")
    service.client_with(credentials).asymmetric_sign({"name": version.name, "data": b"release"})
    return service.counts()["access_keys"]


def federated(service, **more):
    configuration = {
        "type": "external_account",
        "audience": f"//{POOL}/providers/pipeline",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": service.endpoint + "/v1/token",
        "credential_source": {
            "url": service.endpoint + "/google/subject-token?format=json",
            "format": {"type": "json", "subject_token_field_name": "value"},
        },
        **more,
    }
    # Not google.auth.load_credentials_from_file: it looks the project up, at Google.
    return identity_pool.Credentials.from_info(configuration, scopes=["https://www.googleapis.com/auth/cloudkms"])


@case
def a_user_refreshes_a_token(service):
    user = Credentials(
        None,
        refresh_token="refresh",
        token_uri=service.endpoint + "/google/token",
        client_id="client",
        client_secret="secret",
    )
    (used,) = only_for(service, "user:developer@example.com", user)
    assert used.startswith("ya29.oauth-"), used


@case
def a_service_account_signs_its_token_itself_or_has_it_exchanged(service):
    request = {"email": CI, "token_uri": service.endpoint + "/google/token"}
    file = service.control("POST", "/google/service-accounts", request)
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    itself = service_account.Credentials.from_service_account_info(file, scopes=scopes, always_use_jwt_access=True)
    (used_by_itself,) = only_for(service, f"serviceAccount:{CI}", itself)
    assert used_by_itself.count(".") == 2, used_by_itself
    exchanged = service_account.Credentials.from_service_account_info(file, scopes=scopes)
    exchanged.refresh(Request())
    (used,) = only_for(service, f"serviceAccount:{CI}", Bearer(exchanged.token))
    assert used.startswith("ya29.oauth-"), used
    # Another key for the same account: the first one is worth nothing any more.
    service.control("POST", "/google/service-accounts", request)
    lost = service.client_with(Bearer(used_by_itself))
    refused("UNAUTHENTICATED", lost.get_key_ring, name=service.ring)


@case
def a_pipeline_exchanges_its_own_token(service):
    (used,) = only_for(service, f"principal://{POOL}/subject/job:release", federated(service))
    assert used.startswith("ya29.federated-"), used


@case
def a_pipeline_plays_a_service_account(service):
    account = f"projects/-/serviceAccounts/{CI}"
    url = f"{service.endpoint}/v1/{account}:generateAccessToken"
    credentials = federated(service, service_account_impersonation_url=url)
    subject = f"principal://{POOL}/subject/job:release"
    also = {"member": subject, "role": "roles/iam.serviceAccountTokenCreator", "resource": account}
    used = only_for(service, f"serviceAccount:{CI}", credentials, also)
    assert sorted(token.split("-")[0] for token in used) == ["ya29.federated", "ya29.impersonated"], used
    service.control("PUT", "/google/iam", {"enforced": True, "grants": []})
    try:
        federated(service, service_account_impersonation_url=url).refresh(Request())
    except RefreshError as error:
        text = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
        assert json.loads(error.args[1])["error"]["message"] == text, error
    else:
        raise AssertionError("who has no grant played the account")


@case
def a_machine_asks_its_metadata_server(service):
    assert _metadata.ping(Request())
    assert _metadata.get_project_id(Request()) == "emulated-project"
    member = "serviceAccount:emulator@emulated-project.iam.gserviceaccount.com"
    (used,) = only_for(service, member, compute_engine.Credentials())
    assert used.startswith("ya29.metadata-"), used


@case
def a_refusal_reaches_the_caller_in_the_desks_own_words(service):
    service.control("PUT", "/credentials", {"status": 400, "code": "invalid_grant", "message": "revoked by hand"})
    user = Credentials(
        None, refresh_token="r", token_uri=service.endpoint + "/google/token", client_id="c", client_secret="s"
    )
    try:
        user.refresh(Request())
    except RefreshError as error:
        assert "invalid_grant" in str(error) and "revoked by hand" in str(error), error
    else:
        raise AssertionError("the token was refreshed")
