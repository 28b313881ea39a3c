"""Deletes files that no lesson uses any more, after an edit of a course or a newer upload.

A public file can be read without a signature as long as it exists. The bucket is versioned: an operator can restore a
deleted file until its old version expires.
"""

from collections.abc import Iterable

from domain.courses import Course
from toolkit import clients, log


def left_behind(before: Course, after: Course) -> frozenset[str]:
    """Keys of files that lessons had before and do not have after a course change."""
    return _keys(before) - _keys(after)


class LessonFiles:
    """Deleting in the content bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def delete(self, keys: Iterable[str], course_now: Course | None) -> None:
        """Delete files, except those that the course has now: one DeleteObject each. A repeated call does no harm."""
        kept = _keys(course_now) if course_now is not None else frozenset()
        for key in sorted(frozenset(keys) - kept):
            clients.s3().delete_object(Bucket=self._bucket, Key=key)
            log.write("INFO", "file deleted", courseId=key.split("/")[1])


def _keys(course: Course) -> frozenset[str]:
    return frozenset(lesson.content_key for lesson in course.lessons if lesson.content_key is not None)
