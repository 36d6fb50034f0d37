"""Multi-Region keys and ReplicateKey."""

from .registry import case, fact
from .server import AWAY, HOME, NOWHERE
from .signature import check


def replicate(server, key, **parameters):
    return server.client().replicate_key(KeyId=key, ReplicaRegion=AWAY, **parameters)


@case("replicate-record")
def _(server):
    primary = server.fresh(MultiRegion=True)
    replica = replicate(server, primary["KeyId"])["ReplicaKeyMetadata"]
    fact("KeyId", replica["KeyId"] == primary["KeyId"], True)
    fact("Arn", replica["Arn"] == primary["Arn"].replace(HOME, AWAY), True)
    configuration = server.client(AWAY).describe_key(KeyId=replica["Arn"])["KeyMetadata"]["MultiRegionConfiguration"]
    fact("MultiRegionKeyType", configuration["MultiRegionKeyType"], "REPLICA")
    fact("PrimaryKey", configuration["PrimaryKey"] == {"Arn": primary["Arn"], "Region": HOME}, True)
    fact("ReplicaKeys", configuration["ReplicaKeys"] == [{"Arn": replica["Arn"], "Region": AWAY}], True)


@case("replicate-signs-as-its-primary")
def _(server):
    primary = server.fresh(MultiRegion=True)
    replicate(server, primary["KeyId"])
    signed = server.client(AWAY).sign(KeyId=primary["KeyId"], Message=b"away", SigningAlgorithm="ECDSA_SHA_256")
    fact("region in KeyId", signed["KeyId"].split(":")[3], AWAY)
    public_key = server.client().get_public_key(KeyId=primary["KeyId"])["PublicKey"]
    check(public_key, "ECDSA_SHA_256", b"away", signed["Signature"])


@case("replicate-twice", "AlreadyExistsException")
def _(server):
    key = server.fresh(MultiRegion=True)["KeyId"]
    replicate(server, key)
    replicate(server, key)


@case("replicate-single-region-key", "UnsupportedOperationException")
def _(server):
    replicate(server, server.key("ECC_NIST_P256"))


@case("replicate-disabled-key", "DisabledException")
def _(server):
    key = server.fresh(MultiRegion=True)["KeyId"]
    server.client().disable_key(KeyId=key)
    replicate(server, key)


@case("replicate-unknown-key", "NotFoundException")
def _(server):
    replicate(server, NOWHERE)


@case("replicate-without-region", "ValidationException")
def _(server):
    server.client().replicate_key(KeyId=server.fresh(MultiRegion=True)["KeyId"])


@case("delete-primary-waits-for-its-replicas")
def _(server):
    key = server.fresh(MultiRegion=True)["KeyId"]
    replicate(server, key)
    answer = server.client().schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    fact("KeyState", answer.get("KeyState"), "PendingReplicaDeletion")
    record = server.client().describe_key(KeyId=key)["KeyMetadata"]
    fact("PendingDeletionWindowInDays", record.get("PendingDeletionWindowInDays"), 7)
