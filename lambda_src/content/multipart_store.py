"""Uploads in parts at S3. A part's URL is signed with the function's own credentials, without a call to AWS."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from content.form_rules import UploadedFile
from content.multipart_rules import Part
from domain import content_paths
from domain.files import names as file_names
from domain.multiparts import Multipart
from toolkit import clients

# S3 asks for the age of a URL only when a part begins.
URL_SECONDS = 5 * 60


class S3Parts:
    """Uploads in parts to one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def begin(self, file: UploadedFile) -> str:
        """Begin one, and return S3's id of it: one CreateMultipartUpload."""
        answer = clients.s3().create_multipart_upload(
            Bucket=self._bucket,
            Key=content_paths.INCOMING + file.key,
            ContentType=file.media_type,
            CacheControl=content_paths.CACHE_CONTROL,
            Metadata={
                content_paths.UPLOADER: file.uploader_id,
                content_paths.NAME: file_names.to_metadata(file.name),
            },
        )
        return answer["UploadId"]

    def sent(self, multipart: Multipart) -> Mapping[int, Part] | None:
        """The parts that S3 has, by their numbers: one ListParts for each 1,000. None if S3 knows no such upload."""
        found: dict[int, Part] = {}
        more: Any = {}
        while True:
            try:
                answer: Any = clients.s3().list_parts(**self._named(multipart), **more)
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchUpload":
                    return None
                raise
            for each in answer.get("Parts", ()):
                found[each["PartNumber"]] = Part(each["Size"], each["ETag"])
            if not answer.get("IsTruncated"):
                return found
            more = {"PartNumberMarker": answer["NextPartNumberMarker"]}

    def url(self, multipart: Multipart, number: int) -> str:
        """A URL that takes one part, whose length is signed: S3 refuses a body of another length."""
        named = {**self._named(multipart), "PartNumber": number, "ContentLength": multipart.size_of(number)}
        url: str = clients.s3().generate_presigned_url("upload_part", Params=named, ExpiresIn=URL_SECONDS)
        return url

    def complete(self, multipart: Multipart, parts: Mapping[int, Part]) -> None:
        """Put the parts together: one CompleteMultipartUpload. Nothing happens if that was done before."""
        listed: Any = [{"PartNumber": number, "ETag": parts[number].tag} for number in sorted(parts)]
        try:
            clients.s3().complete_multipart_upload(
                **self._named(multipart), MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise

    def _named(self, multipart: Multipart) -> dict[str, Any]:
        key = content_paths.INCOMING + multipart.key
        return {"Bucket": self._bucket, "Key": key, "UploadId": multipart.s3_id}
