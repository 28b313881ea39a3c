"""Turns what ends a command into an exit code and one sentence."""

import os
import signal
import sys
from collections.abc import Callable

from education.errors import UserError, user_message
from tools.support.service_problems import SERVICE_PROBLEMS, service_message

OUTPUT_CLOSED, INTERRUPTED = 141, 130  # as a shell reports SIGPIPE and SIGINT


def command_line(main: Callable[[], int | None]) -> int:
    """Run a command; returns its exit code: what `main` returns, or 1 with one sentence for what the user can correct.

    A `main` that returns nothing has succeeded.
    """

    def terminated(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, terminated)
    try:
        return main() or 0
    except UserError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except SERVICE_PROBLEMS as problem:
        print(f"error: {service_message(problem)}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the program that read our output has ended, as in `make up | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    except OSError as problem:
        print(f"error: {user_message(problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
