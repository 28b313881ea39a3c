"""Keeps what lists show of a course in line with it: the number of its lessons, the copies of its co-teachers, and the
entry in which a search finds it."""

from domain import course_store, staff, staff_store
from domain.courses import Course
from domain.search.entries import entry_of
from followups.search_store import SearchEntries


class ListedCourses:
    """What lists show, in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._table = courses_table
        self._search = SearchEntries(courses_table)

    def renew(self, before: Course, after: Course | None) -> None:
        """Bring what lists show in line with a course that has changed, or is gone (None).

        It is one GetItem, one UpdateItem for each co-teacher, and one TransactWriteItems for a published course.
        Nothing is called if lists show the same as before.

        The course is taken as it is now, so that changes may arrive late or twice. The number of lessons is wrong only
        if a former version of the platform has written the course.
        """
        if after is None or not after.is_counted or staff.copy_of(before) != staff.copy_of(after):
            self._renew(before, after)
        self._search.check_daily()

    def _renew(self, before: Course, after: Course | None) -> None:
        course = course_store.find(self._table, before.course_id, consistent=True)
        if course is not None:
            if not course.is_counted:
                course_store.store_lesson_count(self._table, course)
            for user_id in sorted(course.staff):
                staff_store.copy_course(self._table, course, user_id)
        if entry_of(before) != (None if after is None else entry_of(after)):
            self._search.put(before.course_id, None if course is None else entry_of(course))
