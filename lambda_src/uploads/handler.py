"""Called by S3 when an object was created in the content bucket. Events may come late, twice or in any order.

Lambda tries an event that failed again and then sends it to the dead-letter queue. Noting an arrival twice does
no harm, so the whole event is repeated.
"""

from typing import Any
from urllib.parse import unquote_plus

from toolkit import clients, clock, log
from toolkit.config import load
from uploads.config import Config
from uploads.rules import note_arrival
from uploads.store import LessonContentTable

_config = load(Config)
log.set_level(_config.log_level)
_table = LessonContentTable(_config.courses_table)


def handler(event: dict[str, Any], context: Any) -> None:
    """Note every created object of an S3 event."""
    clients.set_deadline(context.get_remaining_time_in_millis())
    for record in event.get("Records", ()):
        # S3 encodes keys in its events like the values of a web form.
        key = unquote_plus(record["s3"]["object"]["key"])
        noted = note_arrival(_table, key, clock.normalise(record["eventTime"]))
        # Not the key: it ends with the instructor's name for the file.
        ids = dict(zip(("courseId", "lessonId"), key.split("/")[1:3], strict=False))
        log.write("INFO", "file arrived", requestId=context.aws_request_id, noted=noted, **ids)
