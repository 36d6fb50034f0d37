"""Import jobs, and keys that were made elsewhere."""

import hashlib
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from google.cloud.kms_v1 import ImportJob

from service import Algorithm, Level, State, recent, refused
from statements import LOCAL, objects, private_half

CASES = []
case = CASES.append

Method = ImportJob.ImportMethod


def new_job(service, method=Method.RSA_OAEP_3072_SHA256_AES_256, level=Level.HSM):
    job = {"import_method": method, "protection_level": level}
    made = service.client.create_import_job(parent=service.ring, import_job_id=service.fresh(), import_job=job)
    assert service.client.get_import_job(name=made.name) == made
    return made


def wrap(job, material):
    """As Cloud KMS documentation, "Wrapping a key using OpenSSL on Linux", has it."""
    wrapper = load_pem_public_key(job.public_key.pem.encode())
    name = job.import_method.name
    kind = hashes.SHA1() if "SHA1" in name else hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(kind), kind, None)
    if not name.endswith("AES_256"):
        return wrapper.encrypt(material, oaep)
    key = os.urandom(32)
    return wrapper.encrypt(key, oaep) + aes_key_wrap_with_padding(key, material)


def pkcs8(key):
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def bring(service, parent, algorithm, job, wrapped, **more):
    request = {"parent": parent, "algorithm": algorithm, "import_job": job.name, "wrapped_key": wrapped, **more}
    return service.client.import_crypto_key_version(request)


@case
def a_job_is_active_for_three_days_and_has_a_wrapping_key(service):
    job = new_job(service)
    assert job.state == ImportJob.ImportJobState.ACTIVE
    recent(job.generate_time)
    assert (job.expire_time - job.create_time).total_seconds() == 3 * 86400
    assert load_pem_public_key(job.public_key.pem.encode()).key_size == 3072
    assert job in list(service.client.list_import_jobs(parent=service.ring))
    name, body = job.name.rsplit("/", 1)[1], {"import_method": job.import_method, "protection_level": Level.HSM}
    create = service.client.create_import_job
    refused("ALREADY_EXISTS", create, parent=service.ring, import_job_id=name, import_job=body)
    refused("INVALID_ARGUMENT", create, parent=service.ring, import_job_id=service.fresh(), import_job={})
    refused("NOT_FOUND", service.client.get_import_job, name=job.name + "-x")


@case
def a_key_that_was_made_elsewhere_signs_and_says_so(service):
    for method in (Method.RSA_OAEP_3072_SHA256_AES_256, Method.RSA_OAEP_4096_SHA1_AES_256):
        job = new_job(service, method)
        mine = rsa.generate_private_key(65537, 3072)
        key = service.new_key(Algorithm.RSA_SIGN_PKCS1_3072_SHA256, Level.HSM, import_only=True)
        pending = bring(service, key.name, Algorithm.RSA_SIGN_PKCS1_3072_SHA256, job, wrap(job, pkcs8(mine)))
        assert (pending.state, pending.import_job) == (State.PENDING_IMPORT, job.name)
        version = service.settled(pending.name)
        assert version.state == State.ENABLED and version.import_job == job.name
        assert "generate_time" not in version
        recent(version.import_time)
        public = service.client.get_public_key(name=version.name).pem
        assert load_pem_public_key(public.encode()) == mine.public_key()
        digest = hashlib.sha256(b"release").digest()
        answer = service.client.asymmetric_sign(name=version.name, digest={"sha256": digest})
        mine.public_key().verify(answer.signature, b"release", padding.PKCS1v15(), hashes.SHA256())
        statement, private = private_half(version.attestation)
        assert len(objects(statement)) == 1 and private[LOCAL] == b"\x00"
        create = service.client.create_crypto_key_version
        refused("FAILED_PRECONDITION", create, parent=key.name, crypto_key_version={})


@case
def what_is_not_wrapped_for_the_job_fails_and_a_destroyed_version_takes_its_own_key_again(service):
    job = new_job(service, Method.RSA_OAEP_3072_SHA256)
    key = service.new_key(Algorithm.EC_SIGN_P256_SHA256, Level.HSM, import_only=True)
    failed = service.settled(bring(service, key.name, Algorithm.EC_SIGN_P256_SHA256, job, b"no key").name)
    assert failed.state == State.IMPORT_FAILED and failed.import_failure_reason
    mine = ec.generate_private_key(ec.SECP256R1())
    wrapped = wrap(job, pkcs8(mine))
    version = service.settled(bring(service, key.name, Algorithm.EC_SIGN_P256_SHA256, job, wrapped).name)
    again = {"crypto_key_version": version.name}
    refused("FAILED_PRECONDITION", bring, service, key.name, Algorithm.EC_SIGN_P256_SHA256, job, wrapped, **again)
    service.control("POST", "/google/state", {"name": version.name, "state": "DESTROYED"})
    assert service.client.get_crypto_key_version(name=version.name).reimport_eligible
    bring(service, key.name, Algorithm.EC_SIGN_P256_SHA256, job, wrapped, **again)
    assert service.settled(version.name).state == State.ENABLED
    expected = mine.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert service.client.get_public_key(name=version.name).pem == expected


@case
def a_job_of_another_level_is_an_invalid_argument(service):
    job = new_job(service, level=Level.SOFTWARE)
    key = service.new_key(Algorithm.EC_SIGN_P256_SHA256, Level.HSM)
    refused("INVALID_ARGUMENT", bring, service, key.name, Algorithm.EC_SIGN_P256_SHA256, job, b"x")
