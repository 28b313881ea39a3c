"""The error for a mistake in the API's description."""

from education.errors import UserError


class DescriptionError(UserError):
    """The API's description is not valid, or cannot be deployed as it is. The message begins with the place in it."""
