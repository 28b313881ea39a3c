"""Options that several commands have, with their help."""

import os
from pathlib import Path
from typing import Annotated

import typer

from education.errors import UserError
from tools.support.paths import ROOT

SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
SHELL_ENV = "EDUCATION_SHELL_ENV"  # the Makefile says with it what a shell's own ENV is


def one_environment(suffix: str) -> str:
    """The environment's suffix; refuses two different names, since one of them is a mistake.

    Raises:
        UserError: ENVIRONMENT_SUFFIX names another environment, or the shell's ENV may mean one.
    """
    named, of_the_shell = os.environ.get(SUFFIX_VARIABLE) or suffix, os.environ.get(SHELL_ENV) or suffix
    if named != suffix:
        raise UserError(
            f"{suffix!r} is named here and {named!r} in the variable {SUFFIX_VARIABLE}: unset the variable, or name "
            "the same environment; nothing was changed."
        )
    if of_the_shell != suffix and "/" not in of_the_shell:  # a path is the start-up file of a POSIX shell
        raise UserError(
            f"the shell's variable ENV is {of_the_shell!r}, and make takes the environment from its command line: "
            f"write `make … ENV={of_the_shell}` or unset ENV; nothing was changed."
        )
    return suffix


Environment = Annotated[
    str,
    typer.Option(
        metavar="SUFFIX",
        envvar=SUFFIX_VARIABLE,
        callback=one_environment,
        help="The environment's suffix, for example dev.",
    ),
]
PlanFolder = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FOLDER", help="The folder of the saved plan (build/plans/SUFFIX)."),
]
OutputsFolder = Annotated[
    Path, typer.Option("--outputs", metavar="FOLDER", help="The folder that the stack's outputs are in.")
]
OUTPUTS = ROOT / "outputs"


def plan_folder(named: Path | None, environment: str) -> Path:
    """The folder of a saved plan, as an absolute path."""
    return (named or ROOT / "build" / "plans" / environment).resolve()
