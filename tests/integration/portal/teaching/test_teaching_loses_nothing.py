"""What a teacher types or sends survives a reload, an ended sign-in, a cut upload, and somebody else's change."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.portal.conftest import FILM, Desk
from tests.integration.support.course_helpers import eventually, lesson, new_course

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Route

pytestmark = pytest.mark.intrusive

MIB = 1024 * 1024
PART_BYTES = 16 * MIB
# Bytes in a second: the first part takes eight seconds, the second one arrives long before it.
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2 * MIB}
FREE = {**SLOW, "uploadThroughput": -1}


def _type_settings(desk: Desk, title: str, course_id: str) -> "Page":
    page = desk.open(course_id, "#settings")
    page.get_by_label("Title").fill(title)
    return page


def _accepting(asked: list[str]) -> "Callable[[Dialog], None]":
    """Leaves the page in spite of the browser's own question, and notes that there was one."""

    def accept(dialog: "Dialog") -> None:
        asked.append(dialog.type)
        dialog.accept()

    return accept


def _save(page: "Page") -> None:
    page.get_by_role("form", name="About the course").get_by_role("button", name="Save").click()


def _change_elsewhere(desk: Desk, course_id: str) -> None:
    version = desk.teacher.get(f"/courses/{course_id}")["version"]
    desk.teacher.patch(
        f"/courses/{course_id}", {"title": "Theirs", "summary": "Their summary", "version": version}
    )


def test_a_double_click_on_save_asks_nothing_about_what_is_saved(desk: Desk) -> None:
    """After a fault was mended: what moves up under the mouse when the course is saved may be a link."""
    new_course(desk.teacher, title="Stands below")
    page = desk.open()
    page.get_by_role("button", name="New course").click()
    page.get_by_label("Title").fill("   ")
    page.get_by_role("button", name="Save").click()
    fault = page.get_by_text("needs a letter or a digit")
    fault.wait_for()
    assert not [each for each in ("body", "title must") if each in page.get_by_role("main").inner_text()]
    page.get_by_label("Title").fill("Saved")
    assert (fault.count(), page.get_by_role("alert").count()) == (0, 0)
    page.get_by_role("button", name="Save").dblclick()
    page.wait_for_url("**/teach/courses/*")
    page.get_by_role("heading", level=1, name="Saved").wait_for()
    assert page.get_by_role("dialog").count() == 0


def test_a_question_about_leaving_goes_when_the_work_is_saved(desk: Desk) -> None:
    """The link is pressed while the answer to *Save* is on its way."""
    page = desk.open()
    page.get_by_role("button", name="New course").click()
    page.get_by_label("Title").fill("Saved meanwhile")
    held: list[Route] = []

    def hold(route: "Route") -> None:
        held.append(route)

    page.route("**/v1/courses", hold)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Catalogue").click()
    question = page.get_by_role("dialog", name="Leave this page?")
    question.wait_for()
    held[0].continue_()
    question.wait_for(state="detached")
    page.get_by_role("heading", level=1, name="Saved meanwhile").wait_for()


def test_two_who_edit_the_same_course_see_both_versions(desk: Desk) -> None:
    """Also if the page was loaded again in between. What only the other has changed is kept."""
    course_id = new_course(desk.teacher, title="Before", summary="s")
    page = _type_settings(desk, "Mine", course_id)
    _change_elsewhere(desk, course_id)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("heading", level=1, name="Theirs").wait_for()
    assert page.get_by_label("Title").input_value() == "Mine"
    _save(page)
    page.get_by_role("heading", name="This course has been changed meanwhile").wait_for()
    assert page.get_by_role("cell", name="Theirs").count() == 1
    assert page.get_by_role("form", name="About the course").get_by_role("button", name="Save").is_disabled()
    assert desk.window.in_both_schemes() == []
    page.get_by_role("button", name="Take mine").click()
    page.get_by_role("status").filter(has_text="saved").wait_for()
    course = desk.teacher.get(f"/courses/{course_id}")
    assert (course["title"], course["summary"]) == ("Mine", "Their summary")


def test_who_takes_theirs_keeps_what_else_was_typed(desk: Desk) -> None:
    course_id = new_course(desk.teacher, title="Before", summary="s")
    page = _type_settings(desk, "Mine", course_id)
    page.get_by_label("Seats").fill("7")
    _change_elsewhere(desk, course_id)
    _save(page)
    page.get_by_role("button", name="Take theirs").click()
    page.get_by_role("heading", level=1, name="Theirs").wait_for()
    assert page.get_by_label("Title").input_value() == "Theirs"
    assert page.get_by_label("Seats").input_value() == "7"
    _save(page)
    page.get_by_role("status").filter(has_text="The settings are saved").wait_for()
    course = desk.teacher.get(f"/courses/{course_id}")
    assert (course["title"], course["capacity"]) == ("Theirs", 7)


def test_two_who_edit_the_same_lesson_see_both_versions(desk: Desk) -> None:
    """A lesson has no version. What only the other has changed is kept, and so is its place."""
    lessons = {each: lesson(title=each, position=place) for place, each in enumerate(("one", "two"))}
    course_id = new_course(desk.teacher, lessons=lessons)
    page = desk.open(course_id)
    page.get_by_role("button", name="Edit lesson").first.click()
    form = page.get_by_role("form", name="Edit lesson")
    form.get_by_label("Title").fill("Mine")
    desk.teacher.put(
        f"/courses/{course_id}/lessons/one", {**lesson(title="Theirs"), "section": "New", "required": False}
    )
    version = desk.teacher.get(f"/courses/{course_id}")["version"]
    desk.teacher.patch(f"/courses/{course_id}", {"lessonOrder": ["two", "one"], "version": version})
    form.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="This course has been changed meanwhile").wait_for()
    assert page.get_by_role("cell", name="Theirs").count() == 1
    assert form.get_by_role("button", name="Save").is_disabled()
    assert desk.window.in_both_schemes() == []
    third = {**lesson(title="Third"), "section": "New", "required": False, "position": 1}
    desk.teacher.put(f"/courses/{course_id}/lessons/one", third)
    page.get_by_role("button", name="Take mine").click()
    page.get_by_role("cell", name="Third").wait_for()
    assert desk.teacher.get(f"/courses/{course_id}")["lessons"][1]["title"] == "Third"
    page.get_by_role("button", name="Take mine").click()
    page.get_by_role("status").filter(has_text="The lesson is saved").wait_for()
    two, one = desk.teacher.get(f"/courses/{course_id}")["lessons"]
    assert (two["lessonId"], one["title"], one["section"], one["required"]) == ("two", "Mine", "New", False)
    page.get_by_role("button", name="Edit lesson").first.click()
    desk.teacher.delete(f"/courses/{course_id}/lessons/two")
    form.get_by_label("Title").fill("Typed for nothing")
    form.get_by_role("button", name="Save").click()
    page.get_by_role("alert").filter(has_text="This lesson has been deleted meanwhile").wait_for()
    assert form.get_by_label("Title").input_value() == "Typed for nothing"


def test_who_takes_theirs_of_a_lesson_is_told_so(desk: Desk) -> None:
    """A title that is the name of a kind is shown as it was typed."""
    course_id = new_course(desk.teacher, lessons={"one": lesson(title="one")})
    page = desk.open(course_id)
    page.get_by_role("button", name="Edit lesson").click()
    form = page.get_by_role("form", name="Edit lesson")
    form.get_by_label("Title").fill("pdf")
    form.get_by_label("Section").fill("Kept")
    desk.teacher.put(f"/courses/{course_id}/lessons/one", lesson(title="video"))
    form.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Take theirs").wait_for()
    assert page.get_by_role("cell").all_inner_texts() == ["pdf", "video"]
    page.get_by_role("button", name="Take theirs").click()
    page.get_by_role("status").filter(has_text="You have their version now. What else you typed").wait_for()
    assert form.get_by_label("Title").input_value() == "video"
    form.get_by_role("button", name="Save").click()
    page.get_by_role("status").filter(has_text="The lesson is saved").wait_for()
    (one,) = desk.teacher.get(f"/courses/{course_id}")["lessons"]
    assert (one["title"], one["section"]) == ("video", "Kept")


def test_two_who_add_a_lesson_of_the_same_name_have_two_lessons(desk: Desk) -> None:
    """Its id is made of its name, and of what the course has now, not when the page was opened."""
    course_id = new_course(desk.teacher)
    page = desk.open(course_id)
    page.get_by_role("button", name="Add lesson").click()
    desk.teacher.put(f"/courses/{course_id}/lessons/rivers", lesson(title="Rivers"), expect=201)
    form = page.get_by_role("form", name="Add lesson")
    form.get_by_label("Title").fill("Rivers")
    form.get_by_role("button", name="Save").click()
    page.get_by_role("status").filter(has_text="The lesson is saved").wait_for()
    found = [each["lessonId"] for each in desk.teacher.get(f"/courses/{course_id}")["lessons"]]
    assert found == ["rivers", "rivers-2"]


def test_the_page_asks_before_unsaved_changes_are_left(desk: Desk) -> None:
    """By a link, by *back*, by signing out and by closing the tab; who leaves finds nothing typed later."""
    course_id = new_course(desk.teacher, title="Before")
    page = desk.open()
    page.get_by_role("link", name="Before").first.click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Title").fill("Unsaved")
    page.get_by_role("link", name="Roster").click()  # another tab of the same page needs no question
    page.get_by_role("link", name="Settings").click()
    ways: dict[str, Callable[[], object]] = {
        "link": lambda: page.get_by_role("link", name="Catalogue").click(),
        "back": lambda: page.evaluate("history.go(-4)"),
        "sign out": lambda: page.get_by_role("button", name="Sign out").click(),
    }
    for way, leave in ways.items():
        leave()
        question = page.get_by_role("dialog", name="Leave this page?")
        question.wait_for()
        if way == "link":
            assert desk.window.in_both_schemes() == []
        question.get_by_role("button", name="Stay on this page").click()
        assert page.get_by_label("Title").input_value() == "Unsaved", way
    asked: list[str] = []
    page.once("dialog", _accepting(asked))
    page.reload()
    assert asked == ["beforeunload"]
    page.get_by_role("heading", level=1, name="Before").wait_for()
    assert page.get_by_label("Title").input_value() == "Unsaved"
    page.get_by_role("link", name="Teach").first.click()
    page.get_by_role("button", name="Leave without it").click()
    page.get_by_role("heading", level=1, name="Teach").wait_for()
    page.evaluate("history.back()")
    page.get_by_role("heading", level=1, name="Before").wait_for()
    assert page.get_by_label("Title").input_value() == "Before"
    assert desk.teacher.get(f"/courses/{course_id}")["title"] == "Before"


def test_a_form_survives_a_sign_in_that_ended(desk: Desk) -> None:
    """The tokens are refused, and so is their renewal: the person signs in again, and finds what they typed."""
    deployed, page = desk.window.deployed, desk.open()
    page.get_by_role("button", name="New course").click()
    page.get_by_label("Title").fill("Typed before the sign-in ended")
    deployed.client("cognito-idp").admin_user_global_sign_out(
        UserPoolId=deployed.outputs["user_pool_id"], Username=desk.teacher.email
    )

    def refuse(route: "Route") -> None:
        if route.request.method == "POST":
            route.fulfill(status=401, content_type="application/problem+json", body="{}")
        else:
            route.continue_()

    page.route("**/v1/courses", refuse)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Your sign-in has ended").wait_for()
    page.unroute("**/v1/courses")
    desk.window.sign_in(desk.teacher, None)
    assert page.url == f"{desk.window.portal}/teach"
    assert page.get_by_label("Title").input_value() == "Typed before the sign-in ended"
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", level=1, name="Typed before the sign-in ended").wait_for()


def test_an_upload_that_is_cut_goes_on_after_a_reload(desk: Desk, tmp_path: Path) -> None:
    """It is cut in the middle of the first of two parts, after the second. Only the first is sent again."""
    course_id = new_course(desk.teacher, lessons={"film": lesson("video")})
    file = tmp_path / "long film.mp4"
    content = FILM.read_bytes()
    file.write_bytes(content + bytes(PART_BYTES + MIB // 2 - len(content)))
    page = desk.open(course_id)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    with page.expect_response(lambda answer: "partNumber=2" in answer.url and answer.ok):
        _choose(page, file)
    bar = page.get_by_role("progressbar", name="Upload for A lesson")
    assert 0 < int(bar.get_attribute("aria-valuenow") or 0) < 100
    asked: list[str] = []
    page.once("dialog", _accepting(asked))
    page.reload()
    assert asked == ["beforeunload"]
    page.get_by_text("The upload of long film.mp4 was interrupted").wait_for()
    assert desk.window.in_both_schemes() == []
    network.send("Network.emulateNetworkConditions", FREE)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    _choose(page, file)
    page.get_by_role("status").filter(has_text="The file is there").wait_for()
    assert ["partNumber=1&" in url for url in sent] == [True]
    eventually(lambda: desk.teacher.get(f"/courses/{course_id}")["lessons"][0]["hasContent"])


def _choose(page: "Page", file: Path) -> None:
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Upload file").click()
    chosen.value.set_files(file)
