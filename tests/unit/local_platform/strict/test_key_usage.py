"""The condition key kms:KeyUsage, which the strict AWS emulator adds to requests on KMS keys."""

import subprocess
import sys

PROGRAM = """
from ministack.services import kms
from local_platform.strict import enforcement
kms._keys["k1"] = {"KeyUsage": "SIGN_VERIFY"}
for arn in ("arn:aws:kms:us-east-1:000000000000:key/k1", "arn:aws:kms:us-east-1:000000000000:key/k2", "*"):
    print(enforcement._key_usage(arn))
"""


def test_a_request_on_a_key_has_its_use() -> None:
    """In a process of its own, because it changes the emulator."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["{'kms:KeyUsage': 'SIGN_VERIFY'}", "{}", "{}"]
