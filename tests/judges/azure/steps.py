"""The steps of a case, each through the client of Azure's that is for it."""

import base64
import os
import time
from urllib.parse import urlparse

from azure.keyvault.certificates import CertificateClient
from azure.keyvault.keys import (
    JsonWebKey,
    KeyClient,
    KeyReleasePolicy,
    KeyRotationLifetimeAction,
    KeyRotationPolicy,
    KeyRotationPolicyAction,
)
from azure.keyvault.secrets import SecretClient
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from facts import digest_of, facts, policy_facts, public_key, verifies


class Steps:
    """The steps of one case; remembers the versions of its keys."""

    def __init__(self, clients):
        self.clients = clients
        self.versions = {}

    def keys_of(self, step):
        return self.clients.client(KeyClient, step)

    def version(self, step):
        wanted, made = step.get("version"), self.versions.get(step["name"], [])
        return {"first": made[:1], "last": made[-1:]}.get(wanted, [None])[0]

    def remember(self, key):
        made = self.versions.setdefault(key.name, [])
        if key.properties.version not in made:
            made.append(key.properties.version)
        return key

    def do_control(self, step):
        answer = self.clients.steer(step["path"], step["body"])
        if "version" in answer:
            self.versions.setdefault(answer["name"], []).append(answer["version"])
        return {}

    def do_create(self, step):
        options = {name: step[name] for name in ("size", "curve", "tags", "exportable") if name in step}
        if "ops" in step:
            options["key_operations"] = step["ops"]
        if "release_policy" in step:
            options["release_policy"] = KeyReleasePolicy(step["release_policy"].encode())
        return facts(self.remember(self.keys_of(step).create_key(step["name"], step["kty"], **options)))

    def do_import(self, step):
        made = rsa.generate_private_key(65537, 2048)
        numbers = made.private_numbers()
        blob = lambda number: number.to_bytes((number.bit_length() + 7) // 8, "big")  # noqa: E731
        key = JsonWebKey(
            kty="RSA", n=blob(numbers.public_numbers.n), e=blob(numbers.public_numbers.e), d=blob(numbers.d), p=blob(numbers.p),
            q=blob(numbers.q), dp=blob(numbers.dmp1), dq=blob(numbers.dmq1), qi=blob(numbers.iqmp),
        )  # fmt: skip
        return facts(self.remember(self.keys_of(step).import_key(step["name"], key, hardware_protected=True)))

    def do_get(self, step):
        return facts(self.keys_of(step).get_key(step["name"], self.version(step)), self.clients.urls)

    def do_identify(self, step):
        before = self.clients.look("/counts")["access_keys"]
        credential = self.clients.other_credential(step["as"])
        options = {"verify_challenge_resource": False, "transport": self.clients.transport()}
        KeyClient(self.clients.urls["vault"], credential, **options).get_key(step["name"])
        after = self.clients.look("/counts")["access_keys"]
        holders = [name for name, count in after.items() if count != before.get(name, 0)]
        return {"asked": self.clients.look("/asked")["asked"][-1]["issuer"], "holder": ", ".join(holders)}

    def do_update(self, step):
        options = {name: step[name] for name in ("enabled", "tags") if name in step}
        return facts(self.keys_of(step).update_key_properties(step["name"], **options))

    def do_rotate(self, step):
        return facts(self.remember(self.keys_of(step).rotate_key(step["name"])))

    def do_delete(self, step):
        deleted = self.keys_of(step).begin_delete_key(step["name"]).result()
        days = (deleted.scheduled_purge_date - deleted.deleted_date).days
        return {"recovery": urlparse(deleted.recovery_id).path, "days": days}

    def do_deleted(self, step):
        names = [key.name for key in self.keys_of(step).list_deleted_keys()]
        return {"names": [name for name in names if name == step["prefix"]]}

    def do_recover(self, step):
        return facts(self.keys_of(step).begin_recover_deleted_key(step["name"]).result())

    def do_purge(self, step):
        self.keys_of(step).purge_deleted_key(step["name"])
        return {}

    def do_keys(self, step):
        options = {"max_page_size": step["size"]} if "size" in step else {}
        pages = [list(page) for page in self.keys_of(step).list_properties_of_keys(**options).by_page()]
        names = [key.name for page in pages for key in page]
        return {"names": [name for name in names if name.startswith(step["prefix"])], "largest": max(map(len, pages))}

    def do_versions(self, step):
        return {"versions": len(list(self.keys_of(step).list_properties_of_key_versions(step["name"])))}

    def do_rotation_policy(self, step):
        return policy_facts(self.keys_of(step).get_key_rotation_policy(step["name"]))

    def do_set_rotation_policy(self, step):
        action = KeyRotationLifetimeAction(KeyRotationPolicyAction.rotate, time_before_expiry=step["before"])
        policy = KeyRotationPolicy(lifetime_actions=[action], expires_in=step["expires"])
        return policy_facts(self.keys_of(step).update_key_rotation_policy(step["name"], policy))

    def do_sign(self, step):
        key_id = self.key_id(step)
        client = self.clients.signer(step, key_id)
        public = None if step.get("as") else self.public(step)
        began, seen = time.monotonic(), {"verified": [], "length": 0, "kid": ""}
        for algorithm in step["algs"]:
            digest = os.urandom(step["digest"]) if "digest" in step else digest_of(algorithm)
            signed = client.sign(algorithm, digest)
            if public is None:
                public = self.public(dict(step, **{"as": "judge"}))
            if verifies(public, algorithm, digest, signed.signature):
                seen["verified"].append(algorithm)
            seen["length"] = len(signed.signature)
            seen["kid"] = "as asked" if signed.key_id == key_id else "another"
        if "seconds" in step.get("expect", {}):
            seen["seconds"] = int(time.monotonic() - began >= step["expect"]["seconds"])
        return seen

    def do_verify(self, step):
        client = self.clients.signer(step, self.key_id(step))
        digest = digest_of(step["alg"])
        signature = client.sign(step["alg"], digest).signature
        wrong = signature[:-1] + bytes([signature[-1] ^ 1])
        before = self.clients.carried_out("Verify")
        verdicts = [client.verify(step["alg"], digest, one).is_valid for one in (signature, wrong)]
        asked = self.clients.carried_out("Verify") - before
        return {"right": verdicts[0], "wrong": verdicts[1]} if asked == 2 else {"asked the service": asked}

    def do_attestation(self, step):
        version = self.versions[step["name"]][-1]
        key = self.keys_of(step).get_key_attestation(step["name"], version)
        attestation = key.properties.attestation
        chain = attestation.certificate_pem_file
        named = f"/{step['name']}/{version}".encode()
        halves = (attestation.private_key_attestation, attestation.public_key_attestation)
        return {
            "version": attestation.version,
            "certificates": len(x509.load_pem_x509_certificates(chain)),
            "names": f"/{step['name']}/" if all(named in half for half in halves) else "another",
            "kty": key.key_type.value,
        }

    def do_certificate(self, step):
        client = self.clients.client(CertificateClient, step)
        certificate = client.get_certificate(step["name"])
        leaf = x509.load_der_x509_certificate(bytes(certificate.cer))
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        subject = leaf.subject.rfc4514_string().removeprefix("CN=")
        version = certificate.properties.version
        path = lambda url: urlparse(url).path.removesuffix(version)  # noqa: E731
        return {
            "subject": subject,
            "kid": path(certificate.key_id),
            "sid": path(certificate.secret_id),
            "of the key": self.public(step).public_bytes(*form) == leaf.public_key().public_bytes(*form),
            "kty": certificate.policy.key_type.value,
            "exportable": certificate.policy.exportable,
            "content": certificate.policy.content_type.value,
        }

    def do_certificates(self, step):
        client = self.clients.client(CertificateClient, step)
        names = [one.name for one in client.list_properties_of_certificates()]
        versions = len(list(client.list_properties_of_certificate_versions(step["prefix"])))
        return {"names": [name for name in names if name == step["prefix"]], "versions": versions}

    def do_secret(self, step):
        secret = self.clients.client(SecretClient, step).get_secret(step["name"])
        held = pkcs12.load_pkcs12(base64.b64decode(secret.value), None)
        certificates = len(held.additional_certs) + (held.cert is not None)
        return {"content": secret.properties.content_type, "certificates": certificates, "key": held.key is not None}

    def key_id(self, step):
        version = self.version(step) or self.versions[step["name"]][-1]
        return f"{self.clients.urls[step.get('in', 'vault')]}/keys/{step['name']}/{version}"

    def public(self, step):
        return public_key(self.keys_of(step).get_key(step["name"], self.version(step)).key)
