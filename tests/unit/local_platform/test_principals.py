"""Whom the condition key aws:PrincipalArn names, after the AWS emulator was mended."""

import subprocess
import sys

SESSION = "arn:aws:sts::111122223333:assumed-role/education-content-function-dev/i-1"
ROLE = "arn:aws:iam::111122223333:role/education-content-function-dev"
USER = "arn:aws:iam::111122223333:user/ada"
PROGRAM = """
import sys
from ministack.core import iam_evaluator
from local_platform.gate import principals
if sys.argv[1] == "mended":
    principals.name_the_role_of_a_session()
context = type("Context", (), {"principal_arn": sys.argv[2]})
print(iam_evaluator._resolve_condition_key("aws:PrincipalArn", context))
"""


def resolved(arn: str, emulator: str = "mended") -> str:
    """In a process of its own, because it changes the emulator."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, emulator, arn], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_session_is_named_by_its_role() -> None:
    assert resolved(SESSION) == ROLE
    assert resolved(USER) == USER


def test_the_emulator_still_needs_to_be_mended() -> None:
    assert resolved(SESSION, "as it is") == SESSION, "take local_platform/gate/principals.py away"
