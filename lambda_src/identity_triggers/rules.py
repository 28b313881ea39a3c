"""The rule of the administrators' second factor.

Who can hand out roles must not be one stolen password away: where the settings demand it, a token
carries the group only for an administrator who has set up a second factor. The sign-in itself
stays possible, because the second factor is set up with it.
"""

from collections.abc import Callable, Sequence

from toolkit.caller import ADMINISTRATORS


def groups_for_token(
    groups: Sequence[str], *, need_second_factor: bool, has_second_factor: Callable[[], bool]
) -> list[str]:
    """The groups that a token may carry; asks for the second factor of administrators only."""
    if need_second_factor and ADMINISTRATORS in groups and not has_second_factor():
        return [group for group in groups if group != ADMINISTRATORS]
    return list(groups)
