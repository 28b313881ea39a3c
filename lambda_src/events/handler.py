"""Called with changes of the courses and progress tables; sends an event for each change that other systems use."""

from events import statements
from events.config import Config
from events.outbox import Outbox
from toolkit import log
from toolkit.config import load
from toolkit.streams import ItemChange, stream_handler

_config = load(Config)
_outbox = Outbox(_config.event_bus_name, _config.sent_events_table)
_events_of = {
    _config.courses_table: statements.of_course,
    _config.course_progress_table: statements.of_record,
}


def _send(change: ItemChange) -> None:
    for event in _events_of[change.table](change, _config.home_page):
        left = _outbox.send(event)
        log.write("INFO", "event", kind=event.verb.detail_type, eventId=event.event_id, left=left)


handler = stream_handler(_config, _send)
