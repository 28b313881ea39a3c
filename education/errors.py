"""The kinds of errors that a user of this app can cause and mend: a mistake, and a file that the system refuses.

`main.py` and the command-line tools print their sentences and exit with 1; anything else is a defect and keeps
its traceback.
"""


class UserError(Exception):
    """A mistake in settings, files or the surroundings, told in one sentence that says what to do."""


def user_message(problem: UserError | OSError) -> str:
    """The sentence for a person, also where the system refused a file: unreadable, in the way, the disk full."""
    if isinstance(problem, UserError):
        return str(problem)
    why = problem.strerror or " ".join(str(problem).split()) or type(problem).__name__
    what = f"{problem.filename}: {why}" if problem.filename else why
    return f"{what}; look at what is there, who may use it and how much room is left, and run this again."
