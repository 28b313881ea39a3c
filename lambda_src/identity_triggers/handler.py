"""The sign-in trigger (Cognito's PreTokenGeneration, version 1): decides a token's groups and notes the sign-in.

Where the settings list domains, Cognito also calls it before each sign-up (PreSignUp).
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from typing import Any

from domain.enrollments.store import EnrollmentTable
from domain.people.second_factor_store import SecondFactorTable
from identity_triggers.config import Config
from identity_triggers.second_factor_store import SignInFactors
from identity_triggers.sign_in import VerifiedUser, note_sign_in
from identity_triggers.sign_up import check_sign_up
from identity_triggers.store import SignInTable
from identity_triggers.token_groups import groups_for_token
from toolkit import clients, log
from toolkit.config import load
from toolkit.errors import RequestError
from toolkit.problems import is_dependency_failure
from toolkit.retries import Retries

# Cognito waits five seconds for a trigger, counted from its own call: whatever the function's own limit is, and with
# the start of a new instance included. It then calls again, up to three times, and the sign-in fails.
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
# A new instance has started before its first event, so less is left for that event. Botocore's pause before a second
# attempt, of up to 1 s, comes on top of these times. education/monitoring/sign_in_alarm.py has the alarm.
_MILLISECONDS = 3600
_FIRST_MILLISECONDS = 2600
_CONNECT_SECONDS = 0.4
_READ_SECONDS = 0.7
_RESERVE_SECONDS = 0.2
# No attempt to win a race starts after these, so that the groups are answered in time.
_RETRY_SECONDS = 1.2

# The name of a deployed metric, so it stays: "arrivals" means sign-ins. The alarm on it is in
# education/monitoring/sign_in_alarm.py.
NOT_NOTED = "ArrivalsNotNoted"

_config = load(Config)
log.set_level(_config.log_level)
clients.limit_call(
    connect_seconds=_CONNECT_SECONDS, read_seconds=_READ_SECONDS, reserve_seconds=_RESERVE_SECONDS
)
# Create the client now: every token needs it, and a first sign-in has no time to create it.
clients.dynamodb()
_is_new = True
_table = SignInTable(_config.user_profiles_table)
_second_factors = SecondFactorTable(_config.user_profiles_table)
_enrollments = EnrollmentTable(
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    profiles_table=_config.user_profiles_table,
    shards=_config.roster_shards,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the event with the groups that the token may contain, or let a sign-up pass."""
    global _is_new
    if event.get("triggerSource", "").startswith("PreSignUp_"):
        attributes = event["request"].get("userAttributes") or {}
        check_sign_up(event["triggerSource"], attributes.get("email", ""), _config.sign_up_domains)
        return event
    available = _FIRST_MILLISECONDS if _is_new else _MILLISECONDS
    _is_new = False
    clients.set_deadline(min(available, context.get_remaining_time_in_millis()))
    asked = event["request"].get("groupConfiguration") or {}
    groups = asked.get("groupsToOverride") or []
    allowed = groups_for_token(
        groups,
        event.get("triggerSource", ""),
        need_second_factor=_config.administrators_need_mfa,
        factors=lambda: SignInFactors(
            _second_factors,
            event["userPoolId"],
            event["userName"],
            event["request"]["userAttributes"]["sub"],
        ),
    )
    if allowed != groups:
        log.write("INFO", "administrators group withheld", requestId=context.aws_request_id)
        override: dict[str, Any] = {"groupsToOverride": allowed}
        # An override replaces all three, so the roles of the event are returned unchanged.
        for name in ("iamRolesToOverride", "preferredRole"):
            if asked.get(name):
                override[name] = asked[name]
        event["response"]["claimsOverrideDetails"] = {"groupOverrideDetails": override}
    _note_sign_in(event["request"].get("userAttributes") or {}, context.aws_request_id)
    return event


def _note_sign_in(attributes: dict[str, str], request_id: str) -> None:
    """Note the sign-in. A failure here does not prevent the sign-in: otherwise a damaged item would lock one person
    out, and a mistake in this function's policy would lock all people out."""
    try:
        user = VerifiedUser.of(attributes)
        if user is None:
            _table.note_unverified(attributes["sub"])
            return
        enrolled = note_sign_in(user, _table, _enrollments, Retries(_RETRY_SECONDS))
    except Exception as error:  # noqa: BLE001 - nothing in here decides about the token
        transient = isinstance(error, RequestError) or is_dependency_failure(error)
        log.write(
            "WARNING" if transient else "ERROR",
            "sign-in not noted",
            requestId=request_id,
            where=log.where(error),
            # An outage has other alarms, and the next token repeats the work. Code defects are counted in the
            # metric, because retrying does not help.
            **({} if transient else log.counted(NOT_NOTED)),
        )
        return
    if enrolled:
        log.write("INFO", "invitations accepted", requestId=request_id, courses=enrolled)
