"""The files in `outputs/` that tell other programs what was deployed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from education.errors import UserError


def write_outputs(file: Path, outputs: Mapping[str, Any]) -> Path:
    """Write outputs to a file, whose folder is made where it is missing; returns the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(outputs, indent=2) + "\n")
    return file


def read_outputs(folder: Path, suffix: str) -> dict[str, Any]:
    """The outputs of an environment's stack.

    Raises:
        UserError: the environment was not deployed from here.
    """
    file = folder / f"{suffix}.json"
    if not file.is_file():
        raise UserError(
            f"{file.name} is missing in {folder.name}: deploy {suffix}, or run `make outputs ENV={suffix}`."
        )
    return dict(json.loads(file.read_text()))
