"""The one kind of error that a user of this app can cause and mend.

`main.py` and the command-line tools print its sentence and exit with 1; anything else is a defect and keeps
its traceback.
"""


class UserError(Exception):
    """A mistake in settings, files or the surroundings, told in one sentence that says what to do."""
