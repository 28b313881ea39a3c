"""What the content function reads from its environment."""

from dataclasses import dataclass

from toolkit.config import HttpConfig


@dataclass(frozen=True)
class Config(HttpConfig):
    """Field names are variable names in lower case.

    Attributes:
        content_base_url: the distribution's URL without a trailing slash.
        signing_key_arn: the KMS key that signs links.
        signing_public_key_id: CloudFront's id of its public half.
        premium_url_minutes: how long a signed URL is valid at most, up to 60.
        max_upload_mib: the largest file that S3 accepts.
        package_keys_arn: the secret with the keys that open packages.
        package_key_slot: which of them new addresses are made with.
    """

    courses_table: str
    user_profiles_table: str
    course_progress_table: str
    content_bucket: str
    content_base_url: str
    signing_key_arn: str
    signing_public_key_id: str
    premium_url_minutes: int
    max_upload_mib: int
    package_keys_arn: str
    package_key_slot: str
