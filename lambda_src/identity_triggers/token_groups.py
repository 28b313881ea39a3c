"""The groups that a token may contain: the rule of the administrators' second factor.

A stolen password alone must not be enough to grant roles. If the settings demand it, a token contains the group of
administrators only for users who have set up a second factor. Others can still sign in, because they need a token to
set one up.
"""

from collections.abc import Callable, Sequence

from toolkit.caller import ADMINISTRATORS


def groups_for_token(
    groups: Sequence[str], *, need_second_factor: bool, has_second_factor: Callable[[], bool]
) -> list[str]:
    """The groups that a token may contain; checks the second factor of administrators only."""
    if need_second_factor and ADMINISTRATORS in groups and not has_second_factor():
        return [group for group in groups if group != ADMINISTRATORS]
    return list(groups)
