"""What the pipeline's test role may do: create people in an environment's user pool, and delete them again.

The integration tests that follow a deployment sign in as these people and use the platform over HTTP, as any user
does. The role reads no table, no log and no file, and changes nothing that is deployed.
"""

from typing import Any

from education.pipeline.permission import Permission, actions
from education.pipeline.resource_scope import ResourceScope


def tester_permission(scope: ResourceScope) -> Permission:
    """The one permission of the test role."""
    return Permission(
        "People",
        [scope.arn("cognito-idp", "userpool/*")],
        writes=actions(
            "cognito-idp",
            "AdminCreateUser AdminSetUserPassword AdminUpdateUserAttributes AdminDeleteUser "
            "AdminAddUserToGroup AdminRemoveUserFromGroup AdminListGroupsForUser",
        ),
        conditions=scope.tagged(),
        reason="a pool's ARN has its id, not its name; its tags are checked instead",
    )


def tester_statements(scope: ResourceScope) -> list[dict[str, Any]]:
    """The statements of the test role's policy."""
    return tester_permission(scope).write_statements(may_destroy=False)
