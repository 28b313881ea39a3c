"""The environment variables of the enrollment function."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Names of tables, and over how many index partitions a course's roster is spread."""

    courses_table: str
    course_progress_table: str
    positions_table: str
    user_profiles_table: str
    roster_shards: int
    audit_table: str
    audit_retention_days: int
