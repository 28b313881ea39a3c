"""Packages of interactive lessons: from the upload to the unpacked folder, and to its end."""

import io
import json
import random
import zipfile
from typing import Any

import pytest

from tests.integration.support.course_helpers import (
    PAGE,
    content_of,
    eventually,
    lesson,
    new_course,
    send_file,
    upload,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person, SharedUsers
from tests.package_zips import RawMember, h5p, raw_zip, scorm_12, scorm_2004, zip_of

LESSON = "quiz"
PACKAGES = {
    "scorm-1.2": scorm_12(),
    "scorm-2004": scorm_2004(pages=["one.html", "two.html"], edition="3rd"),
    "h5p": h5p(),
    "html-package": zip_of({"index.html": PAGE, "js/a.js": "let a"}),
}


def interactive_course(owner: Person) -> str:
    """A draft whose lesson takes packages."""
    course_id = new_course(owner, status="draft")
    owner.put(f"/courses/{course_id}/lessons/{LESSON}", lesson("interactive"), expect=201)
    return course_id


def stored(deployed: Deployed, course_id: str) -> list[str]:
    """The keys of the lesson's packages, without the prefix of the lesson."""
    prefix = f"packages/{course_id}/{LESSON}/"
    bucket = deployed.outputs["content_bucket_name"]
    pages = deployed.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [each["Key"].removeprefix(prefix) for page in pages for each in page.get("Contents", ())]


def folders(deployed: Deployed, course_id: str) -> set[str]:
    """The versions of the lesson's packages that are there."""
    return {key.partition("/")[0] for key in stored(deployed, course_id)}


@pytest.mark.intrusive
@pytest.mark.parametrize("kind", PACKAGES)
def test_a_package_of_each_kind_is_unpacked(deployed: Deployed, users: SharedUsers, kind: str) -> None:
    course_id = interactive_course(users.owner)
    content = upload_package(deployed, users.owner, course_id, LESSON, PACKAGES[kind])
    with zipfile.ZipFile(io.BytesIO(PACKAGES[kind])) as archive:
        names = archive.namelist()
    assert (content["state"], content["kind"], content["files"]) == ("ready", kind, len(names))
    (folder,) = folders(deployed, course_id)
    expected = {f"{folder}/launch.json", *(f"{folder}/files/{name}" for name in names)}
    assert set(stored(deployed, course_id)) == expected


SCO = '<resource identifier="r1" adlcp:scormtype="sco" href="{href}"/>'


def with_file(name: bytes, **fields: Any) -> bytes:
    """An HTML package with one more file."""
    return raw_zip([RawMember(b"index.html", PAGE), RawMember(name, b"x", **fields)])


REFUSED: dict[str, tuple[bytes, str]] = {
    "no zip": (b"This is no zip.", "not-a-zip"),
    "no entry page": (zip_of({"a.html": PAGE}), "no-entry-page"),
    "traversal": (with_file(b"../../x.html"), "path-traversal"),
    "bomb": (zip_of({"index.html": PAGE, "bomb.txt": bytes(10**7)}), "ratio-too-high"),
    "damaged": (with_file(b"x.js", listed_crc=1), "damaged"),
    "encrypted": (with_file(b"x.js", flags=0x801), "encrypted"),
    "no page": (scorm_12(resources=SCO.format(href="absent.html")), "entry-page-missing"),
    "absolute": (with_file(b"/x.html"), "path-traversal"),
    "drive": (with_file(b"C:/x.html"), "path-traversal"),
    "backslash": (with_file(b"a\\x.html"), "path-traversal"),
    "symbolic link": (with_file(b"x", attributes=0o120777 << 16), "symbolic-link"),
    "case": (with_file(b"INDEX.html"), "names-collide"),
    "Unicode form": (
        raw_zip([RawMember(b"index.html", PAGE), *(RawMember(each.encode()) for each in ("é", "e\u0301"))]),
        "names-collide",
    ),
    "too many files": (
        raw_zip([RawMember(f"{n}.txt".encode(), b"x", method=0) for n in range(5_001)]),
        "too-many-files",
    ),
    "too large": (with_file(b"x.bin", listed_size=2**30 + 1), "too-large"),
    "file type": (with_file(b"setup.exe"), "file-type-refused"),
    "compression": (zip_of({"index.html": PAGE}, method=zipfile.ZIP_LZMA), "compression-unknown"),
    "manifest": (zip_of({"imsmanifest.xml": "<manifest>"}), "manifest-invalid"),
}


@pytest.mark.intrusive
@pytest.mark.parametrize("why", REFUSED)
def test_a_refused_package_says_why_and_leaves_nothing(
    deployed: Deployed, users: SharedUsers, why: str
) -> None:
    package, code = REFUSED[why]
    course_id = interactive_course(users.owner)
    content = upload_package(deployed, users.owner, course_id, LESSON, package, fileName="quiz.zip")
    assert (content["state"], content["code"], content["fileName"]) == ("failed", code, "quiz.zip")
    assert content["detail"].endswith(".")
    assert content["detail"].count(". ") <= 1, "what is wrong, and at most what to do"
    asked = users.owner.call("GET", f"/courses/{course_id}/lessons/{LESSON}/content", expect=404)
    assert "/p/" not in str(asked)
    assert stored(deployed, course_id) == []
    incoming = f"incoming/public/{course_id}/"
    bucket = deployed.outputs["content_bucket_name"]
    s3 = deployed.client("s3")
    eventually(lambda: not s3.list_object_versions(Bucket=bucket, Prefix=incoming).get("Versions"))


@pytest.mark.intrusive
def test_a_replaced_or_deleted_package_goes_as_a_whole(deployed: Deployed, users: SharedUsers) -> None:
    course_id = interactive_course(users.owner)
    many = zip_of({"index.html": PAGE, **{f"{number}.txt": b"x" for number in range(300)}})
    upload_package(deployed, users.owner, course_id, LESSON, many, fileName="one.zip")
    first = folders(deployed, course_id)
    upload_package(deployed, users.owner, course_id, LESSON, b"no zip", fileName="two.zip")
    assert folders(deployed, course_id) == first, "a refused package leaves the earlier one"
    upload_package(deployed, users.owner, course_id, LESSON, scorm_12(), fileName="three.zip")
    eventually(lambda: len(folders(deployed, course_id)) == 1 and folders(deployed, course_id) != first)
    users.owner.delete(f"/courses/{course_id}/lessons/{LESSON}")
    eventually(lambda: stored(deployed, course_id) == [])


@pytest.mark.intrusive
def test_a_lesson_that_is_deleted_while_its_package_is_unpacked_leaves_nothing(
    deployed: Deployed, users: SharedUsers
) -> None:
    course_id = interactive_course(users.owner)
    path = f"/courses/{course_id}/lessons/{LESSON}"
    many = zip_of({"index.html": PAGE, **{f"{number}.txt": b"x" for number in range(1_500)}})
    form = users.owner.post(f"{path}/upload", {"fileName": "many.zip"})
    assert send_file(deployed, form, many).ok
    eventually(lambda: content_of(users.owner, course_id, LESSON)["state"] == "processing")
    users.owner.delete(path)
    bucket = deployed.outputs["content_bucket_name"]
    s3, key = deployed.client("s3"), form["fields"]["key"]
    # The zip is deleted at the end of the run.
    eventually(lambda: not s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions"), seconds=60)
    eventually(lambda: stored(deployed, course_id) == [])


@pytest.mark.intrusive
def test_a_page_and_a_package_replace_each_other(deployed: Deployed, users: SharedUsers) -> None:
    course_id = interactive_course(users.owner)
    upload(deployed, users.owner, course_id, LESSON, mediaType="text/html")
    assert content_of(users.owner, course_id, LESSON)["kind"] == "html-file"
    upload_package(deployed, users.owner, course_id, LESSON, scorm_12())
    assert content_of(users.owner, course_id, LESSON)["kind"] == "scorm-1.2"
    form = users.owner.post(f"/courses/{course_id}/lessons/{LESSON}/upload", {})
    assert send_file(deployed, form, PAGE).ok
    eventually(lambda: content_of(users.owner, course_id, LESSON).get("kind") == "html-file")
    eventually(lambda: stored(deployed, course_id) == [])


@pytest.mark.intrusive
def test_nobody_reads_a_package_through_the_distribution(deployed: Deployed, users: SharedUsers) -> None:
    course_id = interactive_course(users.owner)
    upload_package(deployed, users.owner, course_id, LESSON, scorm_12())
    keys = [f"packages/{course_id}/{LESSON}/{key}" for key in stored(deployed, course_id)]
    assert keys
    for key in keys:
        assert not deployed.fetch(f"{deployed.outputs['content_base_url']}/{key}").ok


@pytest.mark.intrusive
def test_a_large_package_is_unpacked_whole(deployed: Deployed, users: SharedUsers) -> None:
    """Also a file that is written in parts."""
    noise = random.Random(1).randbytes(9 * 1024**2)
    files: dict[str, bytes | str] = {"index.html": PAGE, "film.mp4": noise}
    files |= {f"images/{number}.png": noise[number : number + 20_000] for number in range(200)}
    course_id = interactive_course(users.owner)
    package = zip_of(files, method=zipfile.ZIP_STORED)
    content: dict[str, Any] = upload_package(deployed, users.owner, course_id, LESSON, package)
    assert content["bytes"] == sum(map(len, files.values()))
    (folder,) = folders(deployed, course_id)
    s3, bucket = deployed.client("s3"), deployed.outputs["content_bucket_name"]
    for name in ("film.mp4", "images/199.png"):
        key = f"packages/{course_id}/{LESSON}/{folder}/files/{name}"
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == files[name]
    launch = s3.get_object(Bucket=bucket, Key=f"packages/{course_id}/{LESSON}/{folder}/launch.json")
    assert json.loads(launch["Body"].read())["entry"] == "index.html"
