"""Which files and packages a function needs, found by following its imports. No code is run."""

import ast
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from education.errors import UserError

# CPython 3.11 counts the depth of a syntax tree for all threads together, and fails where two threads parse at once.
_PARSING = threading.Lock()


def reached_files(function_name: str, sources: Path) -> tuple[set[Path], set[str]]:
    """The files below `sources` that a function needs, and the top-level modules that it imports from elsewhere.

    Raises:
        UserError: a file is not valid Python.
    """
    package = sources / function_name
    waiting = [path for path in package.rglob("*.py") if is_module(path.relative_to(sources))]
    reached: set[Path] = set()
    foreign: set[str] = set()
    known: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        new = _imports(path) - known
        known |= new
        for module in new:
            top = module.partition(".")[0]
            if not (sources / top).is_dir():
                foreign.add(top)
                continue
            waiting += _files_of(module, sources)
    return reached, foreign


def is_module(path: Path) -> bool:
    """Whether a path below `lambda_src/` is one that Python can import: every part of it is an identifier.

    What editors, notebooks, macOS and synchronised folders leave beside a source is none: `.#handler.py`,
    `._handler.py`, `.ipynb_checkpoints/`, `handler (conflicted copy).py`, `handler-PC7.py`.
    """
    parts = path.with_suffix("").parts
    return "__pycache__" not in parts and all(part.isidentifier() for part in parts)


def source_bytes(path: Path) -> bytes:
    """A source file with the line ends of the repository, whatever the checkout made of them."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def _imports(path: Path) -> frozenset[str]:
    """The dotted names that a file may import."""
    try:
        return _imports_of(path.read_bytes())
    except SyntaxError as problem:
        where = f"{path.parent.name}/{path.name}:{problem.lineno}"
        raise UserError(
            f"{where} is not valid Python ({problem.msg}): correct it and run this again."
        ) from None


@cache
def _imports_of(source: bytes) -> frozenset[str]:
    """The dotted names in a source; `from a import b` may mean the module a.b.

    Most functions reach the same shared files, so each content is parsed once in a process.
    """
    with _PARSING:
        tree = ast.parse(source)
    return frozenset(_names(tree))


def _names(block: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(block):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not isinstance(node, ast.expr):  # an expression contains no import
            yield from _names(node)


def _files_of(module: str, sources: Path) -> Iterator[Path]:
    """The files that Python runs when it imports a module of ours: the module and the packages above it."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        place = sources.joinpath(*parts[:length])
        for candidate in (place / "__init__.py", place.with_suffix(".py")):
            if candidate.is_file():
                yield candidate
