"""Temporary folders of test sessions and the processes that work in them; a session that was killed leaves neither.

It cannot clean up any more, so the next session does. Whose owner died is known from the lock that each holds on its
folder: the system frees it with the process, however that ends.
"""

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local_platform import processes
from local_platform.platform import MARK

PREFIX = "education-tests-"
_OWNER = "owner"


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder. Processes in it are started with `mark_of` it in their environment, and stopped at the end."""
    remove_abandoned()
    unready = Path(tempfile.mkdtemp(prefix=f".{PREFIX}")).resolve()
    with (unready / _OWNER).open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        # Nobody looks at it by its first name, so it is never seen without its lock.
        folder = unready.rename(unready.with_name(unready.name.removeprefix(".")))
        try:
            yield folder
        finally:
            _remove(folder)


def platform_home(folder: Path) -> Path:
    """Where in the folder a platform lives, whose mark its processes carry."""
    return folder / "platform"


def mark_of(folder: Path) -> dict[str, str]:
    """What stands in the environment of each process."""
    return {MARK: str(platform_home(folder))}


def remove_abandoned() -> None:
    """Remove what killed sessions left."""
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _OWNER).open() as owner:  # it lives, or goes right now
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    for name, value in mark_of(folder).items():
        processes.stop(processes.marked(f"{name}={value}"))
    shutil.rmtree(folder, ignore_errors=True)
