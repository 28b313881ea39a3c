"""What the events function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import StreamConfig


@dataclass(frozen=True)
class Config(StreamConfig):
    """Tables whose streams it reads, where events go, what was sent, and the portal that ids begin with."""

    courses_table: str
    course_progress_table: str
    event_bus_name: str
    sent_events_table: str
    home_page: str
