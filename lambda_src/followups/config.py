"""What the followups function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import StreamConfig


@dataclass(frozen=True)
class Config(StreamConfig):
    """Names of tables and of the bucket of files, and over how many index partitions a course's roster is spread.

    `counting_seconds` is the grace of domain.enrollments.counting.
    """

    courses_table: str
    course_progress_table: str
    user_profiles_table: str
    roster_shards: int
    counting_seconds: int
    content_bucket: str
