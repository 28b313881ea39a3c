"""The demo course: a film with captions, an article, a worksheet and a quiz, made through the API by an instructor.

What is there already stays as it is, so that it can be made any number of times.
"""

import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from education.errors import UserError
from local_platform.api_client import Person, upload

TITLE = "The water cycle"
SUMMARY = (
    "Where does rain come from, and where does it go? A short film, the words you need, a worksheet to print and a "
    "quiz of five questions. About 20 minutes."
)
FOLDER = Path(__file__).resolve().parent
PACKAGE = FOLDER / "sources" / "package"
PROCESSING_SECONDS = 60
_POLL_SECONDS = 0.5
_TIMESTAMP = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DemoLesson:
    """A lesson, and the file that is uploaded for it. `captions` are files by language."""

    title: str
    section: str
    content_type: str
    file_name: str
    media_type: str
    premium: bool = False
    required: bool = True
    captions: tuple[tuple[str, str], ...] = ()

    @property
    def is_package(self) -> bool:
        """Whether the file is a zip that is unpacked."""
        return self.media_type == "application/zip"


LESSONS = {
    "film": DemoLesson(
        "Once around the world: a film",
        "Watch and read",
        "video",
        "water-cycle.mp4",
        "video/mp4",
        premium=True,
        captions=(("en", "water-cycle.en.vtt"), ("de", "water-cycle.de.srt")),
    ),
    "words": DemoLesson("Words to know", "Watch and read", "article", "words-to-know.md", "text/markdown"),
    "worksheet": DemoLesson(
        "A worksheet to print", "Practise", "pdf", "worksheet.pdf", "application/pdf", required=False
    ),
    "quiz": DemoLesson(
        "Quiz: five questions", "Practise", "interactive", "quiz.zip", "application/zip", premium=True
    ),
}


def file_of(lesson: DemoLesson) -> bytes:
    """The bytes of a lesson's file; the package is zipped from its sources."""
    return _package() if lesson.is_package else (FOLDER / "files" / lesson.file_name).read_bytes()


def first_page() -> bytes:
    """The bytes of the page with which the package starts."""
    return (PACKAGE / "index.html").read_bytes()


def published_course(instructor: Person) -> str:
    """The id of the published demo course; makes what is missing of it.

    Raises:
        UserError: a call failed, or a file could not be taken.
    """
    own = instructor.call("GET", "/courses?owner=me&limit=100")["items"]
    found = next((course["courseId"] for course in own if course["title"] == TITLE), None)
    if found is None:
        found = instructor.call("POST", "/courses", {"title": TITLE, "summary": SUMMARY})["courseId"]
    path = f"/courses/{found}"
    there = {lesson["lessonId"]: lesson for lesson in instructor.call("GET", path)["lessons"]}
    for position, (lesson_id, lesson) in enumerate(LESSONS.items()):
        _make_lesson(instructor, f"{path}/lessons/{lesson_id}", position, lesson, there.get(lesson_id))
    course = _with_content(instructor, path)
    if course["status"] != "published":
        instructor.call("PATCH", path, {"status": "published", "version": course["version"]})
    return str(found)


def _make_lesson(
    instructor: Person, path: str, position: int, lesson: DemoLesson, there: dict[str, Any] | None
) -> None:
    if there is None:
        there = instructor.call(
            "PUT",
            path,
            {
                "title": lesson.title,
                "section": lesson.section,
                "contentType": lesson.content_type,
                "premium": lesson.premium,
                "required": lesson.required,
                "position": position,
            },
        )
    if there["content"]["state"] in ("none", "failed"):
        form = instructor.call(
            "POST", f"{path}/upload", {"fileName": lesson.file_name, "mediaType": lesson.media_type}
        )
        upload(form, file_of(lesson))
    languages = {each["language"] for each in there.get("captions", [])}
    for language, file_name in lesson.captions:
        if language not in languages:
            form = instructor.call("PUT", f"{path}/captions/{language}", {})
            upload(form, (FOLDER / "files" / file_name).read_bytes())


def _with_content(instructor: Person, path: str) -> dict[str, Any]:
    """The course, once each lesson's file is ready."""
    end = time.monotonic() + PROCESSING_SECONDS
    while True:
        course: dict[str, Any] = instructor.call("GET", path)
        states = {lesson["lessonId"]: lesson["content"] for lesson in course["lessons"]}
        for lesson_id, content in states.items():
            if content["state"] == "failed":
                raise UserError(f"the file of lesson {lesson_id!r} was refused: {content.get('detail')}")
        waiting = sorted(name for name, content in states.items() if content["state"] != "ready")
        if not waiting:
            return course
        if time.monotonic() > end:
            raise UserError(f"the files of {', '.join(waiting)} were not taken in {PROCESSING_SECONDS} s")
        time.sleep(_POLL_SECONDS)


def _package() -> bytes:
    """A zip of the package's folder; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(PACKAGE.iterdir()):
            archive.writestr(zipfile.ZipInfo(file.name, date_time=_TIMESTAMP), file.read_bytes())
    return buffer.getvalue()
