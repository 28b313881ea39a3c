"""Forms with which a browser sends one file straight to S3, bound to key, type and size.

The form is signed with the function's own credentials and makes no call; S3 refuses what does not
fit the signed conditions.
"""

from dataclasses import dataclass

from toolkit import clients, clock

# S3 takes a form as often as it is sent while it is valid, each time as a new version of the same key.
VALID_SECONDS = 5 * 60
# So what is cached of a key is asked for again soon (a 304 without contents, ordinarily); this is also how long
# the edge goes on serving a file that was deleted.
CACHED_SECONDS = 5 * 60
_CACHE_CONTROL = f"public, max-age={CACHED_SECONDS}"


@dataclass(frozen=True)
class UploadForm:
    """What a client needs for its multipart/form-data POST; `expires_at` is stored text."""

    url: str
    fields: dict[str, str]
    key: str
    most_bytes: int
    expires_at: str


class UploadForms:
    """Makes forms for one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def make(self, key: str, media_type: str, most_bytes: int) -> UploadForm:
        """A form that takes one file of up to `most_bytes` bytes under `key`."""
        fields = {"Content-Type": media_type, "Cache-Control": _CACHE_CONTROL}
        expires_at = clock.in_seconds(VALID_SECONDS)
        form = clients.s3().generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, most_bytes],
            ],
            ExpiresIn=VALID_SECONDS,
        )
        return UploadForm(
            url=form["url"], fields=form["fields"], key=key, most_bytes=most_bytes, expires_at=expires_at
        )
