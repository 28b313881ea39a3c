"""Cognito's PreTokenGeneration trigger (version 1): which groups go into a token.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from typing import Any

from identity_triggers.config import Config
from identity_triggers.operations import groups_for_token
from identity_triggers.user_pool import has_second_factor
from shared import clients, log
from shared.config import load

# Cognito waits five seconds for a trigger, whatever the function's own limit is.
_PATIENCE_MILLISECONDS = 5000

_config = load(Config)
log.set_level(_config.log_level)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the event with the groups that the token may carry."""
    clients.set_deadline(min(_PATIENCE_MILLISECONDS, context.get_remaining_time_in_millis()))
    asked = event["request"].get("groupConfiguration") or {}
    groups = asked.get("groupsToOverride") or []
    allowed = groups_for_token(
        groups,
        need_second_factor=_config.administrators_need_mfa,
        has_second_factor=lambda: has_second_factor(event["userPoolId"], event["userName"]),
    )
    if allowed != groups:
        log.write("INFO", "group withheld", requestId=context.aws_request_id)
        override: dict[str, Any] = {"groupsToOverride": allowed}
        # An override replaces all three, so what was asked for the roles is handed back.
        for name in ("iamRolesToOverride", "preferredRole"):
            if asked.get(name):
                override[name] = asked[name]
        event["response"]["claimsOverrideDetails"] = {"groupOverrideDetails": override}
    return event
