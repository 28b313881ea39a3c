"""An instructor makes a course in the portal, fills it, imports a class and sees how far everybody is."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.portal.conftest import FILM, Desk
from tests.integration.support.course_helpers import enroll, eventually, lesson, new_course, upload
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, STUDENTS, People

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.intrusive

DROPPED_FILE = """text => {
    const all = new DataTransfer();
    all.items.add(new File([text], "dropped.md"));
    return all;
}"""
# Whether the browser may do with it what it usually does: open it in place of the page.
DROP = """(where, dataTransfer) => where.dispatchEvent(
    new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }))"""
TEXT = "# Rivers\n\nThey carry the water back.\n"


def _add_lesson(page: "Page", title: str, kind: str) -> None:
    page.get_by_role("button", name="Add lesson").click()
    form = page.get_by_role("form", name="Add lesson")
    form.get_by_label("Title").fill(title)
    form.get_by_label("Kind").select_option(kind)
    form.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=title).wait_for()


def _choose(page: "Page", button: str, file: Path) -> None:
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name=button).first.click()
    chosen.value.set_files(file)


def _drag(page: "Page", what: str, to: str) -> None:
    """Drag as a hand does: a drag begins with a movement, and ends where the mouse has been a moment before."""
    page.locator(to).scroll_into_view_if_needed()
    start, end = page.locator(what).first.bounding_box(), page.locator(to).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 20, steps=4)
    page.mouse.up()


def _titles(desk: Desk, course_id: str) -> list[str]:
    return [each["title"] for each in desk.teacher.get(f"/courses/{course_id}")["lessons"]]


def test_an_instructor_makes_fills_orders_and_publishes_a_course(desk: Desk, tmp_path: Path) -> None:
    """The list is one call of the API, a new order one write, by dragging and by a button."""
    file = tmp_path / "Flüsse & Meer 🌊.md"
    file.write_text(TEXT, encoding="utf-8")
    desk.window.calls.clear()
    page = desk.open()
    page.get_by_role("heading", name="You do not teach any course yet").wait_for()
    assert desk.window.calls == ["GET /courses"]
    page.get_by_role("button", name="New course").click()
    page.get_by_label("Title").fill("Rivers")
    page.get_by_label("Summary").fill("Where rain goes.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/teach/courses/*")
    page.get_by_role("heading", level=1, name="Rivers").wait_for()
    course_id = page.url.rsplit("/", 1)[1].split("#")[0]
    page.get_by_text("students would find nothing to learn").wait_for()
    for title in ("First", "Second", "Third"):
        _add_lesson(page, title, "article")
    _choose(page, "Upload file", file)
    page.get_by_role("status").filter(has_text="The file is there").wait_for()
    assert page.get_by_text(file.name).count() == 1
    desk.window.calls.clear()
    page.get_by_role("button", name="Move up").nth(1).click()
    page.get_by_role("status").filter(has_text="number 1 of 3").wait_for()
    assert desk.window.calls == [f"GET /courses/{course_id}", f"PATCH /courses/{course_id}"]
    assert _titles(desk, course_id) == ["Second", "First", "Third"]
    _drag(page, ".handle", ".lesson-card >> nth=2")
    page.get_by_role("status").filter(has_text="number 3 of 3").wait_for()
    assert _titles(desk, course_id) == ["First", "Third", "Second"]
    dropped = page.evaluate_handle(DROPPED_FILE, TEXT)
    assert page.locator("h1").evaluate(DROP, dropped) is False, "the browser would leave the page"
    page.get_by_role("group", name="Second").dispatch_event("drop", {"dataTransfer": dropped})
    page.get_by_text("dropped.md").wait_for()
    page.get_by_text("It is in the catalogue").wait_for()  # what publishing means, before it is done
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("status").filter(has_text="Published").wait_for()
    assert desk.teacher.get(f"/courses/{course_id}")["status"] == "published"
    page.get_by_role("link", name="See it as students do").click()
    page.get_by_text("This is how students see it").wait_for()
    page.get_by_role("link", name="First").click()
    page.get_by_role("heading", level=2, name="Rivers").wait_for()


def test_a_course_goes_out_of_the_catalogue_and_into_the_archive(desk: Desk) -> None:
    course_id = new_course(desk.teacher, title="Comes and goes")
    page = desk.open(course_id)
    for button, status, meaning, told in (
        ("Unpublish", "draft", "Students do not see it", "a draft now"),
        ("Archive", "archived", "Nobody can enrol", "archived now"),
        ("Publish", "published", "It is in the catalogue", "published now"),
    ):
        step = page.get_by_role("button", name=button, exact=True)
        assert meaning in str(
            step.evaluate(
                "(each) => document.getElementById(each.getAttribute('aria-describedby')).innerText"
            )
        )
        step.click()
        page.get_by_role("status").filter(has_text=f"The course is {told}.").wait_for()
        assert desk.teacher.get(f"/courses/{course_id}")["status"] == status


def test_a_package_that_cannot_be_used_says_what_to_mend(desk: Desk, tmp_path: Path) -> None:
    """And the film beside it gets captions."""
    course_id = new_course(
        desk.teacher,
        lessons={"quiz": lesson("interactive", position=0), "film": lesson("video", position=1)},
    )
    upload(desk.window.deployed, desk.teacher, course_id, "film", FILM.read_bytes())
    package, captions, prose = (tmp_path / name for name in ("no start.zip", "de.srt", "fr.vtt"))
    prose.write_text("This is a letter.", encoding="utf-8")
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("picture.txt", "no page")
    captions.write_bytes("1\n00:00:00,000 --> 00:00:02,000\nWasser steigt auf.\n".encode("utf-16"))
    page = desk.open(course_id)
    _choose(page, "Upload file", package)
    refused = page.get_by_role("alert").filter(has_text="no start.zip cannot be used")
    refused.wait_for()
    shown = desk.teacher.get(f"/courses/{course_id}")["lessons"][0]["content"]["detail"]
    assert shown in refused.inner_text()
    assert "Make a zip of what is in the folder" in refused.inner_text()
    assert desk.window.in_both_schemes() == []
    page.get_by_text("Captions: none yet").click()
    page.get_by_label("Language of the captions").select_option(label="French")
    _choose(page, "Add captions", prose)
    refused = page.get_by_role("alert").filter(has_text="French")
    refused.get_by_role("button", name="Dismiss").click()
    refused.wait_for(state="detached")
    page.get_by_label("Language of the captions").select_option(label="German")
    _choose(page, "Add captions", captions)
    page.get_by_role("status").filter(has_text="The captions are there").wait_for()
    assert [
        each["language"] for each in desk.teacher.get(f"/courses/{course_id}")["lessons"][1]["captions"]
    ] == ["de"]
    assert desk.window.in_both_schemes() == []


def test_a_file_of_the_wrong_kind_says_what_the_lesson_takes(desk: Desk, tmp_path: Path) -> None:
    """In one sentence about the file, before anything is sent, also for a film that is named like a text. An empty file
    is told as such, and the next one is taken."""
    course_id = new_course(desk.teacher, lessons={"words": lesson("article")})
    film, renamed, empty, right = (
        tmp_path / f"{name}" for name in ("film.mp4", "film.md", "empty.md", "words.md")
    )
    for each in (film, renamed):
        each.write_bytes(FILM.read_bytes())
    empty.touch()
    right.write_text(TEXT, encoding="utf-8")
    page = desk.open(course_id)
    page.get_by_text(
        "A text in Markdown (.md), or a zip of one with its pictures."
    ).wait_for()  # before a file is chosen
    desk.window.calls.clear()
    takes = "This lesson takes a text in Markdown (.md), or a zip"
    for wrong, words in ((film, takes), (empty, "The file is empty."), (renamed, takes)):
        _choose(page, "Upload file", wrong)
        page.get_by_role("alert").filter(has_text=words).wait_for()
    assert desk.window.calls == []
    assert desk.window.in_both_schemes() == []
    _choose(page, "Upload file", right)
    page.get_by_role("status").filter(has_text="The file is there").wait_for()


def test_a_class_list_is_checked_and_then_imported(desk: Desk, people: People, tmp_path: Path) -> None:
    """By paste and by file, with rows that are wrong; what *Check* says is what happens."""
    student, other = people.new(STUDENTS), people.new(STUDENTS)
    for each in (student, other):
        each.get("/profile")
    course_id = new_course(desk.teacher, title="A class")
    desk.window.calls.clear()
    page = desk.open(course_id, "#roster")
    page.get_by_role("heading", name="Nobody is enrolled yet").wait_for()
    assert sorted(desk.window.calls) == [f"GET /courses/{course_id}", f"GET /courses/{course_id}/roster"]
    page.get_by_label("E-mail addresses").fill(f"Name;E-mail\nA;{student.email}\nB;not an address\n")
    page.get_by_role("button", name="Check").click()
    page.get_by_role("heading", name="What would happen").wait_for()
    page.get_by_text("The addresses were taken from column 2, “E-mail”").wait_for()
    assert page.get_by_text("Not possible: 1").count() == 1
    assert page.get_by_role("row").filter(has_text="not an address").count() == 1
    assert desk.window.in_both_schemes() == []
    assert desk.teacher.get(f"/courses/{course_id}/roster")["items"] == []
    page.get_by_role("button", name="Import roster").click()
    page.get_by_role("button", name="Remove from course").wait_for()
    assert page.get_by_label("E-mail addresses").input_value() == "not an address"  # to be mended
    assert page.get_by_role("cell", name="Not begun yet").count() == 1

    file = tmp_path / "Klasse 7.csv"
    file.write_bytes(f"Nr,Adresse\n1,{other.email}\n2,{student.email}\n3,\n4,@\n".encode("utf-16"))
    _choose(page, "Choose a file", file)
    page.get_by_text("The file Klasse 7.csv will be imported").wait_for()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("The addresses were taken from column 2, “Adresse”").wait_for()
    page.get_by_role("row").filter(has_text="Already enrolled").wait_for()
    page.get_by_role("button", name="Import roster").click()
    page.get_by_role("heading", name="Results", exact=True).wait_for()
    page.get_by_text("2 students").wait_for()

    page.get_by_label("Search students").fill(other.email.upper())
    page.get_by_text("1 student", exact=True).wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export roster").click()
    table = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert saved.value.suggested_filename == "A class.csv"
    assert {student.email, other.email} <= set(table.replace("\n", ",").replace('"', "").split(","))
    page.get_by_role("button", name="Remove from course").click()
    assert desk.window.in_both_schemes() == []
    page.get_by_role("dialog").get_by_role("button", name="Remove from course").click()
    page.get_by_role("status").filter(has_text="is removed").wait_for()
    eventually(
        lambda: (
            [each["email"] for each in desk.teacher.get(f"/courses/{course_id}/roster")["items"]]
            == [student.email]
        )
    )


def test_addresses_come_as_mail_programs_list_them(desk: Desk, people: People, tmp_path: Path) -> None:
    """In one line, with names. Something that is no address is a row with a fault, however wide it is."""
    student, other = people.new(STUDENTS), people.new(STUDENTS)
    for each in (student, other):
        each.get("/profile")
    course_id = new_course(desk.teacher)
    page = desk.open(course_id, "#roster")
    field, check = page.get_by_label("E-mail addresses"), page.get_by_role("button", name="Check")
    field.fill(f'"Lovelace, Ada" <{student.email}>; {other.email}; {"w" * 180}')
    check.click()
    page.get_by_text("Enrolled: 2").wait_for()
    assert page.get_by_text("Not possible: 1").count() == 1
    assert desk.window.in_both_schemes() == []
    page.get_by_role("button", name="Import roster").click()
    page.get_by_role("button", name="Remove from course").first.wait_for()
    assert field.input_value() == "w" * 180
    empty = tmp_path / "empty.csv"
    empty.touch()
    desk.window.calls.clear()
    _choose(page, "Choose a file", empty)
    check.click()
    page.get_by_role("alert").filter(has_text="The file is empty").wait_for()
    assert desk.window.calls == []


def test_the_roster_shows_progress(desk: Desk, people: People, deployed: Deployed) -> None:
    student = people.new(STUDENTS)
    student.get("/profile")
    lessons = {each: lesson("article", position=place) for place, each in enumerate(("one", "two"))}
    course_id = new_course(desk.teacher, lessons=lessons)
    for each in lessons:
        upload(deployed, desk.teacher, course_id, each, TEXT.encode())
    enroll(student, course_id)
    student.put(f"/progress/{course_id}/lessons/one", {"completed": True})
    eventually(
        lambda: desk.teacher.get(f"/courses/{course_id}/roster")["items"][0]["completionPercentage"] == 50
    )
    page = desk.open(course_id, "#roster")
    bar = page.get_by_role("progressbar")
    bar.wait_for()
    assert bar.get_attribute("aria-valuenow") == "50"


def test_a_search_looks_at_students_that_are_not_shown_yet(desk: Desk) -> None:
    """A page of the list has a hundred. Three simulated pages stand for a large school."""
    course_id = new_course(desk.teacher)
    page = desk.open()

    def part(route: "Route") -> None:
        cursor = int(dict(parse_qsl(urlsplit(route.request.url).query)).get("cursor", 0))
        entry = {
            "userId": f"user-{cursor}",
            "displayName": ("Ada", "Bo", "Zoë")[cursor],
            "email": f"{cursor}@example.org",
            "status": "active",
            "completionPercentage": 0,
            "enrolledAt": "2027-01-01T00:00:00Z",
            "lastActivityAt": "2027-01-01T00:00:00Z",
        }
        more = {} if cursor == 2 else {"nextCursor": str(cursor + 1)}
        route.fulfill(json={"items": [entry], **more})

    page.route(f"**/courses/{course_id}/roster?*", part)
    desk.open(course_id, "#roster")
    page.get_by_text("1 student", exact=True).wait_for()
    desk.window.calls.clear()
    page.get_by_label("Search students").fill("zoe")
    page.get_by_role("row").filter(has_text="Zoë").wait_for()
    assert page.get_by_role("row").filter(has_text="Ada").count() == 0
    page.get_by_text("1 student", exact=True).wait_for()
    assert desk.window.calls == [f"GET /courses/{course_id}/roster"] * 2
    page.unroute_all()


def test_a_colleague_is_named_by_address(desk: Desk, people: People) -> None:
    """The panel is one call more; an address that is no instructor's gets one sentence."""
    colleague, student = people.new(INSTRUCTORS), people.new(STUDENTS)
    colleague.patch("/profile", {"displayName": "Grace"})
    course_id = new_course(desk.teacher)
    desk.window.calls.clear()
    page = desk.open(course_id, "#settings")
    page.get_by_text("Owner", exact=True).wait_for()
    assert sorted(desk.window.calls) == [f"GET /courses/{course_id}", f"GET /courses/{course_id}/staff"]
    field = page.get_by_label("E-mail address of a colleague")
    field.fill(student.email)
    page.get_by_role("button", name="Add co-teacher").click()
    alert = page.get_by_role("alert")
    alert.filter(has_text="No teacher signs in with this address").wait_for()
    assert not [each for each in ("does not exist", "number") if each in alert.inner_text()]
    assert field.input_value() == student.email
    field.fill(colleague.email.upper())
    page.get_by_role("button", name="Add co-teacher").click()
    page.get_by_text("Grace").wait_for()
    assert desk.window.in_both_schemes() == []
    assert colleague.get(f"/courses/{course_id}")["staff"] == [colleague.user_id]
    page.get_by_role("button", name="Remove co-teacher").click()
    page.get_by_role("status").filter(has_text="Grace is no co-teacher any more").wait_for()
    assert desk.teacher.get(f"/courses/{course_id}")["staff"] == []


def test_seats_and_dates_are_in_the_teachers_own_time_zone(desk: Desk) -> None:
    course_id = new_course(desk.teacher)
    page = desk.open(course_id, "#settings")
    page.get_by_label("Seats").fill("12")
    page.get_by_label("Enrolment opens").fill("2027-05-03T10:00")
    page.get_by_label("Enrolment ends").fill("2027-05-02T10:00")
    form = page.get_by_role("form", name="About the course")
    form.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    alert.wait_for()  # it ends before it begins, and nothing typed is lost
    fault = page.get_by_text("must be after the opening of enrolment")
    assert fault.count() == 1
    assert not [each for each in ("opensAt", "body", "number") if each in form.inner_text()]
    assert page.get_by_label("Seats").input_value() == "12"
    page.get_by_label("Enrolment ends").fill("2027-06-02T10:00")
    assert (fault.count(), alert.count()) == (0, 0)
    form.get_by_role("button", name="Save").click()
    form.get_by_role("status").filter(has_text="saved").wait_for()
    course = desk.teacher.get(f"/courses/{course_id}")
    own = page.evaluate("new Date('2027-05-03T10:00').toISOString()")
    assert (course["capacity"], course["opensAt"]) == (12, own)
