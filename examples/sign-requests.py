#!/usr/bin/env python3
"""Signs the two requests to AWS KMS that `hardkey-confirm replay` sends for a CA, and sends none.

    sign-requests.py KEY-ARN CHALLENGE.json > requests.json

Credentials are those that boto3 finds. Who has the file can ask AWS, for five minutes, for the record and the public half of this one key.
"""

import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

# docs/confirm.md: these headers and no others, all of them signed.
HEADERS = ("authorization", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target", "x-hardkey-challenge")
DOMAINS = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-eusc": "amazonaws.eu"}


def signed(arn, nonce, target, credentials):
    """One request, in the order of HEADERS."""
    _, partition, _, region, _ = arn.split(":")[:5]
    host = f"kms.{region}.{DOMAINS[partition]}"
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
    with open(challenge, encoding="utf-8") as file:
        nonce = json.load(file)["nonce"]
    credentials = Session().get_credentials()
    if credentials is None:
        sys.exit("sign-requests.py: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    frozen = credentials.get_frozen_credentials()
    requests = [signed(arn, nonce, target, frozen) for target in ("DescribeKey", "GetPublicKey")]
    json.dump({"version": 1, "requests": requests}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
