"""Checks signatures with a library that made none of them."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .registry import Wrong

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def hash_of(algorithm):
    return HASHES[algorithm[-3:]]


def digest_of(algorithm, message):
    digest = hashes.Hash(hash_of(algorithm))
    digest.update(message)
    return digest.finalize()


def check(public_key_der, algorithm, message, signature):
    """Raises Wrong unless `signature` is over `message`."""
    key = load_der_public_key(public_key_der)
    prehashed = Prehashed(hash_of(algorithm))
    digest = digest_of(algorithm, message)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(prehashed))
        elif algorithm.startswith("RSASSA_PSS"):
            salt = hash_of(algorithm).digest_size
            key.verify(signature, digest, padding.PSS(padding.MGF1(hash_of(algorithm)), salt), prehashed)
        else:
            key.verify(signature, digest, padding.PKCS1v15(), prehashed)
    except InvalidSignature:
        raise Wrong("signature does not verify") from None
