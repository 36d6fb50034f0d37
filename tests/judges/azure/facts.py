"""What keys, policies and errors of Azure's clients say, in the words of cases.json, and signatures checked by `cryptography`."""

import hashlib
import os
from urllib.parse import urlparse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512(), "256K": hashes.SHA256()}
CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "P-256K": ec.SECP256K1()}


def facts(key, urls=()):
    """What a key says of itself, in the words of cases.json."""
    jwk, properties = key.key, key.properties
    seen = {
        "kty": key.key_type.value,
        "ops": sorted(getattr(one, "value", one) for one in key.key_operations),
        "enabled": properties.enabled,
        "exportable": bool(properties.exportable),
        "managed": bool(properties.managed),
        "platform": properties.hsm_platform,
    }
    if jwk.n:
        seen["bits"] = 8 * len(jwk.n.lstrip(b"\0"))
        if jwk.n[0] == 0:
            seen["zero"] = True
    else:
        seen["crv"] = getattr(jwk.crv, "value", jwk.crv)
    if properties.tags:
        seen["tags"] = properties.tags
    if properties.release_policy:
        seen["policy"] = properties.release_policy.encoded_policy.decode()
    host = "://".join(urlparse(key.id)[:2])
    if urls and host not in urls.values():
        seen["host"] = host
    return seen


def policy_facts(policy):
    actions = [
        f"{str(one.action.value).lower()} {one.time_before_expiry or one.time_after_create}" for one in policy.lifetime_actions
    ]
    return {"actions": actions, "expires": policy.expires_in}


def digest_of(algorithm):
    function = {"256": "sha256", "384": "sha384", "512": "sha512", "256K": "sha256"}[algorithm[2:]]
    return hashlib.new(function, os.urandom(100)).digest()


def public_key(jwk):
    if jwk.n:
        return rsa.RSAPublicNumbers(int.from_bytes(jwk.e, "big"), int.from_bytes(jwk.n, "big")).public_key()
    curve = CURVES[getattr(jwk.crv, "value", jwk.crv)]
    return ec.EllipticCurvePublicNumbers(int.from_bytes(jwk.x, "big"), int.from_bytes(jwk.y, "big"), curve).public_key()


def verifies(public, algorithm, digest, signature):
    used = HASHES[algorithm[2:]]
    try:
        if algorithm.startswith("ES"):
            half = len(signature) // 2
            numbers = [int.from_bytes(part, "big") for part in (signature[:half], signature[half:])]
            public.verify(utils.encode_dss_signature(*numbers), digest, ec.ECDSA(utils.Prehashed(used)))
        elif algorithm.startswith("PS"):
            salted = padding.PSS(padding.MGF1(used), used.digest_size)
            public.verify(signature, digest, salted, utils.Prehashed(used))
        else:
            public.verify(signature, digest, padding.PKCS1v15(), utils.Prehashed(used))
    except InvalidSignature:
        return False
    return True


def refusal(error):
    parts = [str(error.status_code)]
    if error.error:
        inner = (error.error.innererror or {}).get("code")
        parts += [part for part in (error.error.code, inner) if part]
    return {"error": " ".join(parts), "says": error.message}


def difference(expected, seen):
    if expected is None:
        return f"refused with {seen}" if isinstance(seen, dict) and "error" in seen else None
    seen = dict(seen)
    says = seen.pop("says", "")
    expected = dict(expected)
    wanted = expected.pop("says", "")
    if wanted not in says:
        return f"expected it to say {wanted!r}, it says {says!r}"
    return None if seen == expected else f"expected {expected}, seen {seen}, {says!r}"
