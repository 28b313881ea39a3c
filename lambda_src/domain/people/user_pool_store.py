"""Reading and changing users in the Cognito user pool, by user id (the token's `sub`).

Cognito has no conditional writes. What must not be lost in a race is stored in DynamoDB: see profiles.administrators.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from domain.people.user_pool import PoolUser
from toolkit import clients, clock

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import UserTypeTypeDef

T = TypeVar("T")

# Users in one of these states have signed in before and can do so again.
_ABLE = frozenset({"CONFIRMED", "EXTERNAL_PROVIDER"})


class CognitoUserPool:
    """The user pool of one environment."""

    def __init__(self, user_pool_id: str) -> None:
        self._pool = user_pool_id

    def find(self, name: str) -> PoolUser | None:
        """One user, by user id or by the e-mail address of the sign-in, verified or not: one AdminGetUser.

        The pool's user names are e-mail addresses, so AdminGetUser takes either. ListUsers has a filter by address,
        but is eventually consistent, and the filter would have to be made from what a caller typed.
        https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
        """
        answer = _unless_unknown(
            lambda: clients.cognito().admin_get_user(UserPoolId=self._pool, Username=name)
        )
        if answer is None:
            return None
        return PoolUser(
            username=answer["Username"],
            status=answer["UserStatus"],
            enabled=answer["Enabled"],
            created_at=clock.to_text(answer["UserCreateDate"]),
            updated_at=clock.to_text(answer["UserLastModifiedDate"]),
            attributes=_attributes(answer["UserAttributes"]),
            second_factors=tuple(answer.get("UserMFASettingList") or ()),
        )

    def groups(self, user_id: str) -> frozenset[str] | None:
        """The groups that a user is in now, None when there is no such user: one AdminListGroupsForUser.

        One page has 60 groups at most; the pool has three.
        """
        answer = _unless_unknown(
            lambda: clients.cognito().admin_list_groups_for_user(UserPoolId=self._pool, Username=user_id)
        )
        return None if answer is None else frozenset(group["GroupName"] for group in answer["Groups"])

    def able_members(self, group: str) -> Iterator[str]:
        """User ids of a group's members who can sign in: one ListUsersInGroup per 60 members."""
        more: Any = {}
        while True:
            answer = clients.cognito().list_users_in_group(UserPoolId=self._pool, GroupName=group, **more)
            yield from (_user_id(user) for user in answer["Users"] if _is_able(user))
            if not answer.get("NextToken"):
                return
            more = {"NextToken": answer["NextToken"]}

    def add_to_group(self, user_id: str, group: str) -> bool:
        """Put a user into a group; False when there is no such user."""
        answer = _unless_unknown(
            lambda: clients.cognito().admin_add_user_to_group(
                UserPoolId=self._pool, Username=user_id, GroupName=group
            )
        )
        return answer is not None

    def remove_from_group(self, user_id: str, group: str) -> None:
        """Take a user out of a group. Does nothing if there is no such user."""
        _unless_unknown(
            lambda: clients.cognito().admin_remove_user_from_group(
                UserPoolId=self._pool, Username=user_id, GroupName=group
            )
        )

    def end_sessions(self, user_id: str) -> None:
        """Sign a user out everywhere: one AdminUserGlobalSignOut. Does nothing if there is no such user."""
        _unless_unknown(
            lambda: clients.cognito().admin_user_global_sign_out(UserPoolId=self._pool, Username=user_id)
        )

    def delete(self, user_id: str) -> None:
        """Delete a user and their refresh tokens. Does nothing if there is no such user."""
        _unless_unknown(lambda: clients.cognito().admin_delete_user(UserPoolId=self._pool, Username=user_id))


def _unless_unknown(call: Callable[[], T]) -> T | None:
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] != "UserNotFoundException":
            raise
        return None


def _attributes(described: Any) -> dict[str, str]:
    return {attribute["Name"]: attribute.get("Value", "") for attribute in described}


def _is_able(user: "UserTypeTypeDef") -> bool:
    return bool(user.get("Enabled")) and user.get("UserStatus") in _ABLE


def _user_id(user: "UserTypeTypeDef") -> str:
    return _attributes(user.get("Attributes", ())).get("sub") or user["Username"]
