"""`make browser`: every page in every look, with axe, the width of the page and the console, and a picture of each."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from education.errors import UserError
from local_platform.browser.chromium import FILMS_PLAY, chromium, needed_browser
from local_platform.browser.contact_sheet import write_contact_sheet
from local_platform.browser.places import Place, places
from local_platform.browser.window import Window
from local_platform.browser.world import World, address_of, world
from local_platform.platform import Platform
from tools.support.paths import ROOT, displayed
from tools.support.steps import step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

RESULTS = ROOT / "build" / "browser"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {1280: 800, 320: 640}  # and the heights of the windows
LANGUAGES = {"ltr": "en", "rtl": "ar"}  # the language that has each direction
SHOWN_FAULTS = 20
# Two frames: the first one lays the page out anew, the second one has drawn it.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass
class Look:
    """A page in one look: its picture, and what is wrong with it."""

    place: str
    direction: str
    scheme: str
    width: int
    picture: Path
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.place}, {self.direction}, {self.scheme}, {self.width} px"


def check(platform: Platform, outputs: Mapping[str, Any]) -> None:
    """Look at every page in every look.

    Raises:
        UserError: Chromium is missing, or a page has a fault; the message lists the faults.
    """
    program = needed_browser()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    looks: list[Look] = []
    with contextlib.ExitStack() as ending:
        with step("making people and courses for the pages"):
            school = ending.enter_context(world(platform, outputs))
        running = ending.enter_context(chromium(program, FILMS_PLAY))
        for direction, language in LANGUAGES.items():
            school.speak(language)
            for who, pages in places(school).items():
                with step(f"{who}, {direction}") as current:
                    with _signed_in(running, school, who, language) as window:
                        for number, place in enumerate(pages):
                            current.progress(f"{number} of {len(pages)} pages")
                            looks += look_at(window, f"{who}/{place.name}", place, direction)
                    current.note(f"{len(pages)} pages")
        sheet = write_contact_sheet(RESULTS, looks)
    faults = [f"{look}: {fault}" for look in looks for fault in look.faults]
    print(f"  {len(looks)} looks at {len({look.place for look in looks})} pages: {displayed(sheet)}")
    if faults:
        shown = "\n".join(f"    {fault}" for fault in faults[:SHOWN_FAULTS])
        more = f"\n    and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise UserError(
            f"{len(faults)} faults on the portal's pages:\n{shown}{more}\n  All: {displayed(sheet)}"
        )


@contextlib.contextmanager
def _signed_in(running: "Browser", school: World, who: str, language: str) -> Iterator[Window]:
    with running.new_context(
        locale=language, viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    ) as context:
        window = Window(context.new_page(), school.outputs)
        if who == "visitor":
            window.open("/")
        else:
            window.sign_in_with(address_of(who), school.passwords[who])
        yield window


def look_at(window: Window, name: str, place: Place, direction: str) -> list[Look]:
    """Open a page once, and look at it in each colour scheme and width."""
    noted = (window.complaints, window.strangers, window.refused)
    for notes in noted:
        notes.clear()
    _open(window, place)
    looks = []
    for width, height in WIDTHS.items():
        for scheme in SCHEMES:
            window.page.set_viewport_size({"width": width, "height": height})
            window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            window.page.evaluate(DRAWN)
            picture = RESULTS / direction / f"{name.replace('/', '-')}-{scheme}-{width}.png"
            look = Look(name, direction, scheme, width, picture)
            look.faults += [f"axe {fault}" for fault in window.faults()]
            if (wider := window.overflow()) > 0:
                look.faults.append(f"the page is {wider} px wider than the window")
            if (found := window.page.evaluate("document.documentElement.dir") or "ltr") != direction:
                look.faults.append(f"the page runs {found}")
            window.page.screenshot(path=picture, full_page=True)
            looks.append(look)
    window.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})
    refused = [each for each in window.refused if not each.startswith(f"{place.refused} ")]
    looks[0].faults += [*window.complaints, *(f"asks a stranger: {url}" for url in window.strangers)]
    looks[0].faults += [f"refused: {each}" for each in refused]
    if place.act or place.route:
        window.page.unroute_all(behavior="ignoreErrors")
        window.open("/")  # ends what was opened or held up
    return looks


def _open(window: Window, place: Place) -> None:
    if place.route:
        pattern, fails = place.route

        def hold(route: "Route") -> None:
            if fails:
                route.abort()

        window.page.route(pattern, hold)
        window.open(place.path)
        window.page.locator(place.mark).first.wait_for()
        return
    if place.act:
        window.open(place.path)
        window.page.locator(place.mark).first.wait_for()
        window.settle()
        place.act(window)
    else:
        window.go(place.path, place.mark)
