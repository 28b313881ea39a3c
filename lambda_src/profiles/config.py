"""What the profile function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Field names are variable names in lower case."""

    user_profiles_table: str
    course_progress_table: str
    positions_table: str
    runtime_table: str
    courses_table: str
    user_pool_id: str
    administrators_need_mfa: bool
    audit_table: str
    audit_retention_days: int
