"""What the pipeline's test role may do: make people in an environment's user pool, and take them away again.

The integration tests that follow a deployment sign in as these people and use the platform over HTTP, as everybody
does. The role reads no table, no log and no file, and changes nothing that is deployed.
"""

from typing import Any

from education.pipeline.permission import Permission, Reach, actions


def tester_permission(reach: Reach) -> Permission:
    """The one permission of the test role."""
    return Permission(
        "People",
        [reach.arn("cognito-idp", "userpool/*")],
        writes=actions(
            "cognito-idp",
            "AdminCreateUser AdminSetUserPassword AdminUpdateUserAttributes AdminDeleteUser "
            "AdminAddUserToGroup AdminRemoveUserFromGroup AdminListGroupsForUser",
        ),
        conditions=reach.tagged(),
        reason="a pool's ARN holds its id, not its name; its tags are checked instead",
    )


def tester_statements(reach: Reach) -> list[dict[str, Any]]:
    """The statements of the test role's policy."""
    return tester_permission(reach).write_statements(may_destroy=False)
