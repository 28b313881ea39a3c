"""Called by S3 when an object was created in the content bucket; may come late, twice or unordered.

What fails is tried again by Lambda and ends in the dead-letter queue: noting an arrival twice does
no harm, so a whole event is simply repeated.
"""

from typing import Any
from urllib.parse import unquote_plus

from toolkit import clients, clock, log
from toolkit.config import load
from uploads.config import Config
from uploads.rules import Uploads
from uploads.store import UploadTable

_config = load(Config)
log.set_level(_config.log_level)
_uploads = Uploads(UploadTable(_config.courses_table))


def handler(event: dict[str, Any], context: Any) -> None:
    """Note every created object of an S3 event."""
    clients.set_deadline(context.get_remaining_time_in_millis())
    for record in event.get("Records", ()):
        # S3 encodes keys in its events the way forms do.
        key = unquote_plus(record["s3"]["object"]["key"])
        noted = _uploads.note_arrival(key, clock.normalise(record["eventTime"]))
        # Not the key: it ends in what the instructor called the file.
        ids = dict(zip(("courseId", "lessonId"), key.split("/")[1:3], strict=False))
        log.write("INFO", "upload arrived", requestId=context.aws_request_id, noted=noted, **ids)
