"""Rosters as CSV tables for spreadsheets and other programs."""

import csv
import io

from tests.integration.support.course_helpers import eventually, new_course
from tests.integration.support.people import People, SharedUsers

ONE_ROSTER = [
    "sourcedId",
    "status",
    "dateLastModified",
    "classSourcedId",
    "schoolSourcedId",
    "userSourcedId",
    "role",
    "primary",
    "beginDate",
    "endDate",
]


def test_a_roster_is_exported_as_csv(users: SharedUsers, people: People) -> None:
    """The columns are those of OneRoster, a formula in a name is escaped, and `limit` does not shorten the table."""
    formula_name, other = people.many(2)
    formula_name.patch("/profile", {"displayName": '=HYPERLINK("http://x.example","a")'})
    course_id = new_course(users.owner, "one")
    emails = [formula_name.email, other.email]
    users.owner.post(f"/courses/{course_id}/roster", {"emails": emails}, expect=200)
    formula_name.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    eventually(lambda: len(users.owner.get_all(f"/courses/{course_id}/roster")) == 2)
    answer = users.owner.call(
        "GET", f"/courses/{course_id}/roster", query={"format": "csv", "limit": 1}, expect=200
    )
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="roster-{course_id}.csv"'
    assert "Content-Disposition" in answer.headers["Access-Control-Expose-Headers"]
    assert "Link" not in answer.headers
    rows = list(csv.DictReader(io.StringIO(answer.body, newline=""), strict=True))
    assert list(rows[0])[:10] == ONE_ROSTER
    first, second = rows
    assert (first["userSourcedId"], second["userSourcedId"]) == (formula_name.user_id, other.user_id)
    assert first["metadata.displayName"] == '\'=HYPERLINK("http://x.example","a")'
    assert (first["metadata.completionPercentage"], first["metadata.enrollmentStatus"]) == (
        "100",
        "completed",
    )
    assert second["metadata.email"] == other.email
    assert {row["classSourcedId"] for row in rows} == {course_id}
    assert {row["role"] for row in rows} == {"student"}
    users.other_instructor.get(f"/courses/{course_id}/roster", expect=403, format="csv")
    # The table comes back as it was sent, also where the client asks for the media type that is binary in requests.
    asked = users.owner.call(
        "GET",
        f"/courses/{course_id}/roster",
        query={"format": "csv"},
        headers={"Accept": "text/csv"},
        expect=200,
    )
    assert asked.body == answer.body
    imported = users.owner.call(
        "POST",
        f"/courses/{course_id}/roster",
        raw=answer.body.encode(),
        headers={"Content-Type": "text/csv"},
        expect=200,
    )
    assert [(item["email"], item["outcome"]) for item in imported.body["items"]] == [
        (formula_name.email, "already_enrolled"),
        (other.email, "already_enrolled"),
    ]
