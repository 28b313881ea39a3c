"""Called by a schedule; an operator may call it with `{"allow": N}` and so let it erase up to N people at once.

The rules are in sweep.rules. What to do when one of the two alarms rings is in docs/operations.md.
"""

from collections.abc import Mapping
from typing import Any

from sweep import rules
from sweep.config import Config
from sweep.store import PoolUsers, SweepTable
from toolkit import clients, log
from toolkit.config import load

# Names of metrics. The alarms on them are in education/functions/user_sweep.py.
TOO_MANY_GONE = "TooManyUsersGone"
NO_ADMINISTRATOR = "NoAdministrator"
# Left for storing the erasure requests of those who are gone.
RESERVED_MILLISECONDS = 60_000

_config = load(Config)
log.set_level(_config.log_level)
_table = SweepTable(_config.user_profiles_table)
_users = PoolUsers(_config.user_pool_id)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """Run the sweep once; the answer says what it did.

    Raises:
        ValueError: `allow` is not a number of people.
    """
    allowed = event.get("allow")
    if allowed is not None and (type(allowed) is not int or allowed < 0):
        raise ValueError("allow must be a number of people")
    clients.set_deadline(context.get_remaining_time_in_millis())
    report = rules.run(
        _table,
        _users,
        context.aws_request_id,
        lambda: context.get_remaining_time_in_millis() > RESERVED_MILLISECONDS,
        allowed=allowed,
    )
    did = {
        "present": report.present,
        "gone": len(report.gone),
        "erased": report.erased,
        "reminded": report.reminded,
    }
    log.write("INFO", "sweep", requestId=context.aws_request_id, **did)
    if report.refused:
        log.write("ERROR", "too many users are gone: nobody is erased", **did, **log.counted(TOO_MANY_GONE))
    if not report.has_administrator and (report.present or report.gone):
        log.write("ERROR", "no administrator is left", **log.counted(NO_ADMINISTRATOR))
    return did
