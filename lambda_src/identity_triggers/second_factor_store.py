"""Asks Cognito for the sign-in trigger whether a user has a second factor."""

from botocore.exceptions import BotoCoreError, ClientError

from toolkit import clients, log
from toolkit.errors import Unavailable
from toolkit.problems import is_dependency_failure


def has_second_factor(user_pool_id: str, username: str) -> bool:
    """Whether the user has set up a second factor: one AdminGetUser.

    False when Cognito does not answer now: then an administrator signs in without the role.
    """
    try:
        answer = clients.cognito().admin_get_user(UserPoolId=user_pool_id, Username=username)
    except (BotoCoreError, ClientError, Unavailable) as error:
        if not isinstance(error, Unavailable) and not is_dependency_failure(error):
            raise
        log.write("WARNING", "second factor unknown", where=log.where(error))
        return False
    return bool(answer.get("UserMFASettingList"))
