"""Called by the uploads function, which does not wait, with the zip that it has accepted.

    {"function": "education-packages-…", "key": "incoming/…", "version": "…"}

If a run fails, Lambda repeats it twice, and then sends the event to the dead-letter queue. Repeating it does no harm.
Two runs of one zip at once write the same files.
"""

from typing import Any

from packages.config import Config
from packages.file_store import PackageBucket
from packages.rules import Unpacking
from packages.store import LessonPackageTable
from toolkit import clients, log
from toolkit.config import load

_config = load(Config)
log.set_level(_config.log_level)
_unpacking = Unpacking(LessonPackageTable(_config.courses_table), PackageBucket(_config.content_bucket))


def handler(event: dict[str, Any], context: Any) -> None:
    """Unpack one zip."""
    clients.set_deadline(context.get_remaining_time_in_millis())
    key, version = event["key"], event["version"]
    # Do not log the key: it ends with the file name that the instructor chose.
    names = key.removeprefix("incoming/").split("/")[1:3]
    ids = dict(zip(("courseId", "lessonId"), names, strict=False))
    try:
        outcome = _unpacking.run(key, version)
    except Exception as error:
        log.write("ERROR", "unpacking failed", where=log.where(error), **ids)
        _unpacking.interrupted(key)
        raise
    log.write("INFO", "package arrived", requestId=context.aws_request_id, outcome=outcome, **ids)
