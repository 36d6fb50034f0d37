"""EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion."""

from .registry import case, fact
from .server import NOWHERE


def state(server, key):
    return server.client().describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


@case("state-disable-and-enable")
def _(server):
    kms, key = server.client(), server.fresh()["Arn"]
    for operation, expected in ((kms.disable_key, "Disabled"), (kms.disable_key, "Disabled"),
                                (kms.enable_key, "Enabled"), (kms.enable_key, "Enabled")):
        operation(KeyId=key)
        fact("KeyState", state(server, key), expected)


@case("state-schedule-deletion")
def _(server):
    key = server.fresh()["Arn"]
    answer = server.client().schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    fact("KeyId is the key's ARN", answer["KeyId"] == key, True)
    fact("KeyState", answer.get("KeyState"), "PendingDeletion")
    fact("PendingWindowInDays", answer.get("PendingWindowInDays"), 7)
    made = server.client().describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    fact("days until DeletionDate", round((answer["DeletionDate"] - made).total_seconds() / 86400), 7)


@case("state-schedule-deletion-default-is-30-days")
def _(server):
    made = server.fresh()
    answer = server.client().schedule_key_deletion(KeyId=made["Arn"])
    fact("days until DeletionDate", round((answer["DeletionDate"] - made["CreationDate"]).total_seconds() / 86400), 30)


@case("state-schedule-deletion-of-disabled-key")
def _(server):
    server.client().schedule_key_deletion(KeyId=server.disabled())


@case("state-cancel-deletion-leaves-key-disabled")
def _(server):
    key = server.doomed()
    fact("KeyId is the key's ARN", server.client().cancel_key_deletion(KeyId=key)["KeyId"] == key, True)
    fact("KeyState", state(server, key), "Disabled")
    described = server.client().describe_key(KeyId=key)["KeyMetadata"]
    fact("DeletionDate is there", "DeletionDate" in described, False)


def refused(name, expected, operation, key, **parameters):
    @case(name, expected)
    def _(server):
        getattr(server.client(), operation)(KeyId=key(server), **parameters)


WRONG_STATE = "KMSInvalidStateException"
refused("state-enable-key-pending-deletion", WRONG_STATE, "enable_key", lambda server: server.doomed())
refused("state-disable-key-pending-deletion", WRONG_STATE, "disable_key", lambda server: server.doomed())
refused("state-enable-key-pending-import", WRONG_STATE, "enable_key", lambda server: server.external())
refused("state-disable-key-pending-import", WRONG_STATE, "disable_key", lambda server: server.external())
refused("state-schedule-deletion-twice", WRONG_STATE, "schedule_key_deletion", lambda server: server.doomed())
refused("state-cancel-deletion-of-enabled-key", WRONG_STATE, "cancel_key_deletion",
        lambda server: server.fresh()["Arn"])
for _days in (0, 6, 31):
    refused(f"state-schedule-deletion-in-{_days}-days", "ValidationException", "schedule_key_deletion",
            lambda server: server.fresh()["Arn"], PendingWindowInDays=_days)
for _operation in ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion"):
    refused(f"state-{_operation}-of-unknown-key", "NotFoundException", _operation, lambda server: NOWHERE)


@case("state-enable-without-key", "ValidationException")
def _(server):
    server.client().enable_key()
