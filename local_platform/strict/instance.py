"""One run of the strict AWS emulator, for tests: over TLS, in its own folder and on its own port."""

import contextlib
import datetime
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from education.errors import UserError
from local_platform.gate.root_keys import RootKeys
from local_platform.isolation import NO_AWS_CONFIGURATION
from local_platform.platform import MARK
from tools.support.paths import ROOT

START_SECONDS = 60.0
ROOT_KEYS = RootKeys("test", "test")  # an instance lives as long as a test
CERTIFICATE_LIFETIME = datetime.timedelta(days=2)
# The addresses that AWS gives to an API, to a distribution and to a bucket.
AWS_NAMES = ("*.execute-api.us-east-1.amazonaws.com", "*.cloudfront.net", "*.s3.us-east-1.amazonaws.com")


@dataclass(frozen=True)
class Decision:
    """What the AWS emulator decided on one request; `context` has the condition keys, in lower case."""

    key: str
    action: str
    resource: str
    decision: str
    context: dict[str, Any]


@dataclass(frozen=True)
class StrictInstance:
    """Where it listens, and how to reach it. `credentials` are by default those of the account's root user."""

    folder: Path
    port: int
    credentials: Mapping[str, str] = field(default_factory=lambda: ROOT_KEYS.variables)

    @property
    def endpoint(self) -> str:
        """The address of every service."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """The certificate of its own authority, which clients must trust. What it signed is valid for AWS_NAMES too."""
        return self.folder / "authority.pem"

    def variables(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The variables of programs that use it as if it were AWS: `base`, changed. No setting of a stack changes."""
        foreign = ("AWS_", "TERRAFORM_STATE_", "TF_VAR_", "TF_WORKSPACE", "TF_DATA_DIR", "EDUCATION_STACK")
        return {
            **{name: value for name, value in base.items() if not name.startswith(foreign)},
            **NO_AWS_CONFIGURATION,
            **self.credentials,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_REGION": "us-east-1",
        }

    def with_credentials(self, credentials: Mapping[str, str]) -> "StrictInstance":
        """The same instance, used with other credentials."""
        return StrictInstance(self.folder, self.port, credentials)

    def client(self, service: Any) -> Any:
        """A boto3 client of one service."""
        import boto3
        from botocore.config import Config

        return boto3.Session(
            self.credentials["AWS_ACCESS_KEY_ID"],
            self.credentials["AWS_SECRET_ACCESS_KEY"],
            self.credentials.get("AWS_SESSION_TOKEN"),
            region_name="us-east-1",
        ).client(
            service,
            endpoint_url=self.endpoint,
            verify=str(self.certificate),
            config=Config(proxies={}, retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def decisions(self) -> list[Decision]:
        """Everything that it has decided so far."""
        record = self.folder / "decisions.jsonl"
        lines = record.read_text().splitlines() if record.is_file() else []
        return [Decision(**json.loads(line)) for line in lines]


@contextlib.contextmanager
def strict_aws(folder: Path, port: int) -> Iterator[StrictInstance]:
    """Start an empty instance, and stop it at the end; raises `UserError` if it does not start."""
    instance = StrictInstance(folder.resolve(), port)
    instance.folder.mkdir(parents=True, exist_ok=True)
    _make_certificates(instance)
    log = (instance.folder / "aws-emulator.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "local_platform.strict"],
        cwd=instance.folder,
        env=_environment(instance),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        _wait(instance, process)
        yield instance
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        log.close()


def _environment(instance: StrictInstance) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    return {
        **inherited,
        "AUTH": "true",
        **ROOT_KEYS.variables,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(instance.port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_SSL_CERT": str(instance.folder / "server.pem"),
        "MINISTACK_SSL_KEY": str(instance.folder / "key.pem"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        "S3_DATA_DIR": str(instance.folder / "s3"),
        "STATE_DIR": str(instance.folder / "state"),
        "STRICT_AWS_RECORD": str(instance.folder / "decisions.jsonl"),
        "TMPDIR": str(instance.folder),
        "USE_SSL": "1",
        MARK: str(instance.folder),
    }


def _wait(instance: StrictInstance, process: "subprocess.Popen[bytes]") -> None:
    trust = ssl.create_default_context(cafile=str(instance.certificate))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            opener.open(f"{instance.endpoint}/_ministack/health", timeout=5),
        ):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError(f"the AWS emulator did not come up; read {instance.folder / 'aws-emulator.log'}")
        time.sleep(0.1)


def _make_certificates(instance: StrictInstance) -> None:
    """Make a certificate authority of this instance's own, and the emulator's certificate that it signs."""
    authority = trustme.CA()
    issued = authority.issue_cert(
        *("localhost", "*.localhost", "127.0.0.1", *AWS_NAMES),
        not_after=datetime.datetime.now(datetime.UTC) + CERTIFICATE_LIFETIME,
    )
    authority.cert_pem.write_to_path(str(instance.certificate))
    # The emulator's functions trust what is in this file, so the authority has to be in it too.
    server = instance.folder / "server.pem"
    server.write_bytes(b"".join(pem.bytes() for pem in (*issued.cert_chain_pems, authority.cert_pem)))
    key = instance.folder / "key.pem"
    key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(str(key))
