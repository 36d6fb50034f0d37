"""Azure's clients, pointed at the emulator."""

import json
import urllib.request

import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential
from azure.keyvault.keys.crypto import CryptographyClient

TENANT = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012"


class Clients:
    """Azure's clients, each with its own connections and its own tokens."""

    def __init__(self, ready):
        self.control, self.ca = ready["control"], ready["ca"]
        vault = ready["aws_tls"]
        self.urls = {"vault": vault, "hsm": vault.replace("localhost", "127.0.0.1")}
        everything = [
            "get", "list", "create", "import", "update", "delete", "recover", "purge", "sign", "verify", "rotate",
            "getrotationpolicy", "setrotationpolicy",
        ]  # fmt: skip
        self.steer("/azure/apps", {"client_id": "judge", "secret": "right"})
        for name in ("vault", "hsm"):
            grants = {"judge": everything, "signer": ["sign", "verify"]}
            self.steer("/azure/vaults", {"name": name, "authorization": "rbac", "grants": grants})
        self.made = {}

    def steer(self, path, body):
        request = urllib.request.Request(self.control + path, json.dumps(body).encode(), method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            return json.load(answer)

    def carried_out(self, operation):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.control + "/counts") as answer:
            return json.load(answer)["carried_out"].get(operation, 0)

    def transport(self):
        session = requests.Session()
        session.trust_env = False
        return RequestsTransport(session=session, connection_verify=self.ca)

    def credential(self, holder):
        client, secret = ("judge", "wrong") if holder == "stranger" else (holder, "right")
        return ClientSecretCredential(
            TENANT, client, secret, authority=self.urls["vault"], disable_instance_discovery=True, transport=self.transport()
        )

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
