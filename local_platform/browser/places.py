"""Every page of the portal as somebody finds it: its address, what is there once it is complete, and who sees it."""

from collections.abc import Callable
from dataclasses import dataclass

from local_platform.browser.window import Window
from local_platform.browser.world import World, address_of

FORBIDDEN, NOT_FOUND = 403, 404


@dataclass(frozen=True)
class Place:
    """A page in one state.

    Attributes:
        name: the name of its pictures.
        path: its address in the portal.
        mark: a CSS selector of what is there once the page is complete.
        act: what is done on the page first, for example opening a dialog.
        refused: the status with which the API refuses a call here by rights, as it does for the progress in a course
            that one is not enrolled in (403), or for the content of a lesson that has none (404).
        route: calls of the API that do not answer, as a pattern of Playwright: their path, and whether they fail.
    """

    name: str
    path: str
    mark: str
    act: Callable[[Window], None] | None = None
    refused: int | None = None
    route: tuple[str, bool] | None = None


def places(school: World) -> dict[str, tuple[Place, ...]]:
    """The pages by who sees them: "visitor", or one of the school's people."""
    water = f"/courses/{school.courses['water']}"
    teach = f"/teach{water}"
    return {
        "visitor": (
            Place("welcome", "/", ".offers"),
            Place("sign-in-first", "/learning", "main .button-main"),
            Place("not-found", "/no-such-page", "main h1"),
        ),
        "student": (
            Place("catalogue", "/", ".cards .card-link"),
            Place("nothing-found", "/?q=nosuchcourseword", ".empty"),
            Place("catalogue-loading", "/", ".skeleton", route=("**/v1/courses?*", False)),
            Place("catalogue-offline", "/", "[role=alert]", route=("**/v1/courses?*", True)),
            Place("learning", "/learning", ".card-link"),
            Place("course", water, ".outline"),
            Place(
                "course-withdraw",
                water,
                ".outline",
                act=lambda window: _press(window, ".button-quiet"),
            ),
            Place("course-full", f"/courses/{school.courses['full']}", ".outline", refused=FORBIDDEN),
            Place("course-later", f"/courses/{school.courses['maps']}", ".outline", refused=FORBIDDEN),
            Place("course-arabic", f"/courses/{school.courses['arabic']}", ".outline", refused=FORBIDDEN),
            Place("course-none", "/courses/no-such-course", "[role=alert]", refused=NOT_FOUND),
            Place("lesson-film", f"{water}/lessons/film", "video"),
            Place("lesson-article", f"{water}/lessons/words", ".prose"),
            Place("lesson-document", f"{water}/lessons/worksheet", ".textLayer span"),
            Place("lesson-package", f"{water}/lessons/quiz", "iframe"),
            Place("lesson-none", f"{water}/lessons/none", "main p", refused=NOT_FOUND),
            Place("profile", "/profile", ".form"),
            Place("not-found", "/no-such-page", "main h1"),
        ),
        "new-student": (Place("learning", "/learning", ".empty"),),
        "teacher": (
            Place("courses", "/teach", ".cards .card-link"),
            Place(
                "new-course",
                "/teach",
                ".cards",
                act=lambda window: _press(window, ".page-title .button-main"),
            ),
            Place("lessons", teach, ".tabs"),
            Place("roster", f"{teach}#roster", "table"),
            Place("settings", f"{teach}#settings", ".tabs ~ * input:visible"),
            Place("draft", f"/teach/courses/{school.courses['poem']}", ".tabs"),
            Place("long-title", f"/teach/courses/{school.courses['full']}", ".tabs"),
            Place("empty-roster", f"/teach/courses/{school.courses['maps']}#roster", ".empty"),
            Place("nobody-may", "/admin", "main h1", refused=FORBIDDEN),
        ),
        "new-teacher": (Place("courses", "/teach", ".empty"),),
        "administrator": (
            Place("start", "/admin", "main form"),
            Place("person", "/admin", "main form", act=lambda window: _find(window, address_of("jonas"))),
            Place("nobody", "/admin", "main form", act=lambda window: _find(window, "nobody@example.com")),
        ),
    }


def _press(window: Window, selector: str) -> None:
    window.page.locator(f"main {selector}").last.click()
    window.settle()


def _find(window: Window, address: str) -> None:
    """Look for a person by the address."""
    window.page.locator("main form input").first.fill(address)
    window.page.keyboard.press("Enter")
    window.settle()
