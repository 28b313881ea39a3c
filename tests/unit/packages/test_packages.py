"""The packages function with its real stores on the AWS emulator: from the accepted zip to the folder of its files.

What happens between the steps of a run is in test_unpacking_rules.py.
"""

import io
import json
import random
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from domain import content_paths, package_store
from domain.courses import Course
from packages.file_store import PART_BYTES, PackageBucket
from packages.zip_store import BLOCK_BYTES, RangedFile
from tests.package_zips import PAGE, RawMember, raw_zip, scorm_12, zip_of
from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import Context, fresh_handler
from tests.unit.packages.package_world import EARLIER, FOLDER, UPLOAD, ZIP, world_of
from toolkit import clients

NOISE = random.Random(1).randbytes(PART_BYTES)


class Bucket:
    """A bucket with a zip, a course whose lesson waits for it, and the function."""

    def __init__(self, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tables = tables
        self.name = f"education-content-{uuid4().hex[:8]}"
        clients.set_deadline(None)  # that of the last test's request
        self.s3: Any = clients.s3()
        self.s3.create_bucket(Bucket=self.name)
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        tables.put(tables.courses, world_of(b"").item)
        monkeypatch.setattr(self.s3, "get_object", self._range_of_version)
        self.handler = fresh_handler(
            monkeypatch, "packages", COURSES_TABLE=tables.courses, CONTENT_BUCKET=self.name
        )

    def _range_of_version(self, **request: Any) -> Any:
        """GetObject with the range, which the emulator overlooks: local_platform/gate/version_ranges.py."""
        answer = type(self.s3).get_object(self.s3, **request)
        if "Range" in request and "ContentRange" not in answer:
            first, last = request["Range"].removeprefix("bytes=").split("-")
            answer["Body"] = io.BytesIO(answer["Body"].read()[int(first) : int(last) + 1])
        return answer

    def put(self, package: bytes) -> dict[str, Any]:
        """Store a zip; the event of the uploads function."""
        version = self.s3.put_object(Bucket=self.name, Key=ZIP, Body=package)["VersionId"]
        return {"function": "education-packages-test", "key": ZIP, "version": version}

    def run(self, event: dict[str, Any]) -> None:
        self.handler(event, Context(remaining=600_000))

    def present(self) -> list[str]:
        """The keys of the files that are there now."""
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=self.name).get("Contents", ())]

    def content(self) -> dict[str, Any]:
        """The lesson's `content`, as the API shows it."""
        item = self.tables.get(self.tables.courses, {"courseId": UPLOAD.course_id})
        assert item is not None
        shown: dict[str, Any] = Course.from_stored(item).require_lesson(UPLOAD.lesson_id).to_api()["content"]
        return shown


@pytest.fixture
def bucket(aws: str, dynamodb_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    return Bucket(dynamodb_tables, monkeypatch)


def test_a_package_is_unpacked_and_noted(bucket: Bucket) -> None:
    event = bucket.put(scorm_12(files={"css/a.css": "p {}", "übung 1.html": PAGE}))
    bucket.run(event)
    files = {
        "files/css/a.css",
        "files/imsmanifest.xml",
        "files/start.html",
        "files/übung 1.html",
        "launch.json",
    }
    assert {key.removeprefix(FOLDER) for key in bucket.present()} == files
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=f"{FOLDER}files/css/a.css")
    assert (stored["ContentType"], stored["CacheControl"]) == ("text/css", "public, max-age=300")
    assert stored["Body"].read() == b"p {}"
    launch = bucket.s3.get_object(Bucket=bucket.name, Key=f"{FOLDER}launch.json")
    assert json.loads(launch["Body"].read())["kind"] == "scorm-1.2"
    assert bucket.content()["state"] == "ready"
    item = bucket.tables.get(bucket.tables.courses, {"courseId": UPLOAD.course_id}) or {}
    assert item["version"] == 1, "an upload is no edit"
    assert item["lessons"]["quiz"].keys() >= {"package", "uploadedAt"}
    assert item["lessons"]["quiz"].keys().isdisjoint({"unpacking", "contentKey"})
    versions = bucket.s3.list_object_versions(Bucket=bucket.name, Prefix="incoming/")
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers"), "the zip is deleted for good"


def test_a_refused_package_leaves_a_reason_and_no_file(bucket: Bucket) -> None:
    damaged = [RawMember(b"index.html", PAGE), RawMember(b"x.txt", b"text", listed_crc=1)]
    event = bucket.put(raw_zip(damaged))
    bucket.run(event)
    assert bucket.present() == []
    assert bucket.content() == {
        "state": "failed",
        "fileName": "quiz.zip",
        "code": "damaged",
        "detail": "The file “x.txt” is damaged in the zip. Make the package again.",
    }
    bucket.run(event)
    assert bucket.content()["code"] == "damaged", "a refusal is the last word"


def test_a_large_file_is_written_in_parts_and_whole(bucket: Bucket) -> None:
    film = NOISE + NOISE[:1000]
    bucket.run(bucket.put(zip_of({"index.html": PAGE, "film.mp4": film}, method=zipfile.ZIP_STORED)))
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=f"{FOLDER}files/film.mp4")
    assert stored["ContentType"] == "video/mp4"
    assert stored["Body"].read() == film


def test_a_large_file_that_is_damaged_is_not_written(bucket: Bucket) -> None:
    damaged = RawMember(b"film.mp4", NOISE + NOISE[:1000], method=0, listed_crc=1)
    bucket.run(bucket.put(raw_zip([RawMember(b"index.html", PAGE), damaged])))
    assert bucket.present() == []
    assert bucket.content()["code"] == "damaged"


def test_a_lesson_that_does_not_wait_gets_nothing(bucket: Bucket) -> None:
    event = bucket.put(scorm_12())
    item = world_of(b"").item
    item["lessons"]["quiz"]["unpacking"]["uploadId"] = "b" * 32
    bucket.tables.put(bucket.tables.courses, item)
    bucket.run(event)
    assert bucket.present() == []
    assert bucket.content()["state"] == "processing"


def test_a_zip_that_is_gone_ends_the_run(bucket: Bucket) -> None:
    event = bucket.put(scorm_12())
    bucket.s3.delete_object(Bucket=bucket.name, Key=ZIP, VersionId=event["version"])
    bucket.run(event)
    assert bucket.content()["code"] == "interrupted"


def test_a_failed_run_is_noted_and_repeated(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    event = bucket.put(scorm_12())

    def fail(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(bucket.s3, "put_object", fail)
        with pytest.raises(RuntimeError):
            bucket.run(event)
    assert (bucket.content()["state"], bucket.content()["code"]) == ("failed", "interrupted")
    bucket.run(event)
    assert bucket.content()["state"] == "ready"


def test_a_file_in_s3_is_read_by_ranges(bucket: Bucket) -> None:
    content = NOISE[: BLOCK_BYTES + 5000]
    version = bucket.s3.put_object(Bucket=bucket.name, Key="x", Body=content)["VersionId"]
    plain, ranged = io.BytesIO(content), RangedFile(bucket.name, "x", version, len(content))
    reader = io.BufferedReader(ranged)
    steps = [(0, 10), (BLOCK_BYTES - 3, 10), (len(content) - 2, 10), (len(content) + 5, 1), (7, BLOCK_BYTES)]
    for place, size in steps:
        assert reader.seek(place) == plain.seek(place)
        assert reader.read(size) == plain.read(size)
        assert reader.tell() == plain.tell()
    assert reader.seek(-22, io.SEEK_END) == plain.seek(-22, io.SEEK_END)
    assert reader.read() == plain.read()
    with pytest.raises(ValueError, match="before the beginning"):
        ranged.seek(-1)


def test_a_folder_is_deleted_as_a_whole_also_after_an_interruption(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = FOLDER.replace("a" * 32, "b" * 32)
    for number in range(1_005):
        bucket.s3.put_object(Bucket=bucket.name, Key=f"{FOLDER}files/{number}.txt", Body=b"x")
    bucket.s3.put_object(Bucket=bucket.name, Key=f"{other}files/x.txt", Body=b"x")
    delete = bucket.s3.delete_objects
    calls: list[None] = []

    def fail_second(**request: Any) -> Any:
        calls.append(None)
        if len(calls) == 2:
            raise ClientError({"Error": {"Code": "SlowDown"}}, "DeleteObjects")
        return delete(**request)

    monkeypatch.setattr(bucket.s3, "delete_objects", fail_second)
    with pytest.raises(ClientError):
        package_store.delete_folder(bucket.name, FOLDER)
    assert package_store.delete_folder(bucket.name, FOLDER) == 5
    assert bucket.present() == [f"{other}files/x.txt"]


@pytest.mark.parametrize(
    "prefix", ["", "packages/", "packages/course-1/", "packages/course-1/quiz/", FOLDER[:-1]]
)
def test_only_the_folder_of_one_package_is_deleted(bucket: Bucket, prefix: str) -> None:
    with pytest.raises(ValueError, match="one package"):
        package_store.delete_folder(bucket.name, prefix)


def test_the_folder_waits_for_what_was_begun(bucket: Bucket) -> None:
    def interrupted_run() -> None:
        with PackageBucket(bucket.name).folder(FOLDER) as folder:
            for number in range(30):
                folder.write(f"files/{number}.txt", "text/plain", 1, iter([b"x"]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted_run()
    assert len(bucket.present()) == 30, "so a deletion that follows finds all"


def test_names_of_files_are_not_logged(bucket: Bucket, capsys: pytest.CaptureFixture[str]) -> None:
    bucket.run(bucket.put(scorm_12()))
    logged = capsys.readouterr().out
    assert '"outcome":"ready","courseId":"course-1","lessonId":"quiz"' in logged
    assert "quiz.zip" not in logged
    assert EARLIER not in logged


def test_the_media_type_of_a_form_follows_the_name_of_the_file() -> None:
    named = {"a.zip": "application/zip", "a.H5P": "application/zip", "a.html": "text/html", None: "text/html"}
    found = {name: content_paths.media_type_of("interactive", name) for name in named}
    assert found == named
    assert content_paths.media_type_of("video", "a.zip") == "video/mp4"
