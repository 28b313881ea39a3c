"""A small school on the running local platform: people and courses that pages are shown with.

`make browser` and `make screenshots` make it through the API, and archive its courses at the end, so that the demo
course stays alone in the catalogue. What is there already is used again.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_platform.accounts import random_password
from local_platform.api_client import Person, upload
from local_platform.aws import client
from local_platform.demo.course import published_course
from local_platform.platform import Platform

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

CONFLICT = 409
LATER, FAR = "2035-09-03T07:00:00Z", "2035-12-20T16:00:00Z"
LONG_TITLE = (
    "Donaudampfschifffahrtsgesellschaft" * 3 + " and other words that do not end where a narrow screen ends"
)
ARABIC_TITLE = "رحلة قطرة ماء: من البحر إلى السماء"
TEXT = b"# Read this\n\nA lesson may be as short as *one* paragraph.\n"


@dataclass(frozen=True)
class Course:
    """A course beside the demo course. `lessons` are titles of articles; a `capacity` of 1 makes it full."""

    title: str
    summary: str
    lessons: tuple[str, ...] = ()
    is_published: bool = True
    is_in_pictures: bool = True
    fields: Mapping[str, Any] = field(default_factory=dict)


PEOPLE = {
    # key: (name, group)
    "teacher": ("Maria Klein", "instructors"),
    "new-teacher": ("Tom Becker", "instructors"),
    "administrator": ("Sam Lee", "administrators"),
    "student": ("Amina Haddad", "students"),
    "jonas": ("Jonas Weber", "students"),
    "lucia": ("Lucía Fernández", "students"),
    "kofi": ("Kofi Mensah", "students"),
    "new-student": ("Noor Ali", "students"),
}
COURSES = {
    "fractions": Course(
        "Fractions in the kitchen",
        "Half a cake, a third of a litre, three quarters of an hour: calculate with what you eat.",
        ("What a half is", "Thirds and quarters", "Add fractions", "A recipe for six"),
    ),
    "maps": Course(
        "Reading maps",
        "Find north without a telephone, measure a way with a thread, and draw a map of your street.",
        ("Where is north?", "What a scale says", "Draw your street"),
        fields={"opensAt": LATER, "closesAt": FAR},
    ),
    "poem": Course("A poem a day", "Thirty short poems from thirty countries.", is_published=False),
    "full": Course(
        LONG_TITLE,
        "A course with a very long title and one seat only, which is taken. " * 6,
        ("Short", LONG_TITLE),
        is_in_pictures=False,
        fields={"capacity": 1},
    ),
    "arabic": Course(
        ARABIC_TITLE, "من أين يأتي المطر، وإلى أين يذهب؟", ("كلمات جديدة",), is_in_pictures=False
    ),
}
# Which lessons of the demo course each student has completed.
DONE = {"student": ("words",), "jonas": ("words", "film", "quiz"), "lucia": ("film",), "kofi": ()}


@dataclass(frozen=True)
class World:
    """The school.

    Attributes:
        outputs: the outputs of the platform.
        passwords: the password of each of PEOPLE, by its key.
        people: each of PEOPLE, signed in at the API.
        courses: the id of each of COURSES, and of "water", the demo course of this school's teacher.
    """

    outputs: Mapping[str, Any] = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    people: Mapping[str, Person] = field(repr=False)
    courses: Mapping[str, str]

    def speak(self, language: str) -> None:
        """Give every profile this language, which decides how the portal looks."""
        for person in self.people.values():
            person.call("PATCH", "/profile", {"locale": language})


def address_of(key: str) -> str:
    """The e-mail address of one of PEOPLE."""
    return f"{key}@school.example"


@contextlib.contextmanager
def world(platform: Platform, outputs: Mapping[str, Any]) -> Iterator[World]:
    """Make the school, and archive its courses at the end.

    Raises:
        UserError: the API refused a call.
    """
    passwords = _accounts(platform, outputs["user_pool_id"])
    people = {
        key: Person(outputs, {"username": address_of(key), "password": password})
        for key, password in passwords.items()
    }
    for key, (name, _) in PEOPLE.items():
        people[key].call("PATCH", "/profile", {"displayName": name, "locale": "en"})
    teacher = people["teacher"]
    courses = {"water": published_course(teacher)}
    own = {
        each["title"]: each["courseId"]
        for each in teacher.call("GET", "/courses?owner=me&limit=100")["items"]
    }
    for key, course in COURSES.items():
        courses[key] = _course(teacher, course, own.get(course.title))
    school = World(outputs, passwords, people, courses)
    _learn(school)
    try:
        yield school
    finally:
        for course_id in courses.values():
            _set_status(teacher, course_id, "archived")


def _accounts(platform: Platform, user_pool_id: str) -> dict[str, str]:
    """Make the accounts that are missing, and give each a new password."""
    cognito: CognitoIdentityProviderClient = client(platform, "cognito-idp")
    passwords = {}
    for key, (name, group) in PEOPLE.items():
        address = address_of(key)
        attributes = {"email": address, "email_verified": "true", "name": name}
        with contextlib.suppress(cognito.exceptions.UsernameExistsException):
            cognito.admin_create_user(
                UserPoolId=user_pool_id,
                Username=address,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": each, "Value": value} for each, value in attributes.items()],
            )
        passwords[key] = random_password()
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=address, Password=passwords[key], Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=address, GroupName=group)
    return passwords


def _course(teacher: Person, course: Course, course_id: str | None) -> str:
    """A course as described; returns its id."""
    if course_id is None:
        body = {"title": course.title, "summary": course.summary, **course.fields}
        course_id = str(teacher.call("POST", "/courses", body)["courseId"])
    there = {lesson["lessonId"] for lesson in teacher.call("GET", f"/courses/{course_id}")["lessons"]}
    for number, title in enumerate(course.lessons):
        if (lesson_id := f"lesson-{number + 1}") not in there:
            path = f"/courses/{course_id}/lessons/{lesson_id}"
            lesson = {"title": title[:200], "contentType": "article", "premium": False, "position": number}
            teacher.call("PUT", path, lesson)
            file = {"fileName": "text.md", "mediaType": "text/markdown"}
            upload(teacher.call("POST", f"{path}/upload", file), TEXT)
    _set_status(teacher, course_id, "published" if course.is_published else "draft")
    return course_id


def _set_status(teacher: Person, course_id: str, status: str) -> None:
    course = teacher.call("GET", f"/courses/{course_id}")
    if course["status"] != status:
        teacher.call("PATCH", f"/courses/{course_id}", {"status": status, "version": course["version"]})


def _learn(school: World) -> None:
    """Enrol the students, and complete some lessons. Who is enrolled already stays so."""
    water = school.courses["water"]
    for key, lessons in DONE.items():
        student = school.people[key]
        student.call("POST", "/enrollments", {"courseId": water}, allow=CONFLICT)
        for lesson_id in lessons:
            student.call("PUT", f"/progress/{water}/lessons/{lesson_id}", {"completed": True})
    student = school.people["student"]
    student.call("PUT", f"/progress/{water}/lessons/film/position", {"positionSeconds": 9})
    student.call("POST", "/enrollments", {"courseId": school.courses["fractions"]}, allow=CONFLICT)
    for lesson_id in ("lesson-1", "lesson-2", "lesson-3"):
        student.call(
            "PUT", f"/progress/{school.courses['fractions']}/lessons/{lesson_id}", {"completed": True}
        )
    school.people["jonas"].call("POST", "/enrollments", {"courseId": school.courses["full"]}, allow=CONFLICT)
