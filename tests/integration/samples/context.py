"""Creates the users and courses that samples need (tests/integration/support/samples.py)."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from tests.integration.support.course_helpers import PAGE, enroll, lesson, new_course, upload, upload_package
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, INSTRUCTORS, STUDENTS, People, Person
from tests.package_zips import zip_of

LESSONS = {"film": lesson("video", premium=True), "text": lesson("article", position=1)}
WITH_PACKAGE = {"film": LESSONS["film"], "text": lesson("interactive", position=1)}


class SampleContext:
    """Creates the users and courses of samples. A sample that changes something gets new ones."""

    def __init__(self, deployed: Deployed, people: People, restart: Callable[[str], None]) -> None:
        self.deployed = deployed
        self.people = people
        self.restart = restart
        self.courses: list[str] = []
        self.enrolled: list[tuple[str, str]] = []

    def forget(self) -> None:
        """Begin a new sample: `courses` and `enrolled` (user and course) are those of one sample."""
        self.courses, self.enrolled = [], []

    @cached_property
    def owner(self) -> Person:
        """The instructor who owns the courses. No sample changes this account."""
        return self.people.new(INSTRUCTORS)

    @cached_property
    def administrator(self) -> Person:
        """An administrator, who may change roles."""
        return self.people.new(ADMINISTRATORS)

    @cached_property
    def course_with_files(self) -> str:
        """The id of a course whose lessons have files. Samples only read it."""
        course_id = new_course(self.owner, lessons=LESSONS)
        for lesson_id in LESSONS:
            upload(self.deployed, self.owner, course_id, lesson_id)
        return course_id

    @cached_property
    def course_with_package(self) -> str:
        """The id of a course whose lesson "cells" is a package. Samples only read it."""
        course_id = new_course(self.owner, lessons={"cells": lesson("interactive", premium=True)})
        upload_package(self.deployed, self.owner, course_id, "cells", zip_of({"index.html": PAGE}))
        return course_id

    def student(self, *courses: str) -> Person:
        """A new student who is enrolled in these courses."""
        person = self.people.new(STUDENTS)
        for course_id in courses:
            enroll(person, course_id)
            self.enrolled.append((person.user_id, course_id))
            if course_id not in self.courses:
                self.courses.append(course_id)
        return person

    def course(self, lessons: Mapping[str, Mapping[str, Any]] = LESSONS, **fields: Any) -> str:
        """Create a course with two lessons and return its id."""
        course_id = new_course(self.owner, lessons=lessons, **fields)
        self.courses.append(course_id)
        return course_id

    def version(self, course_id: str) -> int:
        """The current version of a course."""
        return int(self.owner.get(f"/courses/{course_id}")["version"])
