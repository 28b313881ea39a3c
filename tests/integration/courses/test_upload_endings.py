"""An upload ends with the lesson, with the course's openness, and with the right of its person, whenever it is sent.

This is true for each kind of upload: a form for one file, a file in parts, captions, and a package.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.samples.part_uploads import CAPTIONS, PartUpload
from tests.integration.support.course_helpers import (
    PAGE,
    add_co_teacher,
    eventually,
    lesson,
    new_course,
    send_file,
    set_status,
    versions_of,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import INSTRUCTORS, People, Person, SharedUsers
from tests.package_zips import scorm_12

LESSON = "lesson"
FILM = b"a small film"


@dataclass(frozen=True)
class Scene:
    """A draft course with one lesson. `uploader` is its owner, or a co-teacher."""

    deployed: Deployed
    owner: Person
    uploader: Person
    administrator: Person
    course_id: str

    @property
    def path(self) -> str:
        """The path of the lesson."""
        return f"/courses/{self.course_id}/lessons/{LESSON}"

    def lesson(self) -> dict[str, Any]:
        """The lesson as the API shows it; nothing if it is gone."""
        lessons: list[dict[str, Any]] = self.administrator.get(f"/courses/{self.course_id}")["lessons"]
        return next((each for each in lessons if each["lessonId"] == LESSON), {})

    def has_file(self, key: str) -> bool:
        """Whether the lesson's content is this file."""
        if not self.lesson().get("hasContent"):
            return False
        return key in self.administrator.get(f"{self.path}/content")["url"]


@dataclass(frozen=True)
class Upload:
    """An upload that was begun.

    Attributes:
        incoming: the key at which it arrives.
        served: what the keys begin with, from which it is served.
        send: sends it, or the rest of it; whether it was taken.
        is_noted: whether the lesson has it.
    """

    incoming: str
    served: str
    send: Callable[[], bool]
    is_noted: Callable[[], bool]


def _of_form(scene: Scene, form: dict[str, Any], data: bytes, is_noted: Callable[[], bool]) -> Upload:
    return Upload(
        form["fields"]["key"], form["key"], lambda: send_file(scene.deployed, form, data).ok, is_noted
    )


def _begin_form(scene: Scene) -> Upload:
    form = scene.uploader.post(f"{scene.path}/upload", {})
    return _of_form(scene, form, PAGE, lambda: scene.has_file(form["key"]))


def _begin_captions(scene: Scene) -> Upload:
    form = scene.uploader.call("PUT", f"{scene.path}/captions/de", expect=201).body
    return _of_form(scene, form, CAPTIONS.encode(), lambda: bool(scene.lesson().get("captions")))


def _begin_parts(scene: Scene) -> Upload:
    """All parts are sent, and only their end is missing."""
    parts = PartUpload(scene.deployed, scene.uploader, scene.path, FILM)
    parts.send(parts.numbers)
    any_status = (202, 401, 403, 404, 409, 503)

    def complete() -> bool:
        return scene.uploader.call("POST", f"{parts.path}/complete", expect=any_status).status == 202

    key = parts.begun["key"]
    return Upload(f"incoming/{key}", key, complete, lambda: scene.has_file(key))


def _begin_package(scene: Scene) -> Upload:
    form = scene.uploader.post(f"{scene.path}/upload", {"fileName": "quiz.zip"})
    upload_id = form["key"].split("/")[3].rpartition("-")[2]
    folder = f"packages/{scene.course_id}/{LESSON}/{upload_id}/"

    def is_ready() -> bool:
        return bool(scene.lesson().get("content", {}).get("state") == "ready")

    zipped = scorm_12()
    return Upload(form["fields"]["key"], folder, lambda: send_file(scene.deployed, form, zipped).ok, is_ready)


@dataclass(frozen=True)
class Kind:
    """A kind of upload, and the types of the lesson before and after an edit."""

    begin: Callable[[Scene], Upload]
    content_type: str
    other_type: str


KINDS = {
    "form": Kind(_begin_form, "article", "interactive"),
    "captions": Kind(_begin_captions, "video", "pdf"),
    "parts": Kind(_begin_parts, "video", "pdf"),
    "package": Kind(_begin_package, "interactive", "pdf"),
}


def _make_again(scene: Scene, kind: Kind) -> None:
    scene.owner.delete(scene.path)
    scene.owner.put(scene.path, lesson(kind.content_type), expect=201)


def _replace_form(scene: Scene, kind: Kind) -> None:
    if kind is KINDS["captions"]:
        scene.owner.call("PUT", f"{scene.path}/captions/de", expect=201)
    else:
        scene.owner.post(f"{scene.path}/upload", {})


def _revoke(scene: Scene, _: Kind) -> None:
    scene.administrator.delete(f"/users/{scene.uploader.user_id}/groups/{INSTRUCTORS}")


# Each way in which an upload ends. The last four end the right of its person.
WAYS: dict[str, Callable[[Scene, Kind], Any]] = {
    "lesson deleted": lambda scene, _: scene.owner.delete(scene.path),
    "lesson made again": _make_again,
    "lesson premium": lambda scene, kind: scene.owner.put(
        scene.path, lesson(kind.content_type, premium=True)
    ),
    "another type": lambda scene, kind: scene.owner.put(scene.path, lesson(kind.other_type)),
    "archived": lambda scene, _: set_status(scene.owner, scene.course_id, "archived"),
    "replaced": _replace_form,
    "replaced by parts": lambda scene, _: scene.owner.post(f"{scene.path}/uploads", {"sizeBytes": 1}),
    "captions removed": lambda scene, _: scene.owner.delete(f"{scene.path}/captions/de"),
    "erased": lambda scene, _: scene.uploader.delete("/profile"),
    "co-teacher erased": lambda scene, _: scene.uploader.delete("/profile"),
    "role revoked": _revoke,
    "co-teacher taken out": lambda scene, _: scene.owner.delete(
        f"/courses/{scene.course_id}/staff/{scene.uploader.user_id}"
    ),
}
LESSON_ENDS = ("lesson deleted", "lesson made again", "lesson premium", "another type", "captions removed")
OF_CO_TEACHERS = ("co-teacher erased", "co-teacher taken out")
# What ends captions does not end the form of the lesson's file, and the other way round.
ONLY_OF = {"captions removed": ("captions",), "replaced by parts": ("form", "parts", "package")}
CASES = [(kind, way) for kind in KINDS for way in WAYS if kind in ONLY_OF.get(way, KINDS)]


@pytest.mark.intrusive
@pytest.mark.parametrize("time", ["before", "during", "after"])
@pytest.mark.parametrize(("kind", "way"), CASES, ids=[f"{kind}-{way}" for kind, way in CASES])
def test_an_upload_is_noted_or_leaves_nothing(
    deployed: Deployed, people: People, users: SharedUsers, kind: str, way: str, time: str
) -> None:
    """The end comes before, while, or after it is sent. Nothing that is not content stays, no part either."""
    owner = people.new(INSTRUCTORS)
    described = lesson(KINDS[kind].content_type)
    course_id = new_course(owner, lessons={LESSON: described}, status="draft")
    uploader = owner
    if way in OF_CO_TEACHERS:
        uploader = people.new(INSTRUCTORS)
        add_co_teacher(owner, course_id, uploader)
    scene = Scene(deployed, owner, uploader, users.administrator, course_id)
    upload = KINDS[kind].begin(scene)

    def end() -> None:
        WAYS[way](scene, KINDS[kind])

    if time == "before":
        end()
        assert upload.send() is (kind != "parts")  # S3 takes what a form allows, and it is deleted there
    elif time == "after":
        assert upload.send()
        end()
    else:
        with ThreadPoolExecutor(1) as other:
            sent = other.submit(upload.send)
            end()
            sent.result()
    s3, bucket = deployed.client("s3"), deployed.outputs["content_bucket_name"]

    def is_served() -> bool:
        return bool(s3.list_objects_v2(Bucket=bucket, Prefix=upload.served).get("Contents"))

    def parts_left() -> bool:
        return bool(s3.list_multipart_uploads(Bucket=bucket, Prefix=upload.incoming).get("Uploads"))

    eventually(lambda: not versions_of(deployed, upload.incoming) and not parts_left())
    if time == "before" or way in LESSON_ENDS:
        eventually(lambda: not is_served() and not upload.is_noted())
    else:
        eventually(lambda: is_served() == upload.is_noted())
    if time == "before":
        assert versions_of(deployed, upload.served) == []
