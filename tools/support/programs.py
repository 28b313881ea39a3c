"""Runs other programs (cdktf, Terraform, pip, npm) and explains how they failed.

Their output goes to a log file. When a program fails, the end of its log is shown.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from education.errors import UserError
from tools.support.paths import ROOT, displayed

TAIL_LINES = 25
FULL = (
    "No space left on device",
    "no space left on device",
    "ENOSPC",
    "Disk quota exceeded",
)  # Go writes small
SPINNER = re.compile("[\u2800-\u28ff]")  # braille patterns, with which cdktf draws its spinner
INTERRUPT_SECONDS = 60  # Terraform saves its state in this time
KILL_SECONDS = 5

OnLine = Callable[[str], None]  # is called with a line of output, without its line end


def run_logged(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    advice: str,
    on_line: OnLine | None = None,
    success: str = "",
) -> None:
    """Run a program in the project's folder and wait for it.

    The program gets a process group of its own, so that Ctrl-C reaches it once, from us.

    Args:
        command: the program and its arguments.
        log: the file that its output goes to.
        environment: all of its environment variables.
        advice: what a person can do when it fails.
        on_line: is called with each line of the output as it arrives, without its line end.
        success: a text that the output must contain, for a program whose exit code does not tell enough.

    Raises:
        UserError: the program failed. The message has the end of its output and `advice`.
    """
    if shutil.which(command[0]) is None:
        raise UserError(f"{displayed(Path(command[0]))} is not there: run `make install`.")
    log.parent.mkdir(parents=True, exist_ok=True)
    code = logged_exit_code(command, log=log, folder=ROOT, environment=environment, on_line=on_line)
    if code != 0 or success not in log.read_text(errors="replace"):
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        how += "" if code else f" but never printed {success!r}: a program that it runs was stopped half-way"
        if any(sign in log.read_text(errors="replace") for sign in FULL):
            advice = "the disk is full: make space, and run this again."
        shown = "".join(f"\n    {line}" for line in end_of(log))
        raise UserError(
            f"{Path(command[0]).name} {how}.{shown}\n  What to do: {advice}\n  All of its output: {displayed(log)}"
        )


def logged_exit_code(
    command: Sequence[str | Path],
    *,
    log: Path,
    folder: Path,
    environment: Mapping[str, str],
    on_line: OnLine | None = None,
) -> int:
    """Run a program in `folder` with its output in `log`; returns its exit code, negative for a signal."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output if on_line is None else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        try:
            for line in process.stdout or ():
                output.write(line)
                output.flush()
                if on_line is not None:
                    on_line(line.rstrip("\n"))
            return process.wait()
        except BaseException:
            output.write(_interrupted(process))
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()


def print_line(line: str) -> None:
    """Show a line of a program's output at once, for output that a person reads."""
    print(line, flush=True)


def end_of(log: Path) -> list[str]:
    """The last lines of a log, without blank lines and without lines that show a spinner."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if line.strip() and not SPINNER.search(line)][-TAIL_LINES:]


def _interrupted(process: "subprocess.Popen[str]") -> str:
    """Ask a program and its children to stop, and kill them when they do not; returns what they still printed."""
    for number, seconds in ((signal.SIGINT, INTERRUPT_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=seconds)[0] or ""
    return ""
