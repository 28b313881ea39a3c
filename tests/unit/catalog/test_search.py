"""Search in the catalogue over HTTP events: from the index, from the stored entries, and while both change."""

import time
from typing import Any

import pytest

from catalog import search_store
from domain.courses import Course
from domain.search import entries
from followups import search_store as entry_store
from followups.list_store import ListedCourses
from tests.unit.catalogue_fixture import Catalogue
from tests.unit.lambda_api_fixture import ADMINISTRATOR, OWNER, STUDENT

NOON = "2026-01-01T12:00:00.000Z"


class Searched:
    """The catalogue, and the function that follows the changes of courses."""

    def __init__(self, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
        self.catalogue = catalogue
        self.tables = catalogue.tables
        self.lists = ListedCourses(self.tables.courses)
        self._monkeypatch = monkeypatch
        self._seconds = 0.0

    def new(self, title: str, summary: str = "") -> str:
        """A published course, before the function hears of it."""
        course_id = str(self.catalogue.create(title=title, summary=summary).body["courseId"])
        self.edit(course_id, deliver=False, status="published")
        return course_id

    def edit(self, course_id: str, deliver: Any = True, **changes: Any) -> None:
        before = self.course(course_id)
        answer = self.catalogue.patch(course_id, version=before["version"], **changes)
        assert answer.status == 200
        if deliver:
            self.deliver(before, self.course(course_id))

    def deliver(self, before: dict[str, Any], after: dict[str, Any] | None) -> None:
        self.lists.renew(Course.from_stored(before), Course.from_stored(after) if after else None)

    def course(self, course_id: str) -> dict[str, Any]:
        found = self.tables.get(self.tables.courses, {"courseId": course_id})
        assert found is not None
        return found

    def heads(self) -> dict[str, Any]:
        return self.tables.get(self.tables.courses, entries.HEADS) or {}

    def wait(self, seconds: float = 60) -> None:
        """Let the catalogue's time pass."""
        self._seconds += seconds
        at = time.monotonic() + self._seconds
        self._monkeypatch.setattr("catalog.search_store.time.monotonic", lambda: at)

    def find(self, search: str) -> list[str]:
        return [course["title"] for course in self.catalogue.list(q=search).body["items"]]

    def calls(self, search: str = "x") -> dict[str, int]:
        self.tables.calls.clear()
        self.find(search)
        return dict(self.tables.calls)

    def build(self) -> None:
        """What the first change of a course does."""
        self.lists._search.check_daily()
        assert entries.CHECKED_AT in self.heads()


@pytest.fixture(params=["index", "entries"])
def searched(
    request: pytest.FixtureRequest, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> Searched:
    """Three courses that are found in the index, or in the entries."""
    found = Searched(catalogue, monkeypatch)
    found.new("Linear Algebra", "Vectors and matrices")
    found.new("Algèbre", "Des groupes aux anneaux")
    found.new("線性代數", "Für Anfänger")
    catalogue.create(title="Algebra in secret")
    if request.param == "entries":
        found.build()
    return found


@pytest.fixture
def built(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Searched:
    """An empty catalogue whose entries are kept."""
    found = Searched(catalogue, monkeypatch)
    found.build()
    return found


def test_words_of_titles_and_summaries_are_found_newest_first(searched: Searched) -> None:
    assert searched.find("algebra") == ["Linear Algebra"], "a word, or the beginning of one"
    assert searched.find("alg") == ["Algèbre", "Linear Algebra"]
    assert searched.find("MATRICES linear") == ["Linear Algebra"]
    assert searched.find("anfanger") == ["線性代數"]
    assert searched.find("代數") == ["線性代數"]
    assert searched.find("secret") == searched.find("algebra geometry") == searched.find("++") == []


def test_a_search_shows_what_a_list_shows(searched: Searched) -> None:
    listed = {course["courseId"]: course for course in searched.catalogue.list().body["items"]}
    for caller in (STUDENT, OWNER, ADMINISTRATOR):
        (found,) = searched.catalogue.list(caller, q="matrices").body["items"]
        assert found == listed[found["courseId"]]


def test_a_search_goes_page_by_page(searched: Searched) -> None:
    first = searched.catalogue.list(q="alg", limit="1").body
    assert [course["title"] for course in first["items"]] == ["Algèbre"]
    cursor = first["nextCursor"]
    second = searched.catalogue.list(q="ALG", limit="1", cursor=cursor).body
    assert ([course["title"] for course in second["items"]], "nextCursor" in second) == (
        ["Linear Algebra"],
        False,
    )
    for other in ({"q": "lin"}, {}, {"owner": "me"}):
        assert searched.catalogue.list(OWNER, cursor=cursor, **other).faulty_fields() == ["cursor"]


def test_a_bad_search_is_refused(searched: Searched) -> None:
    assert searched.catalogue.list(q="a" * 200).status == 200
    for query in ({"q": "a" * 201}, {"q": ""}, {"q": "algebra", "owner": "me"}):
        answer = searched.catalogue.list(OWNER, **query)
        assert (answer.problem(), answer.faulty_fields()) == ((400, "bad-request"), ["q"])


def test_changes_are_found_within_a_minute(built: Searched) -> None:
    course_id = built.new("Rings")
    assert built.find("rings") == []
    draft = {**built.course(course_id), "status": "draft"}
    built.deliver(draft, built.course(course_id))
    built.wait()
    assert built.find("rings") == ["Rings"]
    for changes, found in (
        ({"title": "Fields"}, []),
        ({"title": "Rings again"}, ["Rings again"]),
        ({"status": "draft"}, []),
        ({"status": "published"}, ["Rings again"]),
        ({"status": "archived"}, []),
    ):
        built.edit(course_id, **changes)
        built.wait()
        assert built.find("rings") == found


def test_lessons_and_owners_of_found_courses_are_those_of_now(built: Searched) -> None:
    course_id = built.new("Rings")
    built.build()
    before = {**built.course(course_id), "status": "draft"}
    assert built.catalogue.put_lesson(course_id, "one").status == 201
    built.tables.set(built.tables.courses, {"courseId": course_id}, ownerId="erased")
    built.deliver(before, built.course(course_id))
    built.wait()
    (found,) = built.catalogue.list(q="rings").body["items"]
    assert (found["lessonCount"], found["ownerId"]) == (1, "erased")


def test_a_deleted_course_is_not_found(built: Searched) -> None:
    course_id = built.new("Rings")
    course = built.course(course_id)
    built.deliver({**course, "status": "draft"}, course)
    built.tables.client.delete_item(TableName=built.tables.courses, Key={"courseId": {"S": course_id}})
    built.deliver(course, None)
    assert built.find("rings") == []


def test_a_search_reads_only_what_has_changed(built: Searched) -> None:
    first, second = built.new("Rings"), built.new("Fields")
    for course_id in (first, second):
        built.deliver({**built.course(course_id), "status": "draft"}, built.course(course_id))
    assert built.calls() == {"GetItem": 1, "BatchGetItem": 1}
    assert built.calls() == {}
    built.wait(search_store.REFRESH_SECONDS)
    assert built.calls() == {"GetItem": 1}
    built.edit(first, title="Rings and fields")
    built.wait(search_store.REFRESH_SECONDS)
    assert built.calls() == {"GetItem": 1, "BatchGetItem": 1}
    assert built.find("fields") == ["Fields", "Rings and fields"]


def test_the_first_change_builds_the_entries_of_a_former_table(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Courses as the version before stored them: without a number of lessons."""
    searched = Searched(catalogue, monkeypatch)
    made = [searched.new(f"Rings {number}") for number in range(3)]
    for course_id in made:
        searched.tables.set(searched.tables.courses, {"courseId": course_id}, lessonCount=None)
    assert searched.calls("rings") == {"GetItem": 1, "Query": 1, "BatchGetItem": 1, "UpdateItem": 3}
    searched.tables.set(searched.tables.courses, {"courseId": made[0]}, lessonCount=None)
    searched.edit(made[1], summary="A change")
    assert searched.course(made[0])["lessonCount"] == 0
    searched.wait()
    assert "Query" not in searched.calls("rings")
    assert searched.find("rings") == ["Rings 2", "Rings 1", "Rings 0"]


def test_entries_are_compared_once_a_day(built: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    """So what was lost is mended, and what should not be there is removed."""
    made = [built.new(f"Rings {number}") for number in range(2)]
    built.lists._search.put(
        "ghost", entries.entry_of(Course.from_stored({**built.course(made[0]), "title": "Ghost"}))
    )
    built.tables.calls.clear()
    built.lists._search.check_daily()
    assert not built.tables.calls, "it was done today"
    tomorrow = time.time() + entry_store.CHECK_SECONDS + 1
    monkeypatch.setattr("followups.search_store.time.time", lambda: tomorrow)
    built.lists._search.check_daily()
    assert sorted(built.find("rings")) == ["Rings 0", "Rings 1"]
    assert built.find("ghost") == []
    built.tables.calls.clear()
    entry_store.SearchEntries(built.tables.courses).check_daily()
    assert built.tables.calls == {"GetItem": 1}, "another instance sees that it was done"


def test_a_change_during_the_comparison_counts(built: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course is taken back after the comparison has read it: its entry must not come back."""
    course_id = built.new("Rings")
    tomorrow = time.time() + entry_store.CHECK_SECONDS + 1
    monkeypatch.setattr("followups.search_store.time.time", lambda: tomorrow)
    read = entry_store.SearchEntries._published
    taken_back: list[str] = []

    def read_then_taken_back(store: entry_store.SearchEntries) -> Any:
        yield from read(store)
        if not taken_back:
            taken_back.append(course_id)
            built.edit(course_id, status="draft")

    monkeypatch.setattr(entry_store.SearchEntries, "_published", read_then_taken_back)
    built.lists._search.check_daily()
    assert taken_back
    assert built.find("rings") == []
    assert built.heads()[entries.CHECKED_AT] == int(tomorrow)


def test_one_instance_compares_at_a_time(built: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = time.time() + entry_store.CHECK_SECONDS + 1
    monkeypatch.setattr("followups.search_store.time.time", lambda: tomorrow)
    others = entry_store.SearchEntries(built.tables.courses)
    compared: list[str] = []

    def compare(store: entry_store.SearchEntries) -> bool:
        compared.append("once")
        if store is not others:
            others.check_daily()
        return True

    monkeypatch.setattr(entry_store.SearchEntries, "_compare", compare)
    built.lists._search.check_daily()
    assert compared == ["once"]


def test_the_longest_courses_fit_into_a_bucket() -> None:
    """Twenty are expected in a bucket, with 10,000 courses. Sixty of them do not happen."""
    item = {
        "courseId": "c-1",
        "title": "\U0001f600" * 200,
        "summary": "\U0001f600" * 2000,
        "status": "published",
        "ownerId": "o" * 36,
        "version": 10**6,
        "lessons": {},
        "createdAt": NOON,
        "updatedAt": NOON,
        "publishedAt": f"{NOON}#{'c' * 36}",
        "capacity": 10**6,
        "opensAt": NOON,
        "closesAt": NOON,
    }
    entry = entries.entry_of(Course.from_stored(item))
    assert entry is not None
    assert 40 * len(entry.encode()) < 400_000
    held = [entries.bucket_of(f"course-{number}") for number in range(10_000)]
    assert max(held.count(bucket) for bucket in set(held)) < 45
