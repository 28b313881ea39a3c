"""The one command line of the tools: `python -m tools --help` lists the commands by theme.

Each theme is a folder whose commands.py declares its commands. A command imports its module only when it runs, so that
the help appears at once. The commands of the local platform are in `python -m local_platform`.
"""

import functools
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from education.encoding import speak_utf8
from education.errors import UserError
from tools.checks import commands as checks
from tools.cost import commands as cost
from tools.deploy import commands as deploy
from tools.operate import commands as operate
from tools.pipeline import commands as pipeline
from tools.setup import commands as setup

PROGRAM = "python -m tools"
THEMES = {
    "Setup": setup,
    "Deploy": deploy,
    "Pipeline": pipeline,
    "Operate": operate,
    "Checks": checks,
    "Cost": cost,
}


def build() -> typer.Typer:
    """The application with all commands."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        help="The tools of the education platform. Most have a make target of the same name: `make help`.",
    )
    for theme, commands in THEMES.items():
        for command in commands.COMMANDS:
            app.command(help=_help(command), rich_help_panel=theme)(_with_exit_code(command))
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Exit code 2 is a mistake in the arguments (or drift)."""
    try:
        return int(build()(arguments, prog_name=PROGRAM, standalone_mode=False) or 0)
    except UserError as problem:  # of an option; a command's own become an exit code below
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except typer.TyperException as problem:
        context = getattr(problem, "ctx", None)
        message = problem.format_message()
        if message and context is not None:
            ended = message if message.endswith((".", "?")) else f"{message}."
            message = f"error: {ended} See `{context.command_path} --help`."
        print(message, file=sys.stderr)
        return problem.exit_code


def _help(command: Callable[..., int | None]) -> str:
    """The docstring of a command, without line ends inside its paragraphs."""
    paragraphs = (command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _with_exit_code(command: Callable[..., int | None]) -> Callable[..., None]:
    """The command, with what ends it turned into an exit code and one sentence."""

    @functools.wraps(command)
    def run(**options: Any) -> None:
        from tools.support.command_line import (
            command_line,
        )  # imports AWS's errors, which the help does not need

        raise typer.Exit(command_line(lambda: command(**options)))

    return run


if __name__ == "__main__":
    speak_utf8()
    sys.exit(main())
