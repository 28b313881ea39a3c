"""Runs Terraform for cdktf, and keeps the description of a plan in a file: `quiet_terraform.py FILE TERRAFORM …`.

cdktf needs twenty seconds of a processor for the 14,000 lines that describe a new platform, and Terraform begins when
it has read them. Everything else that Terraform prints is passed on. Imports nothing of the project.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

BEGIN = "Terraform will perform the following actions:"
END = "Plan:"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def write_program(program: Path, terraform: Path, described: Path) -> Path:
    """Write a program that is called like Terraform; `described` gets the descriptions of its plans."""
    command = shlex.join(
        str(part) for part in (sys.executable, Path(__file__).resolve(), described, terraform)
    )
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    program.chmod(0o700)
    return program


def main(described: str, terraform: str, *arguments: str) -> int:
    """Run Terraform; returns its exit code, negative for a signal."""
    if arguments[:1] not in (("apply",), ("destroy",)):
        os.execv(terraform, [terraform, *arguments])  # noqa: S606 - no shell is wanted
    # In a group of its own Terraform gets each signal once, from here. At the second one it would not save its state.
    process = subprocess.Popen(
        [terraform, *arguments], stdout=subprocess.PIPE, text=True, errors="replace", process_group=0
    )
    for number in FORWARDED:
        signal.signal(number, lambda received, _: process.send_signal(received))
    with Path(described).open("w", encoding="utf-8") as file:
        is_described = False
        for line in process.stdout or ():
            text = _COLOUR.sub("", line)
            is_described = (is_described or text.startswith(BEGIN)) and not text.startswith(END)
            output = file if is_described else sys.stdout
            output.write(line)
            output.flush()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
