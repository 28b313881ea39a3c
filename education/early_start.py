"""Starts jsii's Node.js process at once: it gets ready while Python reads settings and sources.

Only `main.py` does so. It also has one Node.js process work where jsii starts two (`node/one_process.cjs`). Where
jsii's files have other names than that script knows, jsii starts two as before.
"""

import contextlib
import importlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from education.bindings import PACKAGE, preload_option

_ONE_PROCESS = Path(__file__).with_name("node") / "one_process.cjs"


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Load jsii and the packages behind the constructs, beside what the body of the `with` statement does.

    The body must not import these packages: two imports at once of what imports one another can fail.
    """
    thread = threading.Thread(target=_load, name="jsii", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _load() -> None:
    # What fails here fails once more, and is reported, where the packages are imported.
    with contextlib.suppress(Exception):
        with _node_options(f"--preserve-symlinks {preload_option(_ONE_PROCESS)}"):
            importlib.import_module("constructs")
        importlib.import_module("cdktf")
        importlib.import_module(f"{PACKAGE}._jsii")


@contextlib.contextmanager
def _node_options(more: str) -> Iterator[None]:
    """Options for the Node.js process that starts meanwhile, and for no later one: npm resolves its links."""
    before = os.environ.get("NODE_OPTIONS", "")
    os.environ["NODE_OPTIONS"] = f"{before} {more}".strip()
    try:
        yield
    finally:
        os.environ["NODE_OPTIONS"] = before
