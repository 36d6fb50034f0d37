"""TagResource, UntagResource, ListResourceTags."""

from .registry import case, fact
from .server import NOWHERE


def tag(name, value="v"):
    return {"TagKey": name, "TagValue": value}


def tags_of(server, key):
    tags = server.client().list_resource_tags(KeyId=key)["Tags"]
    return sorted((entry["TagKey"], entry["TagValue"]) for entry in tags)


@case("tag-replace-and-untag")
def _(server):
    kms, key = server.client(), server.fresh()["Arn"]
    kms.tag_resource(KeyId=key, Tags=[tag("a", "1"), tag("b", "")])
    kms.tag_resource(KeyId=key, Tags=[tag("a", "2"), tag("c", "3")])
    fact("tags", tags_of(server, key), [("a", "2"), ("b", ""), ("c", "3")])
    kms.untag_resource(KeyId=key, TagKeys=["b", "z"])
    fact("tags after untag", tags_of(server, key), [("a", "2"), ("c", "3")])


@case("tag-pages")
def _(server):
    kms, key = server.client(), server.fresh()["Arn"]
    kms.tag_resource(KeyId=key, Tags=[tag(f"t{number}") for number in range(5)])
    seen, marker = [], {}
    for expected in (True, True, False):
        page = kms.list_resource_tags(KeyId=key, Limit=2, **marker)
        fact("Truncated", page["Truncated"], expected)
        seen += [entry["TagKey"] for entry in page["Tags"]]
        marker = {"Marker": page.get("NextMarker")}
    fact("tags", sorted(seen), [f"t{number}" for number in range(5)])


def refused(name, expected, operation, key=lambda server: server.fresh()["Arn"], **parameters):
    @case(name, expected)
    def _(server):
        getattr(server.client(), operation)(KeyId=key(server), **parameters)


refused("tag-unknown-key", "NotFoundException", "tag_resource", lambda server: NOWHERE, Tags=[tag("a")])
refused("tag-key-pending-deletion", "KMSInvalidStateException", "tag_resource", lambda server: server.doomed(),
        Tags=[tag("a")])
refused("tag-without-tags", "ValidationException", "tag_resource")
refused("tag-key-of-129-characters", "ValidationException", "tag_resource", Tags=[tag("k" * 129)])
refused("tag-value-of-257-characters", "ValidationException", "tag_resource", Tags=[tag("k", "v" * 257)])
refused("tag-list-of-unknown-key", "NotFoundException", "list_resource_tags", lambda server: NOWHERE)
refused("tag-list-limit-of-51", "ValidationException", "list_resource_tags", Limit=51)
refused("untag-unknown-key", "NotFoundException", "untag_resource", lambda server: NOWHERE, TagKeys=["a"])
refused("untag-key-pending-deletion", "KMSInvalidStateException", "untag_resource", lambda server: server.doomed(),
        TagKeys=["a"])
