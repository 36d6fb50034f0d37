"""CreateAlias, UpdateAlias, DeleteAlias."""

import uuid

from .registry import case, fact
from .server import NOWHERE


def new_name():
    return f"alias/matrix/{uuid.uuid4().hex}"


@case("alias-create-update-delete")
def _(server):
    kms, first, second = server.client(), server.fresh()["Arn"], server.fresh()["Arn"]
    alias = server.alias(first)
    fact("key after create", kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == first, True)
    kms.update_alias(AliasName=alias, TargetKeyId=second)
    fact("key after update", kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == second, True)
    kms.delete_alias(AliasName=alias)
    fact("aliases after delete", kms.list_aliases(KeyId=second)["Aliases"], [])


@case("alias-of-deleted-alias", "NotFoundException")
def _(server):
    alias = server.alias(server.fresh()["Arn"])
    server.client().delete_alias(AliasName=alias)
    server.client().describe_key(KeyId=alias)


@case("alias-for-disabled-key")
def _(server):
    server.alias(server.disabled())


@case("alias-create-twice", "AlreadyExistsException")
def _(server):
    key = server.key("ECC_NIST_P256")
    server.client().create_alias(AliasName=server.alias(key), TargetKeyId=key)


def not_created(name, expected, alias):
    """`alias` begins a name that is new each time, because a server that takes it once would then have it."""

    @case(name, expected)
    def _(server):
        server.client().create_alias(AliasName=alias + uuid.uuid4().hex, TargetKeyId=server.key("ECC_NIST_P256"))


not_created("alias-without-prefix", "ValidationException", "release")
not_created("alias-with-a-dot", "ValidationException", "alias/release.2026")
not_created("alias-with-a-space", "ValidationException", "alias/re lease")
not_created("alias-with-a-colon", "ValidationException", "alias/release:2026")
not_created("alias-of-257-characters", "ValidationException", "alias/" + "a" * (257 - 6 - 32))
not_created("alias-with-the-prefix-of-aws", "NotAuthorizedException", "alias/aws/release")


@case("alias-create-without-name", "ValidationException")
def _(server):
    server.client().create_alias(TargetKeyId=server.key("ECC_NIST_P256"))


@case("alias-create-without-key", "ValidationException")
def _(server):
    server.client().create_alias(AliasName=new_name())


@case("alias-create-for-unknown-key", "NotFoundException")
def _(server):
    server.client().create_alias(AliasName=new_name(), TargetKeyId=NOWHERE)


@case("alias-create-for-alias", "ValidationException")
def _(server):
    server.client().create_alias(AliasName=new_name(), TargetKeyId=server.alias(server.key("ECC_NIST_P256")))


@case("alias-create-for-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    server.alias(server.doomed())


@case("alias-update-unknown", "NotFoundException")
def _(server):
    server.client().update_alias(AliasName=new_name(), TargetKeyId=server.key("ECC_NIST_P256"))


@case("alias-update-to-unknown-key", "NotFoundException")
def _(server):
    server.client().update_alias(AliasName=server.alias(server.key("ECC_NIST_P256")), TargetKeyId=NOWHERE)


@case("alias-update-to-key-pending-deletion", "KMSInvalidStateException")
def _(server):
    server.client().update_alias(AliasName=server.alias(server.key("ECC_NIST_P256")), TargetKeyId=server.doomed())


@case("alias-update-without-prefix", "ValidationException")
def _(server):
    server.client().update_alias(AliasName="release", TargetKeyId=server.key("ECC_NIST_P256"))


@case("alias-delete-unknown", "NotFoundException")
def _(server):
    server.client().delete_alias(AliasName=new_name())


@case("alias-delete-without-name", "ValidationException")
def _(server):
    server.client().delete_alias()
