"""The errors that a user of this app can cause and repair: a mistake, and a file that the system refuses.

`main.py` and the command-line tools print one sentence for such an error and exit with 1. Any other error is a defect
and keeps its traceback.
"""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT)


class UserError(Exception):
    """A mistake in the settings, the files or the machine; its text is one sentence that says what to do."""


def user_message(problem: UserError | OSError) -> str:
    """The sentence for the user, also where the system refused a file: unreadable, in the way, or the disk is full."""
    if isinstance(problem, UserError):
        return str(problem)
    why = problem.strerror or " ".join(str(problem).split()) or type(problem).__name__
    what = f"{problem.filename}: {why}" if problem.filename else why
    if problem.errno in FULL:
        return f"{what}; the disk is full: make space (`make clean` and other checkouts hold some), and run this again."
    return f"{what}; check that it exists, that you may use it and that the disk is not full, and run this again."
