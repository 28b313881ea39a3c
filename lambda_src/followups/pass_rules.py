"""The pass through a course's students after an edit: it brings what each record has of the course in line.

A course may have a hundred thousand students. So a pass works in slices of SLICE_SECONDS at most, and other courses
have their turn between two slices. After a slice that did not reach the end, an item of the courses table (`Pass`) has
the places where it goes on. The write of that item is a change in the table's stream, which calls the function again.
So a pass ends when all students are done, whatever their number, and not when a number of retries is used up.

* One edit or several edits together need one pass, since each page is brought in line with the course as it is then.
* An edit during a pass of several slices starts no second pass. The pass begins again when it has reached the end.
* A service that is throttling or failing is asked again until the slice ends. Only a slice that gets nothing done at
  all fails. Then Lambda calls the function again with the same change, and in the end an operator does (dead letters).
* The roster's partitions have their turns page by page, so that the writes are spread over them. The waitlist comes
  first: a student who is promoted during the pass is then found either there or among the enrolled students.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.courses import Course
from domain.enrollments.model import WITHDRAWN, EnrollmentRecord, waitlist_key
from toolkit import clock, log
from toolkit.retries import Retries, RetriesExhausted

SLICE_SECONDS = 60.0
# Nobody goes on with a pass that was not touched for so long: its change is in the dead-letter queue. The next edit
# starts it again.
FORGOTTEN_SECONDS = 1800


@dataclass(frozen=True)
class Place:
    """Where the next page of a partition begins: after this sort key and this student."""

    sort_key: float
    user_id: str


Places = Mapping[str, Place | None]
"""By partition of the roster, where the next page begins; None for the first page. Partitions that are done are left
out."""


@dataclass(frozen=True)
class Pass:
    """An unfinished pass.

    Attributes:
        slice: the number of its next slice. Only the change of the item that says this number works on it.
        asked: how many edits have asked for it.
        since: the value of `asked` when it last began from the first page.
        places: where it goes on.
    """

    course_id: str
    slice: int
    asked: int
    since: int
    places: Places


@dataclass(frozen=True)
class RosterPage:
    """Records of one partition, and where its next page begins; None if there is none."""

    records: Sequence[EnrollmentRecord]
    rest: Place | None


class PassStore(Protocol):
    """What a pass needs of the records and the course. Every method asks again until the retries are used up.

    Raises:
        RetriesExhausted: the time for retries is used up.
    """

    def course_patiently(self, course_id: str, retries: Retries) -> Course | None:
        """The course as it is now."""

    def partitions(self, course_id: str) -> Sequence[str]:
        """The partitions of the roster, without the waitlist."""

    def page(self, course_id: str, partition: str, after: Place | None, retries: Retries) -> RosterPage:
        """A page of the students who are in a partition, with their records as they are now."""

    def rewrite_all(self, records: Sequence[EnrollmentRecord], course: Course, retries: Retries) -> int:
        """Bring records in line with a course (see `sync`); how many changed."""


class PassItems(Protocol):
    """Where unfinished passes are stored."""

    def join(self, course_id: str, now: str, forgotten_before: str) -> bool:
        """Ask an unfinished pass to begin again at its end; False if there is none. One that nobody has touched since
        `forgotten_before` goes on at once."""

    def begin(self, course_id: str, places: Places, now: str) -> None:
        """Store an unfinished pass, and let its next slice have its turn."""

    def find(self, course_id: str) -> Pass | None:
        """The unfinished pass of a course."""

    def go_on(self, unfinished: Pass, now: str) -> None:
        """Store where a pass goes on after the slice before, and let its next slice have its turn. It does nothing if
        another call has done so."""

    def finish(self, done: Pass) -> bool:
        """Delete a pass; False if an edit has asked for it since it began."""


class Passes:
    """The passes that one call of the function works on, for `seconds` in all."""

    def __init__(
        self,
        store: PassStore,
        items: PassItems,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._items = items
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        self._asked: set[str] = set()

    def ask(self, course_id: str) -> None:
        """Bring all records of a course in line with it, after an edit.

        All changes of one call of the function are older than the call. So one pass is enough for all of them.

        Raises:
            Unavailable: nothing could be done. Ask again.
        """
        if course_id in self._asked:
            return
        now = clock.now()
        long_ago = clock.to_text(datetime.fromisoformat(now) - timedelta(seconds=FORGOTTEN_SECONDS))
        if not self._items.join(course_id, now, long_ago):
            left = self._slice(course_id, self._beginning(course_id))
            if left:
                self._items.begin(course_id, left, clock.now())
        self._asked.add(course_id)

    def go_on(self, course_id: str, number: int) -> None:
        """Work on the slice of that number, unless it was done before.

        Raises:
            Unavailable: nothing could be done. Call it again.
        """
        found = self._items.find(course_id)
        if found is None or found.slice != number:
            return
        left = self._slice(course_id, found.places)
        if not left:
            if self._items.finish(found):
                return
            # The course was edited during the pass.
            found = self._items.find(course_id) or found
            found, left = replace(found, since=found.asked), self._beginning(course_id)
        self._items.go_on(replace(found, slice=number + 1, places=left), clock.now())

    def _beginning(self, course_id: str) -> Places:
        return dict.fromkeys((waitlist_key(course_id), *self._store.partitions(course_id)))

    def _slice(self, course_id: str, places: Places) -> Places:
        """Work until the end of the pass or the slice; what is left."""
        end = min(self._end, self._monotonic() + SLICE_SECONDS)
        if self._monotonic() >= end:
            return places
        retries = Retries(end - self._monotonic())
        left = dict(places)
        pages = seen = changed = 0
        try:
            for partition in _turns(course_id, left):
                if self._monotonic() >= end:
                    break
                course = self._store.course_patiently(course_id, retries)
                if course is None or not course.is_public:
                    return {}
                page = self._store.page(course_id, partition, left[partition], retries)
                behind = [record for record in page.records if sync(record, course) is not record]
                changed += self._store.rewrite_all(behind, course, retries)
                pages, seen = pages + 1, seen + len(page.records)
                if page.rest is None:
                    del left[partition]
                else:
                    left[partition] = page.rest
        except RetriesExhausted:
            if not pages:
                raise
        log.write("INFO", "roster synced", courseId=course_id, seen=seen, changed=changed, left=len(left))
        return left


def _turns(course_id: str, left: Places) -> Iterator[str]:
    """The partition of each next page, as long as there are some left."""
    waits = waitlist_key(course_id)
    while left:
        yield from [waits] if waits in left else sorted(left)


def sync(record: EnrollmentRecord, course: Course) -> EnrollmentRecord:
    """A record with what follows from the course: the percentage, the results that count, and the title. The same
    object if it has them.

    A withdrawn record does not change: it is counted again when the student enrols again. No record changes while
    the course is hidden from students.
    """
    if not course.is_public:
        return record
    if record.status == WITHDRAWN:
        return record
    after = replace(record.counted(course.counted_ids, course.scored_ids), course_title=course.title)
    return record if after == record else replace(after, revision=record.revision + 1)
