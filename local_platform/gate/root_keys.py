"""The keys of the root user of a platform's AWS emulator.

They are random, so that no other program on this machine, and no web page, can know them.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tools.support.outputs import write_private


@dataclass(frozen=True)
class RootKeys:
    """One pair of keys, in the form of AWS's own."""

    access_key: str
    secret_key: str = field(repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """The keys as environment variables for AWS's clients."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}

    @property
    def outputs(self) -> Mapping[str, str]:
        """The keys as they stand in the outputs file, and as boto3 takes them."""
        return {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}


def root_keys(home: Path) -> RootKeys:
    """The keys of the platform in this folder. The first call makes them up and keeps them in a file."""
    file = home / "root-keys.json"
    if not file.is_file():
        name = base64.b32encode(secrets.token_bytes(10)).decode()
        keys = RootKeys(f"AKIA{name}", secrets.token_urlsafe(30))
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, json.dumps(asdict(keys)))
    return RootKeys(**json.loads(file.read_text()))
