"""What the packages function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import BaseConfig


@dataclass(frozen=True)
class Config(BaseConfig):
    """Field names are variable names in lower case."""

    courses_table: str
    content_bucket: str
