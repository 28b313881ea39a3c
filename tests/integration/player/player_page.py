"""Plays packages in a browser: a page in the portal's place, with the portal's own side of the player's protocol."""

import functools
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from education.portal.web_build import SOURCES
from tests.integration.support.browser import Browser, frame_of
from tests.integration.support.course_helpers import (
    enroll,
    eventually,
    lesson,
    new_course,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

if TYPE_CHECKING:
    from playwright import sync_api

LESSON = "package"
_HOST = SOURCES / "player" / "test-host"
_BUILD_SECONDS = 120


@functools.cache
def host_page() -> str:
    """The page that plays packages. It has no content security policy, so it forbids a package nothing by itself."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npx", "vite", "build", str(_HOST), "--config", str(_HOST / "vite.config.ts")]
        subprocess.run(
            [*command, "--outDir", folder, "--logLevel", "error"],
            cwd=SOURCES,
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=_BUILD_SECONDS,
        )
        script = Path(folder, "host.js").read_text(encoding="utf-8")
    style = "iframe { width: 60rem; height: 30rem; }"
    return f"""<!doctype html><html lang="en"><title>Host</title><style>{style}</style><h1>Host</h1>
        <script>{script}</script></html>"""


@dataclass(frozen=True)
class Packaged:
    """A published course whose only lesson is a package, and a student who is enrolled."""

    deployed: Deployed
    student: Person
    course_id: str

    @classmethod
    def of(
        cls,
        deployed: Deployed,
        owner: Person,
        student: Person,
        package: bytes,
        *,
        needs_storage: bool = False,
    ) -> Self:
        """Make the course, and wait until the package is unpacked."""
        described = {**lesson("interactive", premium=True), "needsStorage": needs_storage}
        course_id = new_course(owner, lessons={LESSON: described})
        assert upload_package(deployed, owner, course_id, LESSON, package)["state"] == "ready"
        enroll(student, course_id)
        return cls(deployed, student, course_id)

    @property
    def path(self) -> str:
        """The lesson's path in the API."""
        return f"/courses/{self.course_id}/lessons/{LESSON}"

    def progress(self) -> dict[str, Any]:
        """The student's progress."""
        found: dict[str, Any] = self.student.get(f"/progress/{self.course_id}")
        return found

    def until_done(self) -> dict[str, Any]:
        """Wait until the lesson is done, and return the progress."""
        eventually(lambda: LESSON in self.progress()["completedLessons"])
        return self.progress()

    def play(
        self,
        browser: Browser,
        *,
        by: Person | None = None,
        saves: bool = True,
        ignore_policies: bool = False,
        after: "Played | None" = None,
    ) -> "Played":
        """Open the package in a new profile of the browser.

        Args:
            browser: the browser.
            by: who looks at it, if it is not the student.
            saves: whether the state is loaded and saved.
            ignore_policies: as of `Browser.page`.
            after: what was open before in the same profile.
        """
        person = by or self.student
        profile = after.page.context if after else None
        page = browser.page(
            f"{self.deployed.origin}/", host_page(), ignore_policies=ignore_policies, profile=profile
        )
        runtime = f"{self.deployed.outputs['api_endpoint']}{self.path}/runtime" if saves else ""
        content = person.get(f"{self.path}/content")
        page.evaluate(
            "played => { window.host = play(played); }",
            {"content": content, "runtimeUrl": runtime, "token": person.token},
        )
        return Played(page, content)


@dataclass(frozen=True)
class Played:
    """A package that is open in a browser."""

    page: "sync_api.Page"
    content: Mapping[str, Any]

    def frame(self, address: str = "/files/") -> "sync_api.Frame":
        """The package's own page, when it has loaded: the frame whose address has `address` in it."""
        return frame_of(self.page, address)

    @property
    def player(self) -> "sync_api.Frame":
        """The player around it."""
        return self.frame("/player/index.html")

    @property
    def seen(self) -> dict[str, Any]:
        """What the portal heard: outcomes of saves, parts that are shown, failures, and each message."""
        heard: dict[str, Any] = self.page.evaluate("seen")
        return heard

    def until(self, script: str) -> None:
        """Wait until an expression in the host's page is true."""
        self.page.wait_for_function(script)

    def leave(self) -> None:
        """Leave the lesson as the portal does, and end the browser's profile."""
        self.page.evaluate("host.leave()")
        self.page.context.close()

    def close_tab(self) -> None:
        """Close the tab as a person does. The browser's profile stays, since the last call goes on without the tab."""
        with self.page.expect_event("close"):
            self.page.close(run_before_unload=True)
