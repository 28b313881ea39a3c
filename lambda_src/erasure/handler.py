"""Called with every profile that is marked for erasure; finishes what the request may have left.

Ordinarily that is nothing, but for what an index showed the request too late.
"""

from domain.audit_store import AuditTable
from domain.people.erasure import MARK, Erasure, ErasureRequest
from domain.people.user_pool import SignIns
from erasure.config import Config
from toolkit import log
from toolkit.config import load
from toolkit.streams import Change, stream_handler

_config = load(Config)
_erasure = Erasure(
    profiles_table=_config.user_profiles_table,
    courses_table=_config.courses_table,
    progress_table=_config.course_progress_table,
    shards=_config.roster_shards,
    sign_ins=SignIns(_config.user_pool_id),
    trail=AuditTable(_config.audit_table, _config.audit_retention_days),
)


def _finish(change: Change) -> None:
    if change.after is None or MARK not in change.after:
        return
    request = ErasureRequest.from_stored(change.after)
    _erasure.finish(request)
    log.write("INFO", "erasure finished", requestId=request.request_id)


handler = stream_handler(_config, _finish)
