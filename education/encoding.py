"""UTF-8 for what the commands print and read, whatever the locale is. Standard library only."""

import io
import locale
import os
import sys


def speak_utf8() -> None:
    """Print UTF-8, also in the programs that this one starts, and read and write files as UTF-8.

    Where the locale has another encoding, Python decides at its start how it opens files. So it is started once more.
    """
    os.environ.update(PYTHONUTF8="1", PYTHONIOENCODING="utf-8:replace")
    if not sys.flags.utf8_mode and locale.getencoding().lower().replace("-", "") != "utf8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
