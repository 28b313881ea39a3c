"""The files in `outputs/` that tell other programs what was deployed."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from education.errors import UserError


def write_outputs(file: Path, outputs: Mapping[str, Any]) -> Path:
    """Write outputs to a file that only its owner can read, in a folder that is made where it is missing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_private(file, json.dumps(outputs, indent=2) + "\n")


def write_private(file: Path, text: str) -> Path:
    """Write a file with passwords or keys, which nobody but its owner can read at any moment; returns the file."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    return new.replace(file)


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
