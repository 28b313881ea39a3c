"""Progress for people: each step says what it does and how long it took, or why it failed and what to do.

Output of the programs that a step runs goes to a log file; its end is shown when the program fails.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from education.errors import UserError, user_message
from tools.support.service_problems import SERVICE_PROBLEMS, service_message

ROOT = Path(__file__).resolve().parents[2]
TAIL_LINES = 25
SPINNER = re.compile("[\u2800-\u28ff]")  # braille patterns, which cdktf draws its spinner with
PATIENCE_SECONDS = 60  # for a program that was asked to stop; Terraform saves its state in that time


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


def run_logged(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    advice: str,
    echo: bool = False,
    success: str = "",
) -> None:
    """Run a program of the toolchain in the project's folder.

    It gets a process group of its own, so that Ctrl-C reaches it once and through us, and we wait for it.
    `echo` shows the output as well; `success` must occur in it, where the exit code does not tell enough.
    Raises `UserError` with the end of the output and `advice`.
    """
    if shutil.which(command[0]) is None:
        raise UserError(f"{displayed(Path(command[0]))} is not there: run `make install`.")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if echo else output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        try:
            if process.stdout is not None:
                for line in process.stdout:
                    output.write(line)
                    print(line, end="", flush=True)
            code = process.wait()
        except BaseException:
            _interrupt(process)
            raise
    if code != 0 or success not in log.read_text(errors="replace"):
        shown = "" if echo else "".join(f"\n    {line}" for line in end_of(log))
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        how += "" if code else f" but never said {success!r}: what it runs was stopped half-way"
        raise UserError(
            f"{Path(command[0]).name} {how}.{shown}\n  What to do: {advice}\n  All of its output: {displayed(log)}"
        )


def end_of(log: Path) -> list[str]:
    """The last lines of a log, without blank ones and the turning wheels of programs that love terminals."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if line.strip() and not SPINNER.search(line)][-TAIL_LINES:]


def _interrupt(process: "subprocess.Popen[str]") -> None:
    """Ask a program and its children to stop in order, then make them."""
    for number, patience in ((signal.SIGINT, PATIENCE_SECONDS), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


def displayed(path: Path) -> str:
    """A path as a person would type it: relative to the current folder where it is below it."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def command_line(main: Callable[[], None]) -> int:
    """Run a command line's `main`: exit code 0, or 1 with one sentence for what the user can mend."""

    def terminated(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, terminated)
    try:
        main()
    except UserError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except SERVICE_PROBLEMS as problem:
        print(f"error: {service_message(problem)}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has gone, as in `make up | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as problem:
        print(f"error: {user_message(problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    return 0
