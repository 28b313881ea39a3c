"""Progress for people: each step says what it does and how long it took, or why it failed and what to do."""

import contextlib
import time
from collections.abc import Iterator

from education.errors import UserError
from tools.support.service_problems import SERVICE_PROBLEMS, service_message


class StepError(UserError):
    """A step failed: which one, why, and what to do."""


class ServiceError(StepError):
    """A step failed because AWS, or its emulator, refused something or did not answer."""


class Step:
    """What a running step may add to its line."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.remark = ""

    def note(self, remark: str) -> None:
        """Show `remark` behind the time, for example why there was nothing to do."""
        self.remark = remark


@contextlib.contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step, time it, and name it in the sentence of what ends it: a `UserError`, or a service's refusal."""
    current = Step(title)
    print(f"  {title} … ", end="", flush=True)
    start = time.monotonic()
    try:
        yield current
    except UserError as problem:
        print("FAILED", flush=True)
        raise StepError(f"{title}: {problem}") from problem
    except SERVICE_PROBLEMS as problem:
        print("FAILED", flush=True)
        raise ServiceError(f"{title}: {service_message(problem)}") from problem
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        raise
    except BaseException:
        print("FAILED", flush=True)
        raise
    remark = f" ({current.remark})" if current.remark else ""
    print(f"{time.monotonic() - start:.1f} s{remark}", flush=True)
