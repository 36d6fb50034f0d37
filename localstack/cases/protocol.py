"""The protocol under the operations: authorization, targets, bodies."""

import json

from botocore.exceptions import ClientError

from .registry import case, fact
from .server import AUTHORIZATION, NOWHERE


class Refused(ClientError):
    """An error of a request that boto3 did not send, in the form the matrix reads."""

    def __init__(self, status, code, operation):
        answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        super().__init__(answer, operation)


def post(server, operation, body, headers):
    status, answer_headers, code = server.post(operation, body, headers)
    if code != "ok":
        raise Refused(status, code, operation)
    return answer_headers


@case("protocol-without-authorization", "MissingAuthenticationTokenException")
def _(server):
    post(server, "ListKeys", b"{}", {})


@case("protocol-incomplete-authorization", "IncompleteSignatureException")
def _(server):
    post(server, "ListKeys", b"{}", {"Authorization": "AWS4-HMAC-SHA256 Credential=test"})


@case("protocol-unknown-operation", "UnknownOperationException")
def _(server):
    post(server, "SignEverything", b"{}", AUTHORIZATION)


@case("protocol-body-is-no-json", "SerializationException")
def _(server):
    post(server, "DescribeKey", b'{"KeyId":', AUTHORIZATION)


@case("protocol-body-is-a-list", "SerializationException")
def _(server):
    post(server, "DescribeKey", b"[]", AUTHORIZATION)


@case("protocol-key-id-is-a-number", "SerializationException")
def _(server):
    post(server, "DescribeKey", b'{"KeyId": 7}', AUTHORIZATION)


@case("protocol-message-is-no-base64", "SerializationException")
def _(server):
    body = {"KeyId": server.key("ECC_NIST_P256"), "Message": "*", "SigningAlgorithm": "ECDSA_SHA_256"}
    post(server, "Sign", json.dumps(body).encode(), AUTHORIZATION)


@case("protocol-request-id-of-success")
def _(server):
    headers = post(server, "ListKeys", b"{}", AUTHORIZATION)
    fact("x-amzn-RequestId is there", bool(headers.get("x-amzn-RequestId")), True)
    fact("Content-Type", headers.get("Content-Type"), "application/x-amz-json-1.1")


@case("protocol-request-id-of-error")
def _(server):
    _, headers, code = server.post("DescribeKey", json.dumps({"KeyId": NOWHERE}).encode(), AUTHORIZATION)
    fact("code", code, "NotFoundException")
    fact("x-amzn-RequestId is there", bool(headers.get("x-amzn-RequestId")), True)
