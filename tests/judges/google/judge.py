#!/usr/bin/env python3
"""Holds the emulator's Google Cloud KMS against Google's own client, over REST.

    judge.py ENDPOINT CONTROL

The client reads every answer, `google-crc32c` every checksum, `cryptography` every signature and certificate. What is
expected of errors is what Google's own fake is held to, and real Cloud KMS with it: GoogleCloudPlatform/kms-integrations,
fakekms/contract. A line for each case, then `N passed, N failed`.
"""

import importlib
import os
import sys
import traceback

# Before the client reads any of it: nothing of this machine's configuration may change a request or its way.
for _name in list(os.environ):
    if _name.upper().startswith(("GOOGLE_", "GCE_", "CLOUDSDK_", "AWS_", "GRPC_")) or _name.upper().endswith(
        ("_PROXY", "_CA_BUNDLE")
    ):
        del os.environ[_name]
_host = sys.argv[1].split("://")[1]
os.environ.update(
    NO_PROXY="*",
    GOOGLE_APPLICATION_CREDENTIALS=os.devnull,
    GCE_METADATA_HOST=_host,
    GCE_METADATA_IP=_host,
)

from service import Service  # noqa: E402

MODULES = ["resources", "versions", "signatures", "statements", "imports", "refusals", "tokens", "around"]


def main():
    service = Service(*sys.argv[1:3])
    passed = failed = 0
    for module in MODULES:
        for case in importlib.import_module(module).CASES:
            name = f"{module}.{case.__name__}"
            try:
                case(service)
            except Exception:  # noqa: BLE001 - whatever it is, it is a finding
                failed += 1
                print(f"FAILED {name}\n{traceback.format_exc()}")
            else:
                passed += 1
                print(f"passed {name}")
            service.reset()
    never = sorted(set(service.operations) - service.asked)
    if never:
        failed += 1
        print(f"FAILED every operation is asked for: never {', '.join(never)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
