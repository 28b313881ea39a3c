"""What the sign-in trigger reads from its environment."""

from dataclasses import dataclass

from toolkit.config import BaseConfig


@dataclass(frozen=True)
class Config(BaseConfig):
    """Field names are variable names in lower case; `sign_up_domains` is `*` where everybody may sign up."""

    administrators_need_mfa: bool
    user_profiles_table: str
    courses_table: str
    course_progress_table: str
    roster_shards: int
    sign_up_domains: tuple[str, ...]
