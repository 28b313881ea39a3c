"""What the erasure function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import StreamConfig


@dataclass(frozen=True)
class Config(StreamConfig):
    """Field names are variable names in lower case."""

    user_profiles_table: str
    courses_table: str
    course_progress_table: str
    positions_table: str
    runtime_table: str
    roster_shards: int
    user_pool_id: str
    audit_table: str
    audit_retention_days: int
