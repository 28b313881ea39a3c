"""Deletes files, captions and packages that no lesson uses any more, after an edit of a course or a newer upload, and
ends uploads in parts that no lesson waits for.

A package is a folder, and is deleted as a whole. A run that is interrupted is repeated by Lambda, and finds what is
left of it.
A public file can be read without a signature as long as it exists. The bucket is versioned: an operator can restore a
deleted file until its old version expires.
"""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from domain import captions, content_paths, multiparts, package_store
from domain.courses import Course
from domain.multiparts import Multipart
from toolkit import clients, log


def left_behind(before: Course, after: Course) -> frozenset[str]:
    """Keys of files, and folders of packages, that lessons had before and do not have after a course change."""
    return _keys(before) - _keys(after)


def ended(before: Course, after: Course | None) -> list[Multipart]:
    """Uploads in parts that were open before, and cannot be finished after a course change; `after` is None when an
    operator has deleted the course."""
    still = multiparts.all_open(after) if after is not None else {}
    return [each for s3_id, each in multiparts.all_open(before).items() if s3_id not in still]


class LessonFiles:
    """Deleting in the content bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def delete(self, keys: Iterable[str], course_now: Course | None) -> None:
        """Delete files and folders, except those that the course has now. A repeated call does no harm.

        A file takes one DeleteObject.
        """
        kept = _keys(course_now) if course_now is not None else frozenset()
        for key in sorted(frozenset(keys) - kept):
            if key.endswith("/"):
                package_store.delete_folder(self._bucket, key)
            else:
                clients.s3().delete_object(Bucket=self._bucket, Key=key)
            log.write("INFO", "file deleted", courseId=key.split("/")[1])

    def end(self, multipart: Multipart) -> None:
        """Have S3 delete the parts of an upload: one AbortMultipartUpload. One that was completed has none."""
        try:
            clients.s3().abort_multipart_upload(
                Bucket=self._bucket, Key=content_paths.INCOMING + multipart.key, UploadId=multipart.s3_id
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise


def _keys(course: Course) -> frozenset[str]:
    """The keys of files, and the folders of packages, with a slash at the end."""
    files = {lesson.content_key for lesson in course.lessons if lesson.content_key is not None}
    folders = {
        content_paths.package_folder(course.course_id, lesson.lesson_id, package["uploadId"])
        for lesson in course.lessons
        for package in (lesson.package, lesson.unpacking)
        if package is not None
    }
    texts = {each.key for lesson in course.lessons for each in captions.ready(course.course_id, lesson)}
    return frozenset(files | folders | texts)
