"""Files that an edit of a course, or a newer upload, has left without a lesson: they are deleted.

A public file is readable without a signature as long as it is there. The bucket is versioned: what was
deleted can be brought back by hand until old versions run out.
"""

from collections.abc import Iterable

from domain.courses import Course
from toolkit import clients, log


def left_behind(before: Course, after: Course) -> frozenset[str]:
    """Keys of files that lessons had and have no more."""
    return _keys(before) - _keys(after)


class LessonFiles:
    """The content bucket, as far as files leave it."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def delete(self, keys: Iterable[str], course_now: Course | None) -> None:
        """Delete files, but for those that the course has by now: one DeleteObject each. Twice does no harm."""
        kept = _keys(course_now) if course_now is not None else frozenset()
        for key in sorted(frozenset(keys) - kept):
            clients.s3().delete_object(Bucket=self._bucket, Key=key)
            log.write("INFO", "file deleted", courseId=key.split("/")[1])


def _keys(course: Course) -> frozenset[str]:
    return frozenset(lesson.content_key for lesson in course.lessons if lesson.content_key is not None)
