"""Options that several commands have, with their help."""

from pathlib import Path
from typing import Annotated

import typer

from tools.support.paths import ROOT

Environment = Annotated[
    str, typer.Option(metavar="SUFFIX", help="The environment's suffix, for example dev.")
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
