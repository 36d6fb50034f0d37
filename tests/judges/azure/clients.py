"""Azure's clients, pointed at the emulator."""

import base64
import json
import os
import subprocess
import tempfile
import time
import urllib.request

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.keyvault.keys.crypto import CryptographyClient

TENANT = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012"


class Clients:
    """Azure's clients, each with its own connections and its own tokens."""

    def __init__(self, ready):
        self.control, self.ca, self.plain = ready["control"], ready["ca"], ready["aws"]
        vault = ready["aws_tls"]
        self.urls = {"vault": vault, "hsm": vault.replace("localhost", "127.0.0.1")}
        everything = [
            "get", "list", "create", "import", "update", "delete", "recover", "purge", "sign", "verify", "rotate",
            "getrotationpolicy", "setrotationpolicy",
        ]  # fmt: skip
        self.steer("/azure/apps", {"client_id": "judge", "secret": "right"})
        for name in ("vault", "hsm"):
            grants = {"judge": everything, "signer": ["sign", "verify"]}
            grants |= dict.fromkeys(["certified", "federated", "app-service-identity", "machine-identity"], ["get"])
            self.steer("/azure/vaults", {"name": name, "authorization": "rbac", "grants": grants})
        self.made = {}
        # Kept until the end: credentials read it when they are used.
        self.folder = tempfile.TemporaryDirectory()
        both, certificate = (f"{self.folder.name}/{name}.pem" for name in ("both", "certificate"))
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=judge", "-days", "1"]
        subprocess.run([*request, "-keyout", both, "-out", certificate], check=True, capture_output=True)
        with open(certificate, encoding="ascii") as file:
            pem = file.read()
        with open(both, "a", encoding="ascii") as file:
            file.write(pem)
        self.steer("/azure/apps", {"client_id": "certified", "certificate": pem})

    def steer(self, path, body):
        request = urllib.request.Request(self.control + path, json.dumps(body).encode(), method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            return json.load(answer)

    def look(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.control + path) as answer:
            return json.load(answer)

    def carried_out(self, operation):
        return self.look("/counts")["carried_out"].get(operation, 0)

    def transport(self):
        session = requests.Session()
        session.trust_env = False
        return RequestsTransport(session=session, connection_verify=self.ca)

    def credential(self, holder):
        client, secret = ("judge", "wrong") if holder == "stranger" else (holder, "right")
        return ClientSecretCredential(TENANT, client, secret, **self.authority())

    def other_credential(self, kind):
        """Those that are not a secret."""
        folder = self.folder.name
        if kind == "certificate":
            return CertificateCredential(TENANT, "certified", f"{folder}/both.pem", **self.authority())
        if kind.endswith("workload"):
            with open(f"{folder}/token", "w", encoding="utf-8") as file:
                file.write(federated(60 if kind == "workload" else -60))
            return WorkloadIdentityCredential(
                tenant_id=TENANT, client_id="federated", token_file_path=f"{folder}/token", **self.authority()
            )
        # What the platforms put into the environment of their programs; and where the metadata of a machine are, for tests.
        platforms = {
            "app service": {"IDENTITY_ENDPOINT": f"{self.plain}/msi/token", "IDENTITY_HEADER": "hardkey-identity-header"},
            "machine": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self.plain},
        }
        for name in (name for platform in platforms.values() for name in platform):
            os.environ.pop(name, None)
        os.environ.update(platforms[kind])
        return ManagedIdentityCredential()

    def authority(self):
        return {"authority": self.urls["vault"], "disable_instance_discovery": True, "transport": self.transport()}

    def client(self, kind, step):
        holder = step.get("as", "judge")
        options = {} if "retries" not in step else {"retry_total": step["retries"]}
        place = (kind, holder, step.get("in", "vault"), json.dumps(options))
        if place not in self.made or step.get("fresh"):
            options.update(verify_challenge_resource=False, transport=self.transport(), retry_backoff_factor=0.1)
            self.made[place] = kind(self.urls[step.get("in", "vault")], self.credential(holder), **options)
        return self.made[place]

    def signer(self, step, key_id):
        options = {"verify_challenge_resource": False, "transport": self.transport(), "retry_backoff_factor": 0.1}
        return CryptographyClient(key_id, self.credential(step.get("as", "judge")), **options)


def federated(seconds):
    """A token of somebody else's, good for so long."""
    parts = ({"alg": "RS256"}, {"sub": "repo:hardkey", "exp": time.time() + seconds})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "AA"])
