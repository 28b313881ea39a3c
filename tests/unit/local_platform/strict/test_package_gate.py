"""The edge function of packages on the strict AWS emulator, with keys that the step after a deployment has made."""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from education.content.package_gate import GATE
from education.settings.load import load_settings
from local_platform.strict.instance import StrictInstance, strict_aws
from tests.ports import free_port
from tools.deploy.key_store import key_store_client
from tools.deploy.package_keys import KeyClients, fill

BUCKET = "education-content-strict"
NAME = "education-package-keys-dev"
FOLDERS = {name: f"course-1/{name}/{'0' * 32}" for name in ("cells", "atoms")}
FILES = ("launch.json", "files/index.html", "files/js/app.mjs")
# Where lessons that are a single page are stored, and how their addresses go on behind the folder.
PAGES = {
    f"{prefix}/course-1/{name}/interactive-{'0' * 32}/{name}.html": f"{prefix}/{name}.html"
    for prefix, name in (("public", "cells"), ("premium", "atoms"))
}
CACHE_POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"


@dataclass
class Edge:
    """A distribution with the function in front of a bucket with two packages."""

    aws: StrictInstance
    host: str
    keys: dict[str, str]

    def status(self, path: str, method: str = "GET", **headers: str) -> int:
        trust = ssl.create_default_context(cafile=str(self.aws.certificate))
        trust.check_hostname = False  # the name is in the header Host
        connection = http.client.HTTPSConnection("127.0.0.1", self.aws.port, context=trust, timeout=30)
        try:
            connection.request(method, path, headers={"Host": self.host, **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    def token(self, package: str = "cells", *, ends: float = 60, slot: str = "a", key: str = "") -> str:
        expires = f"{int(time.time() + ends)}"
        text = f"{expires}/{FOLDERS[package]}"
        mac = hmac.new((key or self.keys[slot]).encode(), text.encode(), hashlib.sha256).digest()
        return f"{expires}.{slot}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def behaviour(function_arn: str) -> dict[str, Any]:
    return {
        "TargetOriginId": "files",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": CACHE_POLICY,
        "Compress": False,
        "FunctionAssociations": {
            "Quantity": 1,
            "Items": [{"FunctionARN": function_arn, "EventType": "viewer-request"}],
        },
    }


def published(cloudfront: Any, store: str) -> str:
    """The function, which was made with other code and then updated, as a deployment does."""
    configured = {
        "Comment": "",
        "Runtime": "cloudfront-js-2.0",
        "KeyValueStoreAssociations": {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]},
    }
    code = b"function handler(event) { return event.request; }"
    made = cloudfront.create_function(Name="gate", FunctionConfig=configured, FunctionCode=code)
    updated = cloudfront.update_function(
        Name="gate", IfMatch=made["ETag"], FunctionConfig=configured, FunctionCode=GATE.encode()
    )
    done = cloudfront.publish_function(Name="gate", IfMatch=updated["ETag"])
    return str(done["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with strict_aws(tmp_path_factory.mktemp("strict"), free_port()) as aws:
        cloudfront, s3, secrets = (aws.client(name) for name in ("cloudfront", "s3", "secretsmanager"))
        s3.create_bucket(Bucket=BUCKET)
        for folder in FOLDERS.values():
            for name in FILES:
                s3.put_object(Bucket=BUCKET, Key=f"packages/{folder}/{name}", Body=b"text")
        for key in PAGES:
            s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
        secrets.create_secret(Name=NAME)
        store = cloudfront.create_key_value_store(Name=NAME)["KeyValueStore"]["ARN"]
        function_arn = published(cloudfront, store)
        access = cloudfront.create_origin_access_control(
            OriginAccessControlConfig={
                "Name": "files",
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )["OriginAccessControl"]["Id"]
        distribution = cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": "1",
                "Comment": "",
                "Enabled": True,
                "Origins": {
                    "Quantity": 1,
                    "Items": [
                        {
                            "Id": "files",
                            "DomainName": f"{BUCKET}.s3.us-east-1.amazonaws.com",
                            "OriginAccessControlId": access,
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        }
                    ],
                },
                "DefaultCacheBehavior": behaviour(function_arn),
            }
        )["Distribution"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": [f"arn:aws:s3:::{BUCKET}/{each}/*" for each in ("packages", "public", "premium")],
            "Condition": {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}},
        }
        s3.put_bucket_policy(
            Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        yield Edge(aws, distribution["DomainName"], {})


@pytest.fixture(scope="module")
def filled(edge: Edge) -> Edge:
    aws = edge.aws
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.variables({}).items():
            patch.setenv(name, value)
        clients = KeyClients(aws.client("secretsmanager"), aws.client("cloudfront"), key_store_client())
    assert edge.status(f"/p/{edge.token(key='any')}/{FOLDERS['cells']}/launch.json") == 503, "no key yet"
    assert fill(load_settings("dev"), clients) == "stored a and b"
    assert fill(load_settings("dev"), clients) == "nothing changed"
    kept = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=NAME)["SecretString"])
    edge.keys.update({slot: kept[slot]["key"] for slot in ("a", "b")})
    return edge


@pytest.mark.parametrize("slot", ["a", "b"])
def test_both_slots_open_every_file(filled: Edge, slot: str) -> None:
    for name in FILES:
        path = f"/p/{filled.token(slot=slot)}/{FOLDERS['cells']}/{name}"
        assert filled.status(path) == filled.status(path, "HEAD") == 200


@pytest.mark.parametrize("name", FILES)
def test_every_other_way_is_refused(filled: Edge, name: str) -> None:
    token, folder = filled.token(), FOLDERS["cells"]
    good = f"/p/{token}/{folder}/{name}"
    assert filled.status(good) == 200
    wrong = {
        "no token": f"/packages/{folder}/{name}",
        "another lesson's": f"/p/{filled.token('atoms')}/{folder}/{name}",
        "expired": f"/p/{filled.token(ends=-1)}/{folder}/{name}",
        "altered": f"/p/{token[:-2]}{'A' if token[-2] != 'A' else 'B'}{token[-1]}/{folder}/{name}",
        "another end": f"/p/{int(token[:10]) + 1}{token[10:]}/{folder}/{name}",
        "the other slot's key": f"/p/{filled.token(slot='a', key=filled.keys['b'])}/{folder}/{name}",
        "dotted": f"/p/{token}/{folder}/../{'0' * 32}/{name}",
        "escaped dots": f"/p/{token}/{folder}/files/%2e%2e/{name}",
        "an escaped slash": f"/p/{token}/{folder}/files%2f..%2f{name}",
    }
    assert {how: filled.status(path) for how, path in wrong.items()} == dict.fromkeys(wrong, 403)
    assert filled.status(good, **{"Service-Worker": "script"}) == 403


@pytest.mark.parametrize(("key", "page"), PAGES.items())
def test_a_single_page_opens_by_its_token_only(filled: Edge, key: str, page: str) -> None:
    own, other = ("cells", "atoms") if "/cells/" in key else ("atoms", "cells")
    good = f"/p/{filled.token(own)}/{FOLDERS[own]}/{page}"
    assert filled.status(good) == filled.status(good, "HEAD") == 200
    prefix, name = page.split("/")
    wrong = {
        "another lesson's": f"/p/{filled.token(other)}/{FOLDERS[own]}/{page}",
        "expired": f"/p/{filled.token(own, ends=-1)}/{FOLDERS[own]}/{page}",
        "the stored path": f"/p/{filled.token(own)}/{FOLDERS[own]}/{prefix}/interactive-{'0' * 32}/{name}",
        "a folder of none": f"/p/{filled.token(own)}/{FOLDERS[own]}/incoming/{name}",
        "dotted": f"/p/{filled.token(own)}/{FOLDERS[own]}/{prefix}/../{page}",
        "without a name": f"/p/{filled.token(own)}/{FOLDERS[own]}/{prefix}/",
    }
    assert {how: filled.status(path) for how, path in wrong.items()} == dict.fromkeys(wrong, 403)
