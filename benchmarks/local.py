"""Measures the local platform: `make up` without a change, and the time until a changed line is live.

It needs a running platform. The changed line is a comment at the end of one function's source. It is removed again.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from benchmarks.measure import Case, command
from education.errors import UserError
from education.functions.bundling import bundle
from local_platform import emulator
from local_platform.aws import client
from local_platform.platform import Platform, current_platform
from tools.support.paths import ROOT

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

FUNCTION = "catalog"
SOURCE = ROOT / "lambda_src" / FUNCTION / "handler.py"

UP_UNCHANGED = "make up, nothing changed"
UP_CHANGED = "a changed line live by make up"
RELOAD_CHANGED = "a changed line live by make reload"


@contextlib.contextmanager
def cases() -> Iterator[list[Case]]:
    """Yield the cases for the platform that EDUCATION_LOCAL_PORT and EDUCATION_LOCAL_HOME name.

    At the end the source file is restored and deployed again.

    Raises:
        UserError: the platform does not run.
    """
    platform = current_platform()
    if emulator.running(platform) is None:
        raise UserError("the local platform is not running: start it with `make up`, or leave out --local.")
    variables = {"EDUCATION_LOCAL_PORT": str(platform.port), "EDUCATION_LOCAL_HOME": str(platform.home)}
    up, reload = command("make", "up", **variables), command("make", "reload", **variables)
    original, numbers = SOURCE.read_bytes(), itertools.count(1)

    def after_a_change(publish: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            SOURCE.write_bytes(original + f"# benchmark {next(numbers)}\n".encode())
            publish()
            _check_live(platform)

        return run

    try:
        yield [
            Case(RELOAD_CHANGED, after_a_change(reload)),
            Case(UP_CHANGED, after_a_change(up)),
            Case(UP_UNCHANGED, up),
        ]
    finally:
        SOURCE.write_bytes(original)
        up()


def _check_live(platform: Platform) -> None:
    functions: LambdaClient = client(platform, "lambda")
    function = functions.get_function(FunctionName=f"education-{FUNCTION}-local")
    if function["Configuration"]["CodeSha256"] != bundle(FUNCTION).source_code_hash:
        raise UserError(
            "the changed line is not live: the deployed function is not the one that was bundled."
        )
