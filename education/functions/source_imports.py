"""Which files and packages a function needs, found by following its imports. No code is run.

What a source imports is remembered in a file: parsing all of them anew is a sixth of a synth.
"""

import ast
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from education.errors import UserError

# CPython 3.11 counts the depth of a syntax tree for all threads together, and fails where two threads parse at once.
_PARSING = threading.Lock()
# More contents than this are those of old sources. They are forgotten together.
MOST_CONTENTS = 3000


class KnownImports:
    """The imports of sources, by their content.

    Args:
        file: where they are remembered. One that is missing or broken is made anew.
        finder: the code that finds imports. What other code has found is forgotten.
    """

    def __init__(self, file: Path, finder: bytes) -> None:
        self._file, self._finder = file, hashlib.sha256(finder).hexdigest()
        self._found = self._read()
        self._is_saved = True

    def of(self, source: bytes, find: Callable[[bytes], frozenset[str]]) -> frozenset[str]:
        """The dotted names in a source, found by `find` if they are not known."""
        key = hashlib.sha256(source).hexdigest()
        if key not in self._found:
            names = find(source)
            if len(self._found) >= MOST_CONTENTS:
                self._found = {}
            self._found[key] = names
            self._is_saved = False
        return self._found[key]

    def save(self) -> None:
        """Write what is new. Another process may do the same at the same time: then one of them finds it again."""
        if self._is_saved:
            return
        found = {key: sorted(names) for key, names in list(self._found.items())}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{self._file.name}-", dir=self._file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"finder": self._finder, "imports": found}, file)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(self._file)
        self._is_saved = True

    def _read(self) -> dict[str, frozenset[str]]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
            if stored["finder"] != self._finder:
                return {}
            return {str(key): frozenset(map(str, names)) for key, names in stored["imports"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}


@cache
def _known_imports(build: Path, finder: bytes) -> KnownImports:
    """What is remembered in a folder of built files, read once in a process."""
    return KnownImports(build / "imports.json", finder)


def reached_files(function_name: str, sources: Path, build: Path) -> tuple[set[Path], set[str]]:
    """The files below `sources` that a function needs, and the top-level modules that it imports from elsewhere.

    What a file imports is remembered in `build` by the file's content.

    Raises:
        UserError: a file is not valid Python.
    """
    package = sources / function_name
    waiting = [path for path in package.rglob("*.py") if is_module(path.relative_to(sources))]
    reached: set[Path] = set()
    foreign: set[str] = set()
    known: set[str] = set()
    remembered = _known_imports(build, Path(__file__).read_bytes())
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        new = _imports(path, remembered) - known
        known |= new
        for module in new:
            top = module.partition(".")[0]
            if not (sources / top).is_dir():
                foreign.add(top)
                continue
            waiting += _files_of(module, sources)
    remembered.save()
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


def _imports(path: Path, remembered: KnownImports) -> frozenset[str]:
    """The dotted names that a file may import."""
    try:
        return remembered.of(path.read_bytes(), _imports_of)
    except SyntaxError as problem:
        where = f"{path.parent.name}/{path.name}:{problem.lineno}"
        raise UserError(
            f"{where} is not valid Python ({problem.msg}): correct it and run this again."
        ) from None


def _imports_of(source: bytes) -> frozenset[str]:
    """The dotted names in a source; `from a import b` may mean the module a.b."""
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
