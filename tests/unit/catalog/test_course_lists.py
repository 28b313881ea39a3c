"""Lists of courses over HTTP events: the catalogue, and what belongs to one owner."""

import json

import pytest

from tests.unit.catalogue_fixture import Catalogue
from tests.unit.lambda_api_fixture import (
    ADMINISTRATOR,
    NEWCOMER,
    OTHER_INSTRUCTOR,
    OWNER,
    STUDENT,
    Person,
)


def all_of(catalogue: Catalogue, caller: Person, **query: str) -> list[str]:
    """The ids on all pages of a list."""
    seen: list[str] = []
    while True:
        page = catalogue.list(caller, limit="2", **query).body
        seen += [course["courseId"] for course in page["items"]]
        if "nextCursor" not in page:
            return seen
        query["cursor"] = page["nextCursor"]


def own(catalogue: Catalogue, caller: Person = OWNER, owner: str = "me") -> list[str]:
    """What a caller sees of an owner's courses."""
    return all_of(catalogue, caller, owner=owner)


def test_the_catalogue_lists_published_courses_newest_first(catalogue: Catalogue) -> None:
    catalogue.new()
    published = [catalogue.new("published") for _ in range(5)]
    catalogue.new("archived")
    catalogue.tables.calls.clear()
    seen = all_of(catalogue, STUDENT)
    assert sorted(seen) == sorted(published)
    stamps = [catalogue.tables.get(catalogue.tables.courses, {"courseId": one}) for one in seen]
    order = [stamp["publishedAt"] for stamp in stamps if stamp]
    assert order == sorted(order, reverse=True)
    assert set(catalogue.tables.calls) <= {"Query", "GetItem"}


def test_a_page_of_the_catalogue_is_one_query(catalogue: Catalogue) -> None:
    catalogue.new("published")
    catalogue.tables.calls.clear()
    assert catalogue.list().status == 200
    assert dict(catalogue.tables.calls) == {"Query": 1}


@pytest.mark.parametrize("cursor", ["abc", "W10", "eyJhIjoxfQ", "bnVsbA", "WyJ4Iiwge31d"])
def test_a_foreign_cursor_is_refused(catalogue: Catalogue, cursor: str) -> None:
    answer = catalogue.list(cursor=cursor)
    assert answer.problem() == (400, "bad-request")
    assert answer.faulty_fields() == ["cursor"]


def test_no_cursor_leads_to_an_empty_page(catalogue: Catalogue) -> None:
    for _ in range(4):
        catalogue.new("published")
    first = catalogue.list(limit="2").body
    second = catalogue.list(limit="2", cursor=first["nextCursor"]).body
    assert (len(second["items"]), "nextCursor" in second) == (2, False)


def test_owners_find_their_drafts_again(catalogue: Catalogue) -> None:
    made = [catalogue.new(status) for status in ("draft", "published", "archived", "draft", "draft")]
    assert sorted(own(catalogue)) == sorted(made)
    assert own(catalogue, OTHER_INSTRUCTOR) == own(catalogue, NEWCOMER) == []
    first = catalogue.list(OWNER, owner="me", limit="5").body["items"][0]
    assert (first["seatsTaken"], first["waitlisted"], first["lessonCount"]) == (0, 0, 0)


def test_only_administrators_list_the_courses_of_others(catalogue: Catalogue) -> None:
    draft = catalogue.new()
    assert own(catalogue, ADMINISTRATOR, OWNER.user_id) == [draft]
    for caller in (OTHER_INSTRUCTOR, STUDENT):
        for owner in (OWNER.user_id, "erased"):
            assert catalogue.list(caller, owner=owner).problem() == (403, "forbidden")
    catalogue.tables.set(catalogue.tables.courses, {"courseId": draft}, ownerId="erased")
    assert own(catalogue, ADMINISTRATOR, "erased") == [draft]
    assert own(catalogue) == []


def test_a_former_instructor_sees_only_their_published_courses(catalogue: Catalogue) -> None:
    catalogue.new()
    published = catalogue.new("published")
    former = Person(OWNER.user_id, ("students",))
    assert own(catalogue, former) == [published]
    (shown,) = catalogue.list(former, owner="me").body["items"]
    assert "seatsTaken" not in shown


def test_a_cursor_leads_through_one_owners_list_only(catalogue: Catalogue) -> None:
    for _ in range(3):
        catalogue.new("published")
    cursor = catalogue.list(OWNER, owner="me", limit="1").body["nextCursor"]
    lists: list[tuple[Person, dict[str, str]]] = [
        (OWNER, {}),
        (OTHER_INSTRUCTOR, {"owner": "me"}),
        (ADMINISTRATOR, {"owner": "erased"}),
    ]
    for caller, query in lists:
        assert catalogue.list(caller, cursor=cursor, **query).faulty_fields() == ["cursor"]
    assert catalogue.list(ADMINISTRATOR, owner=OWNER.user_id, cursor=cursor, limit="1").status == 200


def test_a_page_of_ones_own_courses_is_three_calls(catalogue: Catalogue) -> None:
    catalogue.new()
    catalogue.tables.calls.clear()
    assert catalogue.list(OWNER, owner="me").status == 200
    # One for the page, one for the caller's present roles, one for the seats.
    assert dict(catalogue.tables.calls) == {"Query": 1, "BatchGetItem": 2}


def test_only_editors_of_a_course_see_its_seats(catalogue: Catalogue) -> None:
    course_id = catalogue.new("published")
    catalogue.tables.set_course(course_id, seatsTaken=3, waitlisted=2)
    for caller in (OWNER, ADMINISTRATOR):
        shown = catalogue.get(course_id, caller).body
        assert (shown["seatsTaken"], shown["waitlisted"]) == (3, 2)
    for caller in (STUDENT, OTHER_INSTRUCTOR):
        assert not {"seatsTaken", "waitlisted"} & set(catalogue.get(course_id, caller).body)


def test_lists_count_lessons_and_stay_far_below_lambdas_limit(catalogue: Catalogue) -> None:
    """The longest page: the most courses with the most lessons and the longest texts."""
    text = "\U0001f600" * 2000
    lesson = {"title": text[:200], "contentType": "video", "premium": True, "position": 1}
    stored = {"lessons": {f"{number:064}": lesson for number in range(200)}, "lessonCount": 200}
    for number in range(3):
        course_id = catalogue.new("published")
        catalogue.tables.set(
            catalogue.tables.courses,
            {"courseId": course_id},
            **({"title": text[:200], "summary": text} | (stored if number else {})),
        )
    for page in (catalogue.list(), catalogue.list(OWNER, owner="me")):
        shown = page.body["items"]
        assert sorted(course["lessonCount"] for course in shown) == [0, 200, 200]
        assert not any("lessons" in course for course in shown)
        # Lambda sends the body as a JSON text within JSON.
        longest = max(len(json.dumps(json.dumps(course, ensure_ascii=False))) for course in shown)
        assert 100 * longest < 4_000_000
