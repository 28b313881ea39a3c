"""Takes uploads in parts from their lessons when their person has lost the right to send them.

A person loses it with a role, with a place among the co-teachers of a course, and with an erasure. The change of the
lesson comes back by the stream, and then S3 deletes the parts (followups.file_store). An upload that another role would
still allow ends too; it can be begun again. A form for one file needs nothing: the uploads function asks for the right
when the file arrives.
"""

from collections.abc import Callable, Iterator
from typing import Any

from domain import content_paths, course_store, lesson_entry_store, multiparts
from domain.courses import Course
from domain.lesson_entry_store import EntryChange
from domain.multiparts import Multipart
from toolkit import clients, log


def of_former_co_teachers(before: Course, after: Course) -> list[Multipart]:
    """The open uploads of people who are no co-teachers any more after a course change."""
    gone = before.staff - after.staff
    return [each for each in multiparts.all_open(after).values() if each.uploader_id in gone]


class UnfinishedUploads:
    """The uploads in parts that S3 keeps, and the lessons that wait for them."""

    def __init__(self, *, bucket: str, courses_table: str) -> None:
        self._bucket = bucket
        self._courses_table = courses_table

    def give_up_all(self, is_theirs: Callable[[str], bool]) -> None:
        """Give up all uploads of the people whose user ids fit. A repeated call does no harm.

        One ListMultipartUploads for each 1,000 uploads that are open now, of all people; one GetItem for each of them;
        one UpdateItem for each that is given up.
        """
        for key in self._keys():
            upload = content_paths.parse(key.removeprefix(content_paths.INCOMING))
            course = upload and course_store.find(self._courses_table, upload.course_id, consistent=True)
            for multipart in multiparts.all_open(course).values() if course else ():
                if multipart.upload == upload and is_theirs(multipart.uploader_id):
                    self.give_up(multipart)

    def give_up(self, multipart: Multipart) -> None:
        """Take one upload from its lesson, if the lesson still waits for it: one UpdateItem."""
        upload = multipart.upload
        wanted = EntryChange(
            upload.course_id,
            upload.lesson_id,
            "REMOVE lessons.#lesson.openForm",
            "lessons.#lesson.openForm.uploadId = :upload",
            {":upload": upload.upload_id},
        )
        if lesson_entry_store.change(self._courses_table, wanted):
            log.write("INFO", "upload given up", courseId=upload.course_id)

    def _keys(self) -> Iterator[str]:
        more: Any = {}
        while True:
            answer: Any = clients.s3().list_multipart_uploads(
                Bucket=self._bucket, Prefix=content_paths.INCOMING, **more
            )
            for each in answer.get("Uploads", ()):
                yield each["Key"]
            if not answer.get("IsTruncated"):
                return
            more = {
                "KeyMarker": answer["NextKeyMarker"],
                "UploadIdMarker": answer["NextUploadIdMarker"],
            }
