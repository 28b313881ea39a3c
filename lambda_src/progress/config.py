"""The environment variables of the progress function."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Names of tables."""

    courses_table: str
    user_profiles_table: str
    course_progress_table: str
    positions_table: str
    runtime_table: str
