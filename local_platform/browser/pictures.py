"""`make screenshots`: the pictures of README.md and docs/, in docs/pictures.

The same code gives the same pictures: people and courses are those of the example school, the clock of the page stands
still, the times in the API's answers and user ids are replaced, and other courses are left out.
"""

import base64
import contextlib
import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_platform.browser.chromium import FILMS_PLAY, chromium, needed_browser
from local_platform.browser.window import Window, answer_of
from local_platform.browser.world import COURSES, World, address_of, world
from local_platform.platform import Platform
from tools.support.paths import ROOT, displayed
from tools.support.steps import step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

FOLDER = ROOT / "docs" / "pictures"
WIDE, PHONE = (1200, 750), (390, 780)
QUALITY = 80
NOW = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
_MOMENT = re.compile(r'"20(?:2\d|3[0-4])-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"')
_PAST, _YEAR_LATER, _YEAR_SHOWN = '"2026-02-27T15:30:00Z"', '"2035-', '"2026-'
_USER_IDS = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    text.data = text.data.replace(id, "3f0c2a7e-5b1d-4c8e-9a64-7d2e8f10b6c3");
}"""
# For so long Chromium still draws the wheel of a film that has what it needs.
WHEEL_MS = 1_500
_FILM_STANDS = """() => {
  const film = document.querySelector("video");
  film.pause();
  film.currentTime = 7;
  for (const track of film.textTracks) track.mode = track.language === "en" ? "showing" : "disabled";
}"""
# Enough of the film is there to go on, so no wheel turns, and the captions have their text.
_FILM_IS_THERE = """() => {
  const film = document.querySelector("video");
  const shown = [...film.textTracks].find((track) => track.mode === "showing");
  return film.readyState > 2 && !film.seeking && shown?.activeCues?.length > 0;
}"""


@dataclass(frozen=True)
class Picture:
    """One picture: who sees which page in a window of which size, once `mark` is there and `act` is done."""

    name: str
    who: str
    path: str
    mark: str
    act: Callable[[Window], None] | None = None
    size: tuple[int, int] = WIDE


def pictures(school: World) -> tuple[Picture, ...]:
    """All pictures."""
    water = f"/courses/{school.courses['water']}"
    maps = f"/courses/{school.courses['maps']}"
    teach = f"/teach{water}"
    return (
        Picture("welcome", "visitor", "/", ".offers"),
        Picture("catalogue", "student", "/", ".cards .card-link"),
        Picture("course", "new-student", water, ".outline"),
        Picture("course-later", "new-student", maps, ".outline"),
        Picture("lesson", "student", f"{water}/lessons/film", "video", act=_show_film),
        Picture("learning-phone", "student", "/learning", ".card-link", size=PHONE),
        Picture("lesson-phone", "student", f"{water}/lessons/film", "video", act=_show_film, size=PHONE),
        Picture("profile", "student", "/profile", ".form"),
        Picture("teach", "teacher", "/teach", ".cards .card-link"),
        Picture("teach-new", "teacher", "/teach", ".cards", act=_new_course),
        Picture("teach-lessons", "teacher", teach, ".tabs"),
        Picture("teach-settings", "teacher", f"{teach}#settings", ".tabs ~ * input:visible"),
        Picture("teach-import", "teacher", f"{teach}#roster", "table", act=_import),
        Picture("teach-roster", "teacher", f"{teach}#roster", "table", act=_to_the_table),
        Picture("administration", "administrator", "/admin", "main form", act=_find),
    )


def take_pictures(platform: Platform, outputs: Mapping[str, Any]) -> None:
    """Take every picture again. Raises `UserError` if Chromium is missing."""
    program = needed_browser()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as ending:
        with step("making people and courses for the pictures"):
            school = ending.enter_context(world(platform, outputs))
        running = ending.enter_context(chromium(program, FILMS_PLAY))
        wanted = pictures(school)
        with step(f"taking {len(wanted)} pictures") as current:
            for number, picture in enumerate(wanted):
                current.progress(f"{number} of {len(wanted)}")
                with _window(running, school, picture) as window:
                    _take(window, picture)
    taken = sorted(FOLDER.glob("*.webp"))
    print(f"  {displayed(FOLDER)}: {sum(file.stat().st_size for file in taken) / 1000:.0f} kB")


@contextlib.contextmanager
def _window(running: "Browser", school: World, picture: Picture) -> Iterator[Window]:
    width, height = picture.size
    with running.new_context(
        locale="en-GB",
        timezone_id="Europe/Berlin",
        viewport={"width": width, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
    ) as context:
        window = Window(context.new_page(), school.outputs)
        shown = {school.courses[key] for key, course in COURSES.items() if course.is_in_pictures}
        window.page.route(
            f"{window.portal}/v1/**", lambda route: _same_each_time(route, {*shown, school.courses["water"]})
        )
        if picture.who != "visitor":
            window.sign_in_with(address_of(picture.who), school.passwords[picture.who])
        window.page.clock.set_fixed_time(NOW)
        yield window


def _same_each_time(route: "Route", shown: set[str]) -> None:
    """Answer with what the API says, but with fixed times, and without courses that are not the school's."""
    answer = answer_of(route)
    path = urlsplit(route.request.url).path
    if route.request.method != "GET" or path.endswith("/content") or not answer.ok:
        route.fulfill(response=answer)
        return
    body = answer.json()
    if path.endswith("/courses"):
        body["items"] = sorted(
            (each for each in body["items"] if each["courseId"] in shown), key=lambda each: str(each["title"])
        )
        body.pop("nextCursor", None)
    text = _MOMENT.sub(_PAST, json.dumps(body, separators=(",", ":"))).replace(_YEAR_LATER, _YEAR_SHOWN)
    route.fulfill(response=answer, body=text)


def _take(window: Window, picture: Picture) -> None:
    window.open(picture.path)
    window.page.locator(picture.mark).first.wait_for()
    window.settle()
    if picture.act:
        picture.act(window)
    window.page.evaluate(_USER_IDS)
    window.page.evaluate("() => document.activeElement?.blur()")
    devtools = window.page.context.new_cdp_session(window.page)
    taken = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (FOLDER / f"{picture.name}.webp").write_bytes(base64.b64decode(taken["data"]))


def _show_film(window: Window) -> None:
    window.until("document.querySelector('video').readyState > 0")
    window.page.evaluate(_FILM_STANDS)
    window.until(_FILM_IS_THERE)
    window.page.wait_for_timeout(WHEEL_MS)


def _new_course(window: Window) -> None:
    page = window.page
    page.locator("main .page-title .button-main").click()
    page.locator("main input[name=title]").fill("Rivers of our country")
    page.locator("main textarea[name=summary]").fill(
        "Where they begin, what they carry, and who lives beside them."
    )


def _import(window: Window) -> None:
    rows = ["Name;E-mail", *(f"{each};{address_of(each)}" for each in ("student", "kofi", "new-student"))]
    form = window.page.locator("main form:has(textarea[name=emails])")
    form.locator("textarea").fill("\n".join([*rows, "Mia;mia@school"]))
    form.locator("[type=submit]").click()
    window.page.locator("main form ~ section table").wait_for()
    form.evaluate("(form) => form.scrollIntoView()")


def _to_the_table(window: Window) -> None:
    window.page.locator("main search").evaluate("(search) => search.parentElement.scrollIntoView()")


def _find(window: Window) -> None:
    window.page.locator("main form input").first.fill(address_of("jonas"))
    window.page.keyboard.press("Enter")
    window.page.locator("main .facts").wait_for()
