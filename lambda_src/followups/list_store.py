"""Keeps what lists show of a course in line with it: the number of its lessons, and the copies of its co-teachers."""

from domain import course_store, staff, staff_store
from domain.courses import Course


class ListedCourses:
    """What lists show, in the courses table."""

    def __init__(self, courses_table: str) -> None:
        self._table = courses_table

    def renew(self, before: Course, after: Course) -> None:
        """Bring what lists show in line with a course that has changed: one GetItem and, if it is another, one
        UpdateItem for each co-teacher. Nothing is called if lists show the same as before.

        The course is taken as it is now, so that changes may arrive late or twice. The number of lessons is wrong only
        if a former version of the platform has written the course.
        """
        if after.is_counted and staff.copy_of(before) == staff.copy_of(after):
            return
        course = course_store.find(self._table, after.course_id, consistent=True)
        if course is None:
            return
        if not course.is_counted:
            course_store.store_lesson_count(self._table, course)
        for user_id in sorted(course.staff):
            staff_store.copy_course(self._table, course, user_id)
