"""Has AWS's own `aws cloudtrail validate-logs` judge the files of a trail.

usage: judge.py FOLDER START END DIGEST
FOLDER has a folder per bucket, with each object as a file under its name, `signatures.json` (the signature that S3 keeps beside each
digest, by the digest's name), `keys.json` (the answer to ListPublicKeys) and `trail.json` (the answer to DescribeTrails).
Writes what `aws s3api head-object` prints of DIGEST into `head.json`. Says what the validation says, and ends as it does.
"""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Aws(BaseHTTPRequestHandler):
    """The reads of S3 and the two of CloudTrail that the validation takes. It decides nothing."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=()):
        self.send_response(status)
        for name, value in [("Content-Length", len(body)), *headers]:
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def xml(self, status, text):
        self.say(status, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), [("Content-Type", "application/xml")])

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        if "location" in query:
            region = json.loads((self.folder / "trail.json").read_text())["trailList"][0]["HomeRegion"]
            self.xml(200, f'<LocationConstraint xmlns="{SPACE}">{region}</LocationConstraint>')
        elif not key:
            self.xml(200, self.listed(bucket, query.get("prefix", ""), query.get("marker", "")))
        elif (self.folder / bucket / key).is_file():
            signature = json.loads((self.folder / "signatures.json").read_text()).get(key)
            metadata = {"signature": signature, "signature-algorithm": "SHA256withRSA"} if signature else {}
            headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip"), ("ETag", '"a"')]
            headers += [(f"x-amz-meta-{name}", value) for name, value in metadata.items()]
            self.say(200, (self.folder / bucket / key).read_bytes(), headers)
        else:
            self.xml(404, f"<Error><Code>NoSuchKey</Code><Message>There is none.</Message><Key>{escape(key)}</Key></Error>")

    def listed(self, bucket, prefix, marker):
        files = (path for path in (self.folder / bucket).rglob("*") if path.is_file())
        keys = sorted(path.relative_to(self.folder / bucket).as_posix() for path in files)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys if key.startswith(prefix) and key > marker
        )
        return f'<ListBucketResult xmlns="{SPACE}"><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>'

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = {"ListPublicKeys": "keys.json", "DescribeTrails": "trail.json"}[operation]
        self.say(200, (self.folder / answer).read_bytes(), [("Content-Type", "application/x-amz-json-1.1")])


def main():
    folder, start, end, digest = Path(sys.argv[1]), *sys.argv[2:]
    trail = json.loads((folder / "trail.json").read_text())["trailList"][0]
    Aws.folder = folder
    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Nothing of this machine's configuration may change a request or its way.
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ACCESS_KEY_ID": "judge", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": trail["HomeRegion"], "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
    }
    aws = [sys.executable, "-B", str(Path(sys.executable).with_name("aws"))]
    head = ["s3api", "head-object", "--bucket", trail["S3BucketName"], "--key", digest]
    with (folder / "head.json").open("wb") as printed:
        subprocess.run(aws + head, env=environment, check=True, stdout=printed)
    validate = ["cloudtrail", "validate-logs", "--verbose", "--trail-arn", trail["TrailARN"]]
    validate += ["--start-time", start, "--end-time", end]
    sys.exit(subprocess.run(aws + validate, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
