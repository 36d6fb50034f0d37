"""One server under test, as boto3 sees it."""

import json
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.config import Config

HOME = "eu-west-1"
AWAY = "us-east-1"
NOWHERE = "00000000-1111-4222-8333-444444444444"

CONFIG = Config(
    # Requests that break the model must reach the server.
    parameter_validation=False,
    retries={"total_max_attempts": 1},
    connect_timeout=5,
    read_timeout=60,
)


class Server:
    """Clients and keys of one server. Keys of `key` are shared by cases that do not change them."""

    def __init__(self, name, url):
        self.name = name
        self.url = url
        self._clients = {}
        self._keys = {}

    def client(self, region=HOME):
        if region not in self._clients:
            self._clients[region] = boto3.session.Session().client(
                "kms",
                endpoint_url=self.url,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=CONFIG,
            )
        return self._clients[region]

    def key(self, spec, usage="SIGN_VERIFY"):
        """ARN of a key that no case changes."""
        if (spec, usage) not in self._keys:
            self._keys[spec, usage] = self.fresh(spec, KeyUsage=usage)["Arn"]
        return self._keys[spec, usage]

    def fresh(self, spec="ECC_NIST_P256", **parameters):
        """KeyMetadata of a new key."""
        parameters.setdefault("KeyUsage", "SIGN_VERIFY")
        return self.client().create_key(KeySpec=spec, **parameters)["KeyMetadata"]

    def disabled(self, spec="ECC_NIST_P256"):
        key = self.fresh(spec)["Arn"]
        self.client().disable_key(KeyId=key)
        return key

    def doomed(self, spec="ECC_NIST_P256"):
        key = self.fresh(spec)["Arn"]
        self.client().schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        return key

    def external(self, spec="ECC_NIST_P256"):
        return self.fresh(spec, Origin="EXTERNAL")["Arn"]

    def alias(self, key):
        """A new alias of a key."""
        name = f"alias/matrix/{uuid.uuid4().hex}"
        self.client().create_alias(AliasName=name, TargetKeyId=key)
        return name

    def post(self, operation, body, headers):
        """A request that boto3 would not send: status, headers and error code of its answer."""
        request = urllib.request.Request(
            self.url + "/",
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"TrentService.{operation}",
                "X-Amz-Date": "20261121T000000Z",
                **headers,
            },
        )
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
                return answer.status, answer.headers, "ok"
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            try:
                code = json.loads(text).get("__type", "no __type").split("#")[-1]
            except ValueError:
                code = "not JSON"
            return error.code, error.headers, code


AUTHORIZATION = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20261121/{HOME}/kms/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
}
