"""What the uploads function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import BaseConfig


@dataclass(frozen=True)
class Config(BaseConfig):
    """Field names are variable names in lower case."""

    courses_table: str
    user_profiles_table: str
    user_pool_id: str
    content_bucket: str
    packages_function: str
