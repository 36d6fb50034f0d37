"""Puts the cases of cases.json to the emulator through Azure's Python clients, and compares every answer.

usage: judge.py READY-LINE CASES     the emulator's line of JSON, the file of cases
Prints a line per case and ends with status 1 if one failed. judge.mjs does the same through Azure's JavaScript clients.
"""

import json
import logging
import os
import sys
import warnings

# Before the clients read any of it: nothing of this machine's configuration may change a request or its way.
for _name in list(os.environ):
    if _name.upper().startswith(("AZURE_", "SSL_CERT")) or _name.upper().endswith("_PROXY") or _name.endswith("_CA_BUNDLE"):
        del os.environ[_name]

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError  # noqa: E402

from clients import Clients  # noqa: E402
from facts import difference, refusal  # noqa: E402
from steps import Steps  # noqa: E402

# What they log of bodies that are no JSON, and of serial numbers as HSMs have them, is what these cases are about.
logging.disable()
warnings.simplefilter("ignore")


def main():
    ready = json.loads(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        cases = json.load(file)
    clients = Clients(ready)
    failed = 0
    for number, case in enumerate(cases, 1):
        wrong = run(case, clients, f"case-{number}")
        failed += wrong is not None
        print(f"FAILED  {case['case']}: {wrong}" if wrong else f"passed  {case['case']}", flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


def run(case, clients, name):
    """What is wrong, or None."""
    steps = Steps(clients)
    for number, step in enumerate(case["steps"], 1):
        step = json.loads(json.dumps(step).replace("$", name))
        try:
            seen = getattr(steps, "do_" + step["do"].replace(" ", "_"))(step)
        except ClientAuthenticationError as error:
            seen = {"error": "no token", "says": str(error)} if "AADSTS" in str(error) else refusal(error)
        except HttpResponseError as error:
            seen = refusal(error)
        wrong = difference(step.get("expect"), seen)
        if wrong:
            return f"step {number}, {step['do']}: {wrong}"
    return None


if __name__ == "__main__":
    sys.exit(main())
