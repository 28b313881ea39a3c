"""Forms with which a browser uploads one file directly to S3, for one key, type and size only.

A form is signed with the function's own credentials, without a call to AWS. S3 refuses an upload that does not
fit the signed conditions. The file goes below `incoming/`, and says in its metadata who got the form.
"""

from content.form_rules import UploadedFile, UploadForm
from domain import content_paths
from domain.files import names as file_names
from toolkit import clients, clock

# While a form is valid, S3 accepts any number of uploads with it, each as a new version of the same key. The uploads
# function keeps one of them.
VALID_SECONDS = 5 * 60


class S3UploadForms:
    """Makes forms for one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def make(self, file: UploadedFile, sizes: tuple[int, int]) -> UploadForm:
        """A form that accepts one file whose size is within `sizes`, in bytes."""
        fields = {
            "Content-Type": file.media_type,
            "Cache-Control": content_paths.CACHE_CONTROL,
            f"x-amz-meta-{content_paths.UPLOADER}": file.uploader_id,
            f"x-amz-meta-{content_paths.NAME}": file_names.to_metadata(file.name),
        }
        expires_at = clock.in_seconds(VALID_SECONDS)
        form = clients.s3().generate_presigned_post(
            self._bucket,
            content_paths.INCOMING + file.key,
            Fields=dict(fields),
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", *sizes],
            ],
            ExpiresIn=VALID_SECONDS,
        )
        return UploadForm(
            url=form["url"], fields=form["fields"], key=file.key, most_bytes=sizes[1], expires_at=expires_at
        )
