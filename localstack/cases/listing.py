"""ListKeys and ListAliases."""

from .registry import case, fact
from .server import NOWHERE


def all_pages(ask, member, limit):
    """Every entry, page by page, with the facts of each page checked."""
    seen, marker = [], {}
    while True:
        page = ask(Limit=limit, **marker)
        fact("Truncated is there", "Truncated" in page, True)
        fact("entries in a page, at most the limit", len(page[member]) <= limit, True)
        seen += page[member]
        fact("NextMarker comes with Truncated", bool(page.get("NextMarker")), bool(page.get("Truncated")))
        if not page["Truncated"]:
            return seen
        fact("entries in a truncated page", len(page[member]), limit)
        marker = {"Marker": page["NextMarker"]}


@case("list-keys-pages")
def _(server):
    made = {server.fresh()["Arn"] for _ in range(5)}
    seen = all_pages(server.client().list_keys, "Keys", 3)
    arns = [entry["KeyArn"] for entry in seen]
    fact("keys seen twice", len(arns) - len(set(arns)), 0)
    fact("keys missed", len(made - set(arns)), 0)
    fact("KeyArn ends in KeyId", all(entry["KeyArn"].endswith(entry["KeyId"]) for entry in seen), True)


@case("list-aliases-pages")
def _(server):
    key = server.key("ECC_NIST_P256")
    made = {server.alias(key) for _ in range(5)}
    names = [entry["AliasName"] for entry in all_pages(server.client().list_aliases, "Aliases", 2)]
    fact("aliases seen twice", len(names) - len(set(names)), 0)
    fact("aliases missed", len(made - set(names)), 0)


@case("list-aliases-of-a-key")
def _(server):
    key = server.fresh()
    names = sorted(server.alias(key["Arn"]) for _ in range(2))
    for name in (key["KeyId"], key["Arn"]):
        entries = server.client().list_aliases(KeyId=name)["Aliases"]
        fact("AliasName", sorted(entry["AliasName"] for entry in entries) == names, True)
        fact("TargetKeyId", {entry["TargetKeyId"] for entry in entries} == {key["KeyId"]}, True)
        prefix = key["Arn"].split("key/")[0]
        fact("AliasArn", all(entry["AliasArn"] == prefix + entry["AliasName"] for entry in entries), True)
        fact("CreationDate is there", all("CreationDate" in entry for entry in entries), True)
        fact("LastUpdatedDate is there", all("LastUpdatedDate" in entry for entry in entries), True)


@case("list-aliases-of-a-key-without-any")
def _(server):
    fact("Aliases", server.client().list_aliases(KeyId=server.fresh()["Arn"])["Aliases"], [])


def refused(name, expected, operation, **parameters):
    @case(name, expected)
    def _(server):
        getattr(server.client(), operation)(**parameters)


refused("list-keys-limit-of-0", "ValidationException", "list_keys", Limit=0)
refused("list-keys-limit-of-1001", "ValidationException", "list_keys", Limit=1001)
refused("list-keys-unknown-marker", "InvalidMarkerException", "list_keys", Marker="nowhere")
refused("list-aliases-limit-of-0", "ValidationException", "list_aliases", Limit=0)
refused("list-aliases-limit-of-101", "ValidationException", "list_aliases", Limit=101)
refused("list-aliases-unknown-marker", "InvalidMarkerException", "list_aliases", Marker="nowhere")
refused("list-aliases-of-unknown-key", "NotFoundException", "list_aliases", KeyId=NOWHERE)
