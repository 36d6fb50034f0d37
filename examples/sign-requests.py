#!/usr/bin/env python3
"""Signs the two requests to AWS KMS that `hardkey-confirm replay` sends for a CA, and sends none.

    sign-requests.py KEY-ARN CHALLENGE.json > requests.json

Credentials are those that boto3 finds. Who has the file can ask AWS, for five minutes, for the record and the public half of this one key.
"""

import json
import re
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.session import Session

# docs/confirm.md: these headers and no others, all of them signed.
HEADERS = ("authorization", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target", "x-hardkey-challenge")
DOMAINS = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-eusc": "amazonaws.eu"}
KEY = re.compile(r"arn:([a-z-]+):kms:([a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+")


def ended(why):
    """One line, in which a stranger's text shows what does not print."""
    sys.exit("sign-requests.py: " + "".join(character if character.isprintable() else ascii(character)[1:-1] for character in why))


def place(arn):
    """Host and region of a key."""
    found = KEY.fullmatch(arn)
    if found is None:
        ended(f"{arn} is no ARN of a key; give arn:aws:kms:REGION:ACCOUNT:key/ID, as hardkey keys shows it, not an alias")
    partition, region = found.groups()
    if partition not in DOMAINS:
        ended(f"{arn} is in {partition}, of which no CA asks this way; give a key in one of {', '.join(DOMAINS)}")
    return f"kms.{region}.{DOMAINS[partition]}", region


def nonce_of(challenge):
    """What the CA wants to see signed."""
    try:
        with open(challenge, encoding="utf-8") as file:
            nonce = json.load(file)["nonce"]
    except OSError as error:
        ended(f"{challenge} cannot be read: {error.strerror}; name the CA's challenge")
    except (ValueError, KeyError, TypeError, RecursionError):
        nonce = None
    # hardkey-attest challenge: 32 bytes, in hexadecimal digits.
    if not isinstance(nonce, str) or not re.fullmatch("[0-9a-f]{64}", nonce):
        ended(f"{challenge} is no challenge; name the file that the CA gave you")
    return nonce


def signed(arn, nonce, target, credentials):
    """One request, in the order of HEADERS."""
    host, region = place(arn)
    body = '{"KeyId":"%s"}' % arn
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-target": f"TrentService.{target}",
        "x-hardkey-challenge": nonce,
    }
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    SigV4Auth(credentials, "kms", region).add_auth(request)
    found = {name.lower(): value for name, value in request.headers.items()}
    return {"headers": {name: found[name] for name in HEADERS if name in found}, "body": body}


def main():
    """Reads the nonce of the challenge, and writes both requests."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    arn, challenge = sys.argv[1:]
    place(arn)
    nonce = nonce_of(challenge)
    try:
        credentials = Session().get_credentials()
        frozen = credentials and credentials.get_frozen_credentials()
    except BotoCoreError as error:
        ended(f"no credentials: {error}; correct AWS_PROFILE, or what it names")
    if not frozen:
        ended("no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    requests = [signed(arn, nonce, target, frozen) for target in ("DescribeKey", "GetPublicKey")]
    json.dump({"version": 1, "requests": requests}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
