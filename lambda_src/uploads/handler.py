"""Called by S3 when an object was created below `incoming/`. Events may come late, twice or in any order.

If an event fails, Lambda repeats the whole event, and sends it to the dead-letter queue if it fails again. Repeating an
event does no harm. A file whose event fails for good is not served, and a lifecycle rule deletes it after a day.
"""

from typing import Any
from urllib.parse import unquote_plus

from toolkit import clients, clock, log
from toolkit.config import load
from uploads.caption_store import CaptionTable
from uploads.config import Config
from uploads.file_store import ContentBucket
from uploads.people_store import PresentPeople
from uploads.rules import Arrivals
from uploads.unpacker_store import PackagesFunction

_config = load(Config)
log.set_level(_config.log_level)
_arrivals = Arrivals(
    CaptionTable(_config.courses_table),
    ContentBucket(_config.content_bucket),
    PresentPeople(_config.user_pool_id, _config.user_profiles_table),
    PackagesFunction(_config.packages_function),
)


def handler(event: dict[str, Any], context: Any) -> None:
    """Take every created object of an S3 event."""
    clients.set_deadline(context.get_remaining_time_in_millis())
    for record in event.get("Records", ()):
        # In its events, S3 encodes keys like the values of a web form.
        key = unquote_plus(record["s3"]["object"]["key"])
        version = record["s3"]["object"].get("versionId")
        outcome = _arrivals.take(key, version, clock.normalise(record["eventTime"]))
        # Do not log the key: it ends with the file name that the instructor chose.
        names = key.removeprefix("incoming/").split("/")[1:3]
        ids = dict(zip(("courseId", "lessonId"), names, strict=False))
        log.write("INFO", "file arrived", requestId=context.aws_request_id, outcome=outcome, **ids)
