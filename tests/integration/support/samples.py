"""Sample requests: at least one for every route, and one for each case that makes other AWS calls.

The tests of failures, of AWS calls and of permissions send them. A route without a sample fails the suite.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from education.openapi.description import load_api_description
from tests.integration.samples import progress
from tests.integration.samples.context import LESSONS, SampleContext
from tests.integration.samples.part_uploads import PartUpload
from tests.integration.samples.request import SampleRequest
from tests.integration.support.course_helpers import add_co_teacher, new_course
from tests.integration.support.people import INSTRUCTORS, STUDENTS, Answer, Person

OPERATIONS = {one.operation_id: one for one in load_api_description().operations}
# How many entries a page and the roster of a large class have when they are measured.
PAGE, CLASS = 20, 200
SUMMARY = "What you learn here, for whom it is, and how much time it takes in a week: two hours. " * 2


@dataclass(frozen=True)
class Entries:
    """What a page shows, `courses`, `enrolments` or `students`, and how many of them when the request is measured."""

    kind: str
    count: int


@dataclass(frozen=True)
class Sample:
    """One case of a route.

    Attributes:
        operation_id: the id of the operation.
        what: the name of the case; empty if the route has only one.
        arrange: creates the data that the request needs, and returns the request.
        expect: the status of success.
        entries: what is added to the one entry that `arrange` makes, before the request is measured.
    """

    operation_id: str
    what: str
    arrange: Callable[[SampleContext], SampleRequest]
    expect: int = 200
    entries: Entries | None = None

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.what}" if self.what else self.operation_id

    @property
    def function(self) -> str:
        """The function that answers."""
        return OPERATIONS[self.operation_id].function

    def send(self, request: SampleRequest, *, expect: int | tuple[int, ...] | None = None) -> Answer:
        """Send the request."""
        operation = OPERATIONS[self.operation_id]
        path = operation.path.format_map(request.values)
        return request.caller.call(
            operation.method,
            path,
            request.body,
            query=request.query,
            expect=self.expect if expect is None else expect,
        )


def _of_course(
    caller: Callable[[SampleContext], Person], body: Any = None, **values: str
) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        return SampleRequest(caller(context), {"courseId": context.course(), **values}, body)

    return arrange


def _owner(context: SampleContext) -> Person:
    return context.owner


def _searching(context: SampleContext) -> SampleRequest:
    person = context.people.new()
    person.get("/courses", q="first")
    return SampleRequest(person, query={"q": "course", "limit": 5})


def _published_courses(context: SampleContext) -> SampleRequest:
    context.course(summary=SUMMARY)
    return SampleRequest(context.people.new(), query={"limit": PAGE})


def _own_courses(context: SampleContext) -> SampleRequest:
    owner = context.people.new(INSTRUCTORS)
    context.courses.append(new_course(owner, "text", status="draft", summary=SUMMARY))
    return SampleRequest(owner, query={"owner": "me", "limit": PAGE})


def _own_enrolments(context: SampleContext) -> SampleRequest:
    return SampleRequest(context.student(context.course()), query={"limit": PAGE})


def _new_version(**changes: Any) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course(status="draft")
        return SampleRequest(
            context.owner, {"courseId": course_id}, {**changes, "version": context.version(course_id)}
        )

    return arrange


def _content(lesson_id: str, *, known: bool) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course_with_package if lesson_id == "cells" else context.course_with_files
        student = context.student(course_id)
        request = SampleRequest(student, {"courseId": course_id, "lessonId": lesson_id})
        if known:
            student.get(f"/courses/{course_id}/lessons/{lesson_id}/content")
        else:
            context.restart("content")
        return request

    return arrange


def _enrolling_self(*, known: bool) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        student, course_id = context.student(), context.course()
        if known:
            context.student(course_id)
        return SampleRequest(student, body={"courseId": course_id})

    return arrange


def _taking_a_seat(context: SampleContext) -> SampleRequest:
    course_id = context.course(capacity=9)
    student, _ = context.student(), context.student(course_id)
    return SampleRequest(student, body={"courseId": course_id})


def _enrolling_again(context: SampleContext) -> SampleRequest:
    course_id = context.course()
    return SampleRequest(context.student(course_id), body={"courseId": course_id})


def _joining_waitlist(context: SampleContext) -> SampleRequest:
    course_id = context.course(capacity=1)
    student = context.student()
    context.student(course_id)
    return SampleRequest(student, body={"courseId": course_id})


def _waiting_student(context: SampleContext) -> SampleRequest:
    course_id = context.course(capacity=1)
    context.student(course_id)
    return SampleRequest(context.student(course_id), {"courseId": course_id})


def _joining_queue(context: SampleContext) -> SampleRequest:
    """A course that is open gets its first capacity: until its students are counted, enrolments are queued."""
    course_id, student = context.course(), context.student()
    version = context.version(course_id)
    context.owner.patch(f"/courses/{course_id}", {"capacity": 9, "version": version})
    return SampleRequest(student, body={"courseId": course_id})


def _enrolled_student(context: SampleContext) -> SampleRequest:
    course_id = context.course()
    return SampleRequest(context.student(course_id), {"courseId": course_id})


def _withdrawing_from_full_course(context: SampleContext) -> SampleRequest:
    course_id = context.course(capacity=1)
    withdrawing = context.student(course_id)
    context.student(course_id)
    return SampleRequest(withdrawing, {"courseId": course_id})


def _withdrawing_with_positions(context: SampleContext) -> SampleRequest:
    request = _enrolled_student(context)
    path = f"/progress/{request.values['courseId']}/lessons"
    for lesson_id in LESSONS:
        request.caller.put(f"{path}/{lesson_id}", {"positionSeconds": 1})
    return request


def _reading_roster(**query: Any) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course()
        context.student(course_id)
        return SampleRequest(context.owner, {"courseId": course_id}, query=query)

    return arrange


def _taking_out(*, is_full: bool) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course(capacity=1) if is_full else context.course()
        student = context.student(course_id)
        if is_full:
            context.student(course_id)
        return SampleRequest(context.owner, {"courseId": course_id, "userId": student.user_id})

    return arrange


def _bulk_enrolling(**query: Any) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course()
        known = context.people.new()
        known.get("/profile")
        emails = [known.email, f"new-{course_id}@example.org", "no-address"]
        return SampleRequest(context.owner, {"courseId": course_id}, {"emails": emails}, query)

    return arrange


def _with_profile(body: Any = None, *, courses: int = 0) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        person = context.student(*(context.course() for _ in range(courses)))
        person.get("/profile")
        return SampleRequest(person, body=body)

    return arrange


def _changing_staff(*, is_in: bool) -> Callable[[SampleContext], SampleRequest]:
    def arrange(context: SampleContext) -> SampleRequest:
        course_id, colleague = context.course(), context.people.new(INSTRUCTORS)
        if is_in:
            add_co_teacher(context.owner, course_id, colleague)
        return SampleRequest(context.owner, {"courseId": course_id, "userId": colleague.user_id})

    return arrange


def _naming_colleague(context: SampleContext) -> SampleRequest:
    body = {"email": context.people.new(INSTRUCTORS).email}
    return SampleRequest(context.owner, {"courseId": context.course()}, body)


def _finding_user(context: SampleContext) -> SampleRequest:
    person = context.people.new()
    person.get("/profile")
    return SampleRequest(context.administrator, query={"email": person.email})


def _granting_role(context: SampleContext) -> SampleRequest:
    target = context.people.new(STUDENTS)
    return SampleRequest(context.administrator, {"userId": target.user_id, "group": INSTRUCTORS})


def _revoking_role(context: SampleContext) -> SampleRequest:
    target = context.people.new(INSTRUCTORS)
    return SampleRequest(context.administrator, {"userId": target.user_id, "group": INSTRUCTORS})


def _without_profile(context: SampleContext) -> SampleRequest:
    """A person whose sign-in could not be noted, so that they have no profile yet."""
    person = context.people.new(verified=False)
    context.deployed.client("dynamodb").delete_item(
        TableName=context.deployed.outputs["user_profiles_table_name"],
        Key={"userId": {"S": person.user_id}},
    )
    return SampleRequest(person)


def _parts(*, is_sent: bool) -> Callable[[SampleContext], SampleRequest]:
    """An upload in parts; `signUploadParts` alone takes a body."""

    def arrange(context: SampleContext) -> SampleRequest:
        course_id = context.course()
        path = f"/courses/{course_id}/lessons/film"
        upload = PartUpload(context.deployed, context.owner, path, b"film")
        if is_sent:
            upload.send([1])
        values = {"courseId": course_id, "lessonId": "film", "uploadId": upload.begun["uploadId"]}
        return SampleRequest(context.owner, values, None if is_sent else {"partNumbers": [1]})

    return arrange


def _removing_captions(context: SampleContext) -> SampleRequest:
    course_id = context.course()
    context.owner.call("PUT", f"/courses/{course_id}/lessons/film/captions/de", expect=201)
    return SampleRequest(context.owner, {"courseId": course_id, "lessonId": "film", "language": "de"})


SAMPLES = (
    Sample("listCourses", f"{PAGE} published", _published_courses, entries=Entries("courses", PAGE)),
    Sample("listCourses", "search, within five seconds of another", _searching),
    Sample("listCourses", f"{PAGE} own", _own_courses, entries=Entries("courses", PAGE)),
    Sample(
        "createCourse",
        "",
        lambda context: SampleRequest(context.people.new(INSTRUCTORS), body={"title": "New"}),
        201,
    ),
    Sample("getCourse", "of the owner", _of_course(_owner)),
    Sample("getCourse", "of a student", _enrolled_student),
    Sample("updateCourse", "title", _new_version(title="Changed")),
    Sample("updateCourse", "publication", _new_version(status="published")),
    Sample("putLesson", "new", _of_course(_owner, LESSONS["text"], lessonId="new"), 201),
    Sample("putLesson", "replaced", _of_course(_owner, LESSONS["film"], lessonId="text")),
    Sample("deleteLesson", "", _of_course(_owner, lessonId="text"), 204),
    Sample("createLessonUpload", "", _of_course(_owner, {}, lessonId="text"), 201),
    Sample("createMultipartUpload", "", _of_course(_owner, {"sizeBytes": 4}, lessonId="film"), 201),
    Sample("listUploadParts", "", _parts(is_sent=True)),
    Sample("signUploadParts", "", _parts(is_sent=False)),
    Sample("completeUpload", "", _parts(is_sent=True), 202),
    Sample("giveUpUpload", "", _parts(is_sent=True), 204),
    Sample("putCaptions", "", _of_course(_owner, {}, lessonId="film", language="de"), 201),
    Sample("deleteCaptions", "", _removing_captions, 204),
    Sample("getLessonContent", "public", _content("text", known=True)),
    Sample("getLessonContent", "premium, first of an instance", _content("film", known=False)),
    Sample("getLessonContent", "premium, later", _content("film", known=True)),
    Sample("getLessonContent", "package, first of an instance", _content("cells", known=False)),
    Sample("getLessonContent", "package, later", _content("cells", known=True)),
    Sample(
        "listRoster", f"JSON, {PAGE} students", _reading_roster(limit=PAGE), entries=Entries("students", PAGE)
    ),
    Sample(
        "listRoster",
        f"CSV, {CLASS} students",
        _reading_roster(format="csv"),
        entries=Entries("students", CLASS),
    ),
    Sample("enrollRoster", "three rows, dry run", _bulk_enrolling(dryRun="true")),
    Sample("enrollRoster", "three rows", _bulk_enrolling()),
    Sample("removeFromRoster", "empty waitlist", _taking_out(is_full=False), 204),
    Sample("removeFromRoster", "a waitlisted student gets the seat", _taking_out(is_full=True), 204),
    Sample("listEnrollments", f"{PAGE} enrolments", _own_enrolments, entries=Entries("enrolments", PAGE)),
    Sample("createEnrollment", "course not known to the instance", _enrolling_self(known=False), 201),
    Sample("createEnrollment", "course known", _enrolling_self(known=True), 201),
    Sample("createEnrollment", "a seat in a course with a capacity", _taking_a_seat, 201),
    Sample("createEnrollment", "a second time", _enrolling_again),
    Sample("createEnrollment", "waitlisted", _joining_waitlist, 201),
    Sample("createEnrollment", "queued", _joining_queue, 202),
    Sample("deleteEnrollment", "empty waitlist", _enrolled_student, 204),
    Sample("deleteEnrollment", "positions in lessons", _withdrawing_with_positions, 204),
    Sample("deleteEnrollment", "a waitlisted student gets the seat", _withdrawing_from_full_course, 204),
    Sample("getProgress", "", _enrolled_student),
    # The refusal tells the place on the waitlist.
    Sample("getProgress", "waitlisted", _waiting_student, 403),
    Sample(
        "updateLessonProgress",
        "position, course not known",
        progress.updating_progress({"positionSeconds": 7}, known=False),
    ),
    Sample(
        "updateLessonProgress", "position, course known", progress.updating_progress({"positionSeconds": 7})
    ),
    Sample("updateLessonProgress", "completion", progress.updating_progress({"completed": True})),
    Sample("reportPosition", "first of a lesson", progress.reporting_position(is_first=True), 204),
    Sample("reportPosition", "later", progress.reporting_position(is_first=False), 204),
    Sample("launchLesson", "first of a lesson", progress.launching(is_first=True)),
    Sample("launchLesson", "later", progress.launching(is_first=False)),
    Sample("saveRuntime", "4 KB", progress.saving_runtime(is_completed=False), 204),
    Sample("saveRuntime", "4 KB, completed", progress.saving_runtime(is_completed=True), 204),
    Sample("getProfile", "first use", _without_profile),
    Sample("getProfile", "later", _with_profile()),
    Sample("updateProfile", "", _with_profile({"displayName": "Ada"})),
    Sample("exportProfile", "one enrolment", _with_profile(courses=1)),
    Sample("deleteProfile", "one enrolment", _with_profile(courses=1), 204),
    Sample("listStaff", "", _of_course(lambda context: context.owner)),
    Sample("addCoTeacherByEmail", "", _naming_colleague, 204),
    Sample("addCoTeacher", "", _changing_staff(is_in=False), 204),
    Sample("removeCoTeacher", "", _changing_staff(is_in=True), 204),
    Sample("findUsers", "somebody", _finding_user),
    Sample(
        "findUsers",
        "nobody",
        lambda context: SampleRequest(context.administrator, query={"email": "nobody@example.org"}),
    ),
    Sample("listCourseAudit", "", _of_course(lambda context: context.administrator)),
    Sample(
        "listUserAudit",
        "",
        lambda context: SampleRequest(context.administrator, {"userId": context.people.new().user_id}),
    ),
    Sample("grantRole", "", _granting_role, 204),
    Sample("revokeRole", "", _revoking_role, 204),
)
