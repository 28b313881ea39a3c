"""Temporary folders of test sessions, with the processes that use them. Both are removed, even if a session is killed.

A killed session cannot clean up, so the next session does it. Each session locks its folder. The operating system
releases the lock when the process ends, so a folder without a lock is abandoned.
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
    """Yield a new folder. At the end, delete it and stop the processes with `mark_of(folder)` in their environment."""
    remove_abandoned()
    unready = Path(tempfile.mkdtemp(prefix=f".{PREFIX}")).resolve()
    with (unready / _OWNER).open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        # `remove_abandoned` ignores the first name, so it never sees the folder without a lock.
        folder = unready.rename(unready.with_name(unready.name.removeprefix(".")))
        try:
            yield folder
        finally:
            _remove(folder)


def platform_home(folder: Path) -> Path:
    """The home of a platform in the folder. Its path marks the processes."""
    return folder / "platform"


def mark_of(folder: Path) -> dict[str, str]:
    """The environment variable that marks the processes of a folder."""
    return {MARK: str(platform_home(folder))}


def remove_abandoned() -> None:
    """Remove the folders and processes of killed sessions."""
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (folder / _OWNER).open() as owner:  # in use, or just being removed
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    for name, value in mark_of(folder).items():
        processes.stop(processes.marked(f"{name}={value}"))
    shutil.rmtree(folder, ignore_errors=True)
