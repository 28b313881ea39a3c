"""Where the checkout is, and how a path is shown to a person."""

import contextlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def displayed(path: Path) -> str:
    """A path as a person would type it: relative to the current folder where it is below it."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)
