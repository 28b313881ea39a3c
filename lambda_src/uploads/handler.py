"""Called by S3 when an object was created in the content bucket. Events may come late, twice or in any order.

If an event fails, Lambda repeats the whole event, and sends it to the dead-letter queue if it fails again. Noting an
upload twice does no harm.
"""

from typing import Any
from urllib.parse import unquote_plus

from toolkit import clients, clock, log
from toolkit.config import load
from uploads.config import Config
from uploads.rules import note_upload
from uploads.store import LessonContentTable

_config = load(Config)
log.set_level(_config.log_level)
_table = LessonContentTable(_config.courses_table)


def handler(event: dict[str, Any], context: Any) -> None:
    """Note every created object of an S3 event."""
    clients.set_deadline(context.get_remaining_time_in_millis())
    for record in event.get("Records", ()):
        # In its events, S3 encodes keys like the values of a web form.
        key = unquote_plus(record["s3"]["object"]["key"])
        noted = note_upload(_table, key, clock.normalise(record["eventTime"]))
        # Do not log the key: it ends with the file name that the instructor chose.
        ids = dict(zip(("courseId", "lessonId"), key.split("/")[1:3], strict=False))
        log.write("INFO", "file arrived", requestId=context.aws_request_id, noted=noted, **ids)
