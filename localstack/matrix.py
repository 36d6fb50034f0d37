#!/usr/bin/env python3
"""Runs the request matrix: every case on every server, each outcome held against what AWS documents.

    matrix.py --servers emulator=URL,ministack=URL,localstack=URL

A server without URL is one that could not be started: its cases are skipped. A difference from AWS passes if
differences.tsv lists it, with its reason; an unlisted one fails, and so does a listed one that no longer occurs.
"""

import argparse
import csv
import os
import sys
from collections import Counter
from pathlib import Path

# Before boto3 reads any of it: nothing of this machine's configuration may change a request or its way.
for _name in list(os.environ):
    if _name.upper().startswith("AWS_") or _name.upper().endswith("_PROXY") or _name.endswith("_CA_BUNDLE"):
        del os.environ[_name]
os.environ.update(
    NO_PROXY="*",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)

from botocore.exceptions import BotoCoreError, ClientError  # noqa: E402

import cases  # noqa: E402, F401
from cases.registry import CASES, Wrong  # noqa: E402
from cases.server import Server  # noqa: E402

DIFFERENCES = Path(__file__).with_name("differences.tsv")
COLUMNS = ["case", "server", "expected", "observed", "reason"]


def main():
    arguments = read_arguments()
    listed = read_differences()
    counts = Counter()
    seen = []
    for name, url in arguments.servers:
        selected = [case for case in CASES.values() if arguments.only in case.name]
        if not url:
            print(f"SKIPPED  {name}: it could not be started; {len(selected)} cases do not run on it")
            counts["skipped"] += len(selected)
            continue
        server = Server(name, url)
        for case in selected:
            observed = run(case, server)
            line = listed.get((case.name, name))
            verdict, remark = judge(case, observed, line)
            counts["passed" if verdict != "FAILED" else "failed"] += 1
            print(f"{verdict:8} {name:10} {case.name}: {remark}", flush=True)
            if observed != case.expected:
                reason = line["reason"] if line else ""
                seen.append(dict(zip(COLUMNS, (case.name, name, case.expected, observed, reason))))
    if arguments.record:
        record(seen, listed, [name for name, url in arguments.servers if url])
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


def run(case, server):
    """The outcome: "ok", an error code (with its status unless that is 400), or the fact that is wrong."""
    try:
        case.run(server)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return code if status == 400 else f"{code}, status {status}"
    except Wrong as wrong:
        return f"ok, but {wrong}"
    except BotoCoreError as error:
        return type(error).__name__
    except Exception as error:  # noqa: BLE001 - an answer without the expected members is an outcome too
        return f"{type(error).__name__}: {error}"
    return "ok"


def judge(case, observed, line):
    expected = case.expected
    if line is None:
        if observed == expected:
            return "passed", observed
        return "FAILED", f"expected {expected}, observed {observed}; differences.tsv does not list this"
    if line["expected"] != expected:
        return "FAILED", f"differences.tsv expects {line['expected']}, the case {expected}"
    if observed == expected:
        return "FAILED", f"{observed}; differences.tsv lists a difference that no longer occurs: {line['observed']}"
    if observed != line["observed"]:
        return "FAILED", f"expected {expected}, observed {observed}; differences.tsv lists {line['observed']}"
    return "differs", f"expected {expected}, observed {observed} ({line['reason']})"


def read_differences():
    with DIFFERENCES.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    listed = {}
    for row in rows:
        place = (row["case"], row["server"])
        if row["case"] not in CASES:
            sys.exit(f"differences.tsv: there is no case {row['case']}")
        if place in listed:
            sys.exit(f"differences.tsv: {place} is listed twice")
        if not row["reason"]:
            sys.exit(f"differences.tsv: {place} has no reason")
        listed[place] = row
    return listed


def record(seen, listed, servers):
    """Writes what was seen, keeping reasons and the lines of servers that did not run. New lines need one by hand."""
    kept = [row for (_, server), row in listed.items() if server not in servers]
    order = list(CASES)
    rows = sorted(kept + seen, key=lambda row: (row["server"], order.index(row["case"])))
    with DIFFERENCES.open("w", newline="", encoding="utf-8") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            file.write("\t".join(row[column] for column in COLUMNS) + "\n")


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", required=True, type=read_servers, help="NAME=URL,…; no URL: skipped")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--record", action="store_true", help="rewrite differences.tsv with what is seen")
    arguments = parser.parse_args()
    if arguments.record and arguments.only:
        parser.error("--record needs every case")
    return arguments


def read_servers(text):
    return [tuple(entry.partition("=")[::2]) for entry in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
