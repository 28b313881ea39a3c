"""Called with every erasure request in the profiles table; carries it out.

The sequence of an erasure is in domain.people.erasure.
"""

from domain.audit_store import AuditTable
from domain.people.erasure import REQUESTED_AT, Erasure, ErasureRequest
from domain.people.erasure_store import ErasureTables
from domain.people.user_pool_store import CognitoUserPool
from erasure.config import Config
from toolkit import log
from toolkit.config import load
from toolkit.streams import ItemChange, stream_handler

_config = load(Config)
_erasure = Erasure(
    ErasureTables(
        courses_table=_config.courses_table,
        progress_table=_config.course_progress_table,
        positions_table=_config.positions_table,
        runtime_table=_config.runtime_table,
        profiles_table=_config.user_profiles_table,
        shards=_config.roster_shards,
        audit=AuditTable(_config.audit_table, _config.audit_retention_days),
    ),
    CognitoUserPool(_config.user_pool_id),
)


def _finish(change: ItemChange) -> None:
    if change.after is None or REQUESTED_AT not in change.after:
        return
    request = ErasureRequest.from_stored(change.after)
    _erasure.finish(request)
    log.write("INFO", "erasure finished", requestId=request.request_id)


handler = stream_handler(_config, _finish)
