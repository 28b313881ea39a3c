"""What the content function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Field names are variable names in lower case.

    Attributes:
        content_base_url: the distribution's URL without a trailing slash.
        signing_secret_id: the secret with the private keys of both slots.
        signing_key_ids: CloudFront's id of the public key in each slot.
        premium_url_minutes: how long a signed URL is valid, at most 60.
        max_upload_mib: the largest file that S3 accepts.
    """

    courses_table: str
    user_profiles_table: str
    course_progress_table: str
    content_bucket: str
    content_base_url: str
    signing_secret_id: str
    signing_key_ids: dict[str, str]
    premium_url_minutes: int
    max_upload_mib: int
