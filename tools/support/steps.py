"""Progress for people: each step says what it does and how long it took, or why it failed and what to do.

On a terminal the line of a running step is rewritten in place every second. Elsewhere, as in a workflow's log, a step
adds a line every ten seconds.
"""

import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator

from education.errors import UserError
from tools.support.service_problems import SERVICE_PROBLEMS, service_message

TERMINAL_SECONDS, LOG_SECONDS = 1.0, 10.0
CLEAR_TO_END = "\x1b[K"  # a terminal's code for "clear the rest of the line"


class StepError(UserError):
    """A step failed: which one, why, and what to do."""


class ServiceError(StepError):
    """A step failed because AWS, or its emulator, refused something or did not answer."""


class Step:
    """A running step, and what it shows."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.remark = ""
        self.done = ""
        self._start = time.monotonic()
        self._is_on_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._has_own_lines = False
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def note(self, remark: str) -> None:
        """Show `remark` behind the time, for example why there was nothing to do."""
        self.remark = remark

    def progress(self, done: str) -> None:
        """Show `done`, for example "41 of 123 resources", the next time that the step shows that it moves."""
        self.done = done

    def begin(self) -> None:
        """Print the title, and show from now on that the step moves."""
        print(self._line(""), end="", flush=True)
        self._ticker.start()

    def end(self, result: str | None = None) -> None:
        """Print the result, or the time that the step took and its remark."""
        self._ended.set()
        self._ticker.join()
        remark = f" ({self.remark})" if self.remark else ""
        text = result or f"{time.monotonic() - self._start:.1f} s{remark}"
        if self._has_own_lines:
            text = f"\r{self._line(text)}{CLEAR_TO_END}" if self._is_on_terminal else f"    {text}"
        print(text, flush=True)

    def _tick(self) -> None:
        while not self._ended.wait(TERMINAL_SECONDS if self._is_on_terminal else LOG_SECONDS):
            self._show()

    def _show(self) -> None:
        moving = ", ".join(filter(None, (self.done, f"{time.monotonic() - self._start:.0f} s")))
        if self._is_on_terminal:
            print(f"\r{self._line(moving)}{CLEAR_TO_END}", end="", flush=True)
        else:
            print("" if self._has_own_lines else "\n", end="")
            print(f"    {moving}", flush=True)
        self._has_own_lines = True

    def _line(self, text: str) -> str:
        """The title and a text; on a terminal the title is cut to fit, since a line that wraps cannot be rewritten."""
        title = self.title
        if self._is_on_terminal:
            room = shutil.get_terminal_size().columns - len(f"   … {text} ")
            title = title if len(title) <= room else title[: max(room - 1, 0)].rstrip() + "…"
        return f"  {title} … {text}"


@contextlib.contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step, time it, and name it in the message of what ends it: a `UserError`, or a service's refusal."""
    current = Step(title)
    current.begin()
    try:
        yield current
    except UserError as problem:
        current.end("FAILED")
        raise StepError(f"{title}: {problem}") from problem
    except SERVICE_PROBLEMS as problem:
        current.end("FAILED")
        raise ServiceError(f"{title}: {service_message(problem)}") from problem
    except KeyboardInterrupt:
        current.end("interrupted")
        raise
    except BaseException:
        current.end("FAILED")
        raise
    current.end()
