"""What the events function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import StreamConfig


@dataclass(frozen=True)
class Config(StreamConfig):
    """The tables whose streams it reads, the event bus, the table of sent events, and the portal's URL.

    `home_page` is that URL; the ids in statements begin with it.
    """

    courses_table: str
    course_progress_table: str
    event_bus_name: str
    sent_events_table: str
    home_page: str
