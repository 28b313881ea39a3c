"""What the catalog function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Field names are variable names in lower case."""

    courses_table: str
    user_profiles_table: str
    audit_table: str
    audit_retention_days: int
