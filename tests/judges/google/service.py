"""The emulator as Google's client sees it, and its control endpoint."""

import itertools
import json
import time
import urllib.request

import google_crc32c
from google.api_core.exceptions import GoogleAPICallError
from google.auth import credentials
from google.cloud import kms_v1
from google.cloud.kms_v1.services.key_management_service.transports.rest import KeyManagementServiceRestTransport

LOCATION = "projects/judged/locations/europe-west1"
Algorithm = kms_v1.CryptoKeyVersion.CryptoKeyVersionAlgorithm
State = kms_v1.CryptoKeyVersion.CryptoKeyVersionState
Purpose = kms_v1.CryptoKey.CryptoKeyPurpose
Level = kms_v1.ProtectionLevel

# Nothing is made that takes longer, even beside other tests.
PATIENCE = 60


class Service:
    # Those of google/cloud/kms/v1/service.proto that the emulator has, of the two mixins, and of the services around keys.
    operations = """
        AsymmetricSign CreateCryptoKey CreateCryptoKeyVersion CreateImportJob CreateKeyRing DestroyCryptoKeyVersion
        GenerateRandomBytes GetCryptoKey GetCryptoKeyVersion GetImportJob GetKeyRing GetLocation GetPublicKey
        ImportCryptoKeyVersion ListCryptoKeys ListCryptoKeyVersions ListImportJobs ListKeyRings ListLocations
        RestoreCryptoKeyVersion TestIamPermissions UpdateCryptoKey UpdateCryptoKeyPrimaryVersion UpdateCryptoKeyVersion
        GetFolder GetIamPolicy GetProject ListLogEntries SetIamPolicy
    """.split()

    def __init__(self, endpoint, control):
        self.endpoint = endpoint
        self.control_url = control
        self.client = self.client_with(Bearer())
        self.asked = set()
        self._numbers = itertools.count(1)
        self.ring = self.new_ring()

    def client_with(self, who):
        scheme, host = self.endpoint.split("://")
        transport = KeyManagementServiceRestTransport(host=host, url_scheme=scheme, credentials=who)
        return kms_v1.KeyManagementServiceClient(transport=transport)

    def control(self, method, path, body=None):
        request = urllib.request.Request(
            self.control_url + path, method=method, data=None if body is None else json.dumps(body).encode()
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)

    def fault(self, **fault):
        self.control("POST", "/faults", fault)

    def counts(self):
        return self.control("GET", "/counts")

    def reset(self):
        """Ends what a case has set in motion, and remembers what it asked for."""
        self.asked |= set(self.counts()["requests"])
        self.control("DELETE", "/faults")
        self.control("PUT", "/google/iam", {"enforced": False, "grants": []})
        self.control("PUT", "/google/generation", {"held": False})
        self.control("PUT", "/credentials", {"status": 200, "expires_in_seconds": 3600})

    def fresh(self):
        return f"judged-{next(self._numbers)}"

    def new_ring(self):
        return self.client.create_key_ring(parent=LOCATION, key_ring_id=self.fresh(), key_ring={}).name

    def new_key(self, algorithm=None, level=Level.SOFTWARE, purpose=Purpose.ASYMMETRIC_SIGN, **more):
        """A key without versions."""
        key = {"purpose": purpose, "version_template": {"protection_level": level}, **more}
        if algorithm is not None:
            key["version_template"]["algorithm"] = algorithm
        request = {
            "parent": self.ring,
            "crypto_key_id": self.fresh(),
            "crypto_key": key,
            "skip_initial_version_creation": True,
        }
        return self.client.create_crypto_key(request)

    def new_version(self, algorithm=Algorithm.EC_SIGN_P256_SHA256, level=Level.SOFTWARE):
        """A version that can sign."""
        key = self.new_key(algorithm, level)
        version = self.client.create_crypto_key_version(parent=key.name, crypto_key_version={})
        return self.settled(version.name)

    def settled(self, name):
        """A version when it is pending no longer."""
        end = time.monotonic() + PATIENCE
        while True:
            version = self.client.get_crypto_key_version(name=name)
            if version.state not in (State.PENDING_GENERATION, State.PENDING_IMPORT):
                return version
            assert time.monotonic() < end, version
            time.sleep(0.02)


def crc32c(data):
    return google_crc32c.value(data)


def refused(status, call, *arguments, **named):
    """The error of a call that must be refused with this canonical code."""
    try:
        answer = call(*arguments, **named)
    except GoogleAPICallError as error:
        body = error.response.json()["error"]
        assert (body["status"], body["code"]) == (status, error.code), f"{status} was expected: {error}"
        return error
    raise AssertionError(f"{status} was expected, and there was an answer: {answer}")


class Bearer(credentials.Credentials):
    """A token that is what it is, or none: nothing is refreshed when it is refused."""

    def __init__(self, token=None):
        super().__init__()
        self.token = token

    def before_request(self, request, method, url, headers):
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"

    def refresh(self, request):
        pass


def recent(moment):
    age = time.time() - moment.timestamp()
    assert -5 < age < PATIENCE * 5, f"{moment} is not now"
