"""Bulk enrolment: an instructor enrols a class by e-mail address. Unknown people are invited."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.courses.test_races import run_in_parallel
from tests.integration.support.course_helpers import enroll, eventually, new_course, set_status
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Answer, Caller, People, Person, SharedUsers

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


def bulk(
    staff: Caller,
    course_id: str,
    emails: Sequence[str],
    *,
    dry_run: bool = False,
    expect: int | tuple[int, ...] = 200,
) -> Answer:
    """Send a list of e-mail addresses as JSON."""
    body = {"emails": list(emails), "dryRun": dry_run}
    return staff.call("POST", f"/courses/{course_id}/roster", body, expect=expect)


def outcomes(answer: Answer) -> list[str]:
    """The outcome of each row, or its error code if it failed. It also checks what is true for every answer."""
    items = answer.body["items"]
    assert [item["row"] for item in items] == list(range(1, len(items) + 1))
    assert answer.body["counts"] == dict(Counter(item["outcome"] for item in items))
    assert all(("errorCode" in item) == (item["outcome"] == "failed") for item in items)
    return [item.get("errorCode", item["outcome"]) for item in items]


def address() -> str:
    """An e-mail address without an account."""
    return f"invited-{secrets.token_hex(8)}@example.org"


def known_people(people: People, staff: Person, count: int) -> list[Person]:
    """Create users whom the platform knows by their address.

    A sign-in stores the address. On a busy machine the sign-in trigger may be too slow; then another sign-in does it.
    """
    known, course_id = people.many(count), new_course(staff)
    for _ in range(5):
        answer = bulk(staff, course_id, [person.email for person in known], dry_run=True)
        strangers = [number for number, outcome in enumerate(outcomes(answer)) if outcome != "enrolled"]
        if not strangers:
            return known
        for number in strangers:
            known[number] = people.sign_in_again(known[number])
    raise AssertionError(f"{len(strangers)} people are still unknown after five sign-ins")


def seated(staff: Person, course_id: str) -> set[str]:
    """The user ids of the students who have a seat."""
    return {entry["userId"] for entry in staff.get_all(f"/courses/{course_id}/roster")}


def status_in(student: Person, course_id: str) -> str | None:
    """The status of a course in the student's own list, without any request before; None if it is not there."""
    listed = {entry["courseId"]: entry["status"] for entry in student.get_all("/enrollments")}
    return listed.get(course_id)


def test_the_first_sign_in_accepts_invitations(users: SharedUsers, people: People) -> None:
    """No other request is needed: the first page of the student shows the courses."""
    courses = [new_course(users.owner, "one") for _ in range(2)]
    email = address()
    for course_id in courses:
        assert outcomes(bulk(users.owner, course_id, [email.upper()])) == ["invited"]
    student = people.new(email=email)
    assert [status_in(student, course_id) for course_id in courses] == ["active", "active"]
    assert student.put(f"/progress/{courses[0]}/lessons/one", {"completed": True})["status"] == "completed"
    roster = eventually(lambda: users.owner.get(f"/courses/{courses[0]}/roster")["items"])
    assert [(entry["userId"], entry["email"]) for entry in roster] == [(student.user_id, email)]
    assert roster[0]["displayName"] == email.partition("@")[0]
    # An invitation is accepted once. A student who withdraws is not enrolled again by the next sign-in.
    student.delete(f"/enrollments/{courses[0]}")
    assert status_in(people.sign_in_again(student), courses[0]) == "withdrawn"


def test_an_unverified_address_accepts_no_invitation(
    deployed: Deployed, users: SharedUsers, people: People
) -> None:
    """A user with the unverified address of another person learns nothing of the address's invitations, and appears
    nowhere with it."""
    course_id, other_id, email = new_course(users.owner), new_course(users.owner), address()
    bulk(users.owner, course_id, [email])
    student = people.new(email=email, verified=False)
    assert status_in(student, course_id) is None
    assert student.get("/profile")["email"] == ""
    assert student.get("/profile/export")["invitedTo"] == []
    enroll(student, other_id)
    (entry,) = eventually(lambda: users.owner.get(f"/courses/{other_id}/roster")["items"])
    assert "email" not in entry
    assert outcomes(bulk(users.owner, course_id, [email])) == ["already_invited"]
    cognito: CognitoIdentityProviderClient = deployed.client("cognito-idp")
    cognito.admin_update_user_attributes(
        UserPoolId=deployed.outputs["user_pool_id"],
        Username=email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    assert status_in(people.sign_in_again(student), course_id) == "active"


def test_a_student_with_a_changed_address_is_known_by_the_new_one(users: SharedUsers, people: People) -> None:
    """Invitations for the new address are accepted. The old address no longer identifies the student."""
    (student,) = known_people(people, users.owner, 1)
    course_id, email = new_course(users.owner), address()
    assert outcomes(bulk(users.owner, course_id, [email])) == ["invited"]
    assert status_in(people.change_email(student, email), course_id) == "active"
    assert outcomes(bulk(users.owner, course_id, [student.email, email])) == ["invited", "already_enrolled"]


def test_every_row_has_an_outcome_and_repeating_changes_nothing(users: SharedUsers, people: People) -> None:
    """Outcomes are in the order of the request. A dry run has the same outcomes and changes nothing."""
    ada, bo, cy = known_people(people, users.owner, 3)
    course_id = new_course(users.owner, capacity=2)
    enroll(ada, course_id)
    new = address()
    sent = [ada.email, f" {bo.email.upper()} ", new, "no-address", "", new.title(), cy.email]
    path = f"/courses/{course_id}/roster"
    failed = ["invalid_email", "invalid_email", "duplicate_row"]
    expected = ["already_enrolled", "enrolled", "invited", *failed, "waitlisted"]
    for dry_run in (
        users.owner.call("POST", path, {"emails": sent}, query={"dryRun": "true"}, expect=200),
        bulk(users.owner, course_id, sent, dry_run=True),
    ):
        assert outcomes(dry_run) == expected
        assert dry_run.body["dryRun"] is True
    assert [status_in(person, course_id) for person in (bo, cy)] == [None, None]

    first = bulk(users.owner, course_id, sent)
    assert outcomes(first) == expected
    assert [item["email"] for item in first.body["items"]] == [email.strip() for email in sent]
    assert [status_in(person, course_id) for person in (ada, bo, cy)] == ["active", "active", "waitlisted"]
    again = ["already_enrolled", "already_enrolled", "already_invited", *failed, "already_waitlisted"]
    for staff in (users.owner, users.administrator):
        assert outcomes(bulk(staff, course_id, sent)) == again


def test_a_csv_file_of_a_spreadsheet_is_accepted(users: SharedUsers, people: People) -> None:
    """CSV with a byte order mark, a header, semicolons and a name on two lines."""
    (student,), course_id = known_people(people, users.owner, 1), new_course(users.owner)
    table = f'\ufeffName;E-Mail\r\n"Lovelace\nAda";{student.email}\r\n\r\nBo;{address()}\r\nCy;\r\n'
    answer = users.owner.call(
        "POST",
        f"/courses/{course_id}/roster",
        raw=table.encode(),
        headers={"Content-Type": "text/csv; charset=utf-8"},
        expect=200,
    )
    assert outcomes(answer) == ["enrolled", "invited", "invalid_email"]


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-16", "text/csv"),
        ("utf-16", "text/csv; charset=utf-8"),
        ("cp1252", "text/csv"),
        ("cp1252", "Text/CSV; charset=windows-1252"),
        ("utf-8-sig", "text/csv; header=present"),
    ],
)
def test_a_table_arrives_in_the_encoding_in_which_it_was_sent(
    users: SharedUsers, encoding: str, content_type: str
) -> None:
    """As Excel saves it: "Unicode text" is UTF-16, "CSV" is Windows-1252. API Gateway must not decode it."""
    course_id, one, other = new_course(users.owner), address(), address()
    answer = users.owner.call(
        "POST",
        f"/courses/{course_id}/roster",
        raw=f"Prénom\tE-Mail\tÄlter\r\nZoë\t{one}\t7\r\nIda\tb\t7\r\nBjörn\t{other}\t8\r\n".encode(encoding),
        headers={"Content-Type": content_type},
        query={"dryRun": "true"},
        expect=200,
    )
    assert outcomes(answer) == ["invited", "invalid_email", "invited"]
    assert [item["line"] for item in answer.body["items"]] == [2, 3, 4]
    assert answer.body["table"]["addressColumn"] == {"number": 2, "name": "E-Mail"}
    # The letters outside of ASCII are what another encoding would destroy.
    expected = {"utf-16": "utf-16-le", "cp1252": "windows-1252", "utf-8-sig": "utf-8"}
    assert answer.body["table"]["encoding"] == expected[encoding]


def test_where_two_columns_could_be_meant_the_caller_chooses(users: SharedUsers) -> None:
    """The refusal names both columns; nothing is stored."""
    course_id, student, parent = new_course(users.owner), address(), address()
    path, table = f"/courses/{course_id}/roster", f"name,student_email,parent_email\nAda,{student},{parent}\n"
    sent: dict[str, Any] = {"raw": table.encode(), "headers": {"Content-Type": "text/csv"}}
    refused = users.owner.call("POST", path, expect=400, **sent)
    assert "2 (student_email) and 3 (parent_email)" in refused.body["detail"]
    answer = users.owner.call("POST", path, query={"addressColumn": 2}, expect=200, **sent)
    assert [item["email"] for item in answer.body["items"]] == [student]
    assert outcomes(bulk(users.owner, course_id, [student, parent], dry_run=True)) == [
        "already_invited",
        "invited",
    ]


@pytest.mark.parametrize(
    ("table", "content_type", "status"),
    [
        ("", "text/csv", 400),
        ("email\n", "text/csv", 400),
        ('name,email\n"Ada,ada@example.org\nBo",bo@example.org', "text/csv", 400),
        ("PK\3\4 a workbook", "text/csv", 400),
        ("ada@example.org\n" * 501, "text/csv", 400),
        ("\n" * 300_000, "text/csv", 413),
        ("ada@example.org", "text/plain", 415),
        ('{"emails": []}', "application/json", 400),
        ('{"emails": ["a@example.org"], "notify": true}', "application/json", 400),
    ],
)
def test_an_invalid_list_of_people_is_refused(
    users: SharedUsers, table: str, content_type: str, status: int
) -> None:
    """The whole request is refused before anything is stored."""
    course_id = new_course(users.owner)
    users.owner.call(
        "POST",
        f"/courses/{course_id}/roster",
        raw=table.encode(),
        headers={"Content-Type": content_type},
        expect=status,
    )


@pytest.mark.intrusive
def test_one_request_enrols_five_hundred_people(users: SharedUsers, people: People) -> None:
    """Some addresses are known, more than one transaction can write. The request is sent twice."""
    known = known_people(people, users.owner, 60)
    course_id = new_course(users.owner)
    emails = [person.email for person in known] + [address() for _ in range(440)]
    for counts in ({"enrolled": 60, "invited": 440}, {"already_enrolled": 60, "already_invited": 440}):
        answer = bulk(users.owner, course_id, emails)
        assert answer.body["counts"] == counts
    eventually(lambda: seated(users.owner, course_id) == {person.user_id for person in known})


def test_parallel_bulk_enrolments_never_exceed_the_capacity(users: SharedUsers, people: People) -> None:
    """Four overlapping lists and some single enrolments for 13 seats: 13 students are enrolled, the others wait."""
    capacity, students = 13, known_people(people, users.owner, 24)
    course_id = new_course(users.owner, capacity=capacity)

    def send_list(number: int) -> list[str]:
        named = [student.email for student in students[number * 4 : number * 4 + 12]]
        while True:
            answer = bulk(users.owner, course_id, named, expect=(200, 503))
            if answer.status == 200:
                return outcomes(answer)

    def enroll_alone(student: Person) -> list[str]:
        answer = student.call("POST", "/enrollments", {"courseId": course_id}, expect=(200, 201))
        return [] if answer.status == 200 else [answer.body["status"].replace("active", "enrolled")]

    results = run_in_parallel(
        [partial(send_list, number) for number in range(4)]
        + [partial(enroll_alone, student) for student in students[::6]]
    )
    counts = Counter(outcome for some in results for outcome in some)
    assert (counts["enrolled"], counts["waitlisted"]) == (capacity, len(students) - capacity)
    statuses = {student.user_id: status_in(student, course_id) for student in students}
    assert Counter(statuses.values()) == {"active": capacity, "waitlisted": len(students) - capacity}
    inside = {user_id for user_id, status in statuses.items() if status == "active"}
    eventually(lambda: seated(users.owner, course_id) == inside)


def test_bulk_enrolment_ignores_the_window_but_needs_a_published_course(
    users: SharedUsers, people: People
) -> None:
    """The enrolment window limits only students who enrol themselves. A draft or archived course gives 409."""
    (student,) = known_people(people, users.owner, 1)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    course_id = new_course(users.owner, closesAt=yesterday.isoformat())
    student.post("/enrollments", {"courseId": course_id}, expect=409)
    assert outcomes(bulk(users.owner, course_id, [student.email])) == ["enrolled"]
    for status in ("draft", "archived"):
        closed = new_course(users.owner, status=status)
        refused = bulk(users.owner, closed, [student.email], expect=409)
        assert refused.body["type"].endswith(":course-not-published")


def test_an_invitation_to_an_unpublished_course_stays_open(users: SharedUsers, people: People) -> None:
    """The next sign-in after the publication accepts it."""
    course_id, email = new_course(users.owner), address()
    bulk(users.owner, course_id, [email])
    set_status(users.owner, course_id, "draft")
    student = people.new(email=email)
    assert status_in(student, course_id) is None
    set_status(users.owner, course_id, "published")
    assert status_in(people.sign_in_again(student), course_id) == "active"


def test_only_the_owner_and_administrators_use_bulk_enrolment(users: SharedUsers) -> None:
    """Other callers must not learn which addresses are known."""
    course_id = new_course(users.owner)
    for person in (users.student, users.other_student, users.other_instructor):
        bulk(person, course_id, [users.student.email], expect=403)
    bulk(users.anonymous, course_id, [users.student.email], expect=401)
    draft = new_course(users.owner, status="draft")
    bulk(users.other_instructor, draft, [users.student.email], expect=404)
