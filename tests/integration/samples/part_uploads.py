"""Uploads in parts and captions, as the portal sends them."""

import hashlib
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from tests.integration.support.course_helpers import eventually, send_file
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Person

PART = 5 * 1024**2
AT_ONCE = 4
_BLOCK, _NUMBER_BYTES = 1024**2, 8
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:01.000\nGrüße\n"


class LongFilm:
    """A film of any size, of which only the part that is asked for is in memory. No two mebibytes of it are equal."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._block = secrets.token_bytes(_BLOCK - _NUMBER_BYTES)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: slice) -> bytes:
        begin, end, _ = place.indices(self._size)
        first = begin // _BLOCK
        blocks = (
            number.to_bytes(_NUMBER_BYTES, "big") + self._block for number in range(first, -(-end // _BLOCK))
        )
        return b"".join(blocks)[begin - first * _BLOCK : end - first * _BLOCK]

    def hash(self) -> str:
        """The SHA-256 of the whole film."""
        hashed = hashlib.sha256()
        for begin in range(0, self._size, _BLOCK):
            hashed.update(self[begin : begin + _BLOCK])
        return hashed.hexdigest()


class PartUpload:
    """One upload in parts of these bytes, for a lesson given by its path."""

    def __init__(
        self, deployed: Deployed, owner: Person, lesson_path: str, data: "bytes | LongFilm", **wanted: Any
    ) -> None:
        self._deployed, self._owner, self._data = deployed, owner, data
        body = {"sizeBytes": len(data), "partBytes": PART, **wanted}
        self.begun: dict[str, Any] = owner.post(f"{lesson_path}/uploads", body)
        self.path = f"{lesson_path}/uploads/{self.begun['uploadId']}"

    @property
    def numbers(self) -> list[int]:
        """The numbers of all parts."""
        return list(range(1, self.begun["partCount"] + 1))

    def sent(self) -> list[int]:
        """The numbers of the parts that S3 has."""
        return [each["partNumber"] for each in self._owner.get(f"{self.path}/parts")["items"]]

    def sign(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """URLs for some parts."""
        items: list[dict[str, Any]] = self._owner.post(
            f"{self.path}/parts", {"partNumbers": list(numbers)}, expect=200
        )["items"]
        return items

    def send_signed(self, signed: dict[str, Any]) -> int:
        """Send one part; the status of S3's answer."""
        data = self._part(signed)
        answer = self._deployed.http.put(
            signed["url"], data=data, headers={"Origin": self._deployed.origin}, timeout=60
        )
        return answer.status_code

    def cut_within(self, number: int) -> None:
        """Send the first half of one part, and break the connection."""
        (signed,) = self.sign([number])
        data = self._part(signed)
        url = urlsplit(signed["url"])
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.netloc, timeout=60)
        connection.putrequest("PUT", f"{url.path}?{url.query}")
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data[: len(data) // 2])
        connection.close()

    def _part(self, signed: dict[str, Any]) -> bytes:
        begin = (signed["partNumber"] - 1) * self.begun["partBytes"]
        return self._data[begin : begin + signed["sizeBytes"]]

    def send(self, numbers: Sequence[int]) -> None:
        """Send parts, four at once."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for begin in range(0, len(numbers), AT_ONCE):
                signed = self.sign(numbers[begin : begin + AT_ONCE])
                assert set(threads.map(self.send_signed, signed)) == {200}

    def complete(self, *, expect: int = 202) -> Any:
        """Have the parts put together."""
        return self._owner.call("POST", f"{self.path}/complete", expect=expect).body

    def is_at_s3(self) -> bool:
        """Whether S3 keeps parts of this upload."""
        bucket = self._deployed.outputs["content_bucket_name"]
        answer: Any = self._deployed.looking_inside("s3").list_multipart_uploads(Bucket=bucket)
        return any(each["Key"] == f"incoming/{self.begun['key']}" for each in answer.get("Uploads", ()))


def send_captions(
    deployed: Deployed, owner: Person, lesson_path: str, language: str, data: bytes, **wanted: Any
) -> dict[str, Any]:
    """Upload captions, and return their form."""
    form: dict[str, Any] = owner.call(
        "PUT", f"{lesson_path}/captions/{language}", wanted or None, expect=201
    ).body
    answer = send_file(deployed, form, data)
    assert answer.status_code in (200, 201, 204), answer.text
    return form


def shown_lesson(person: Person, lesson_path: str) -> dict[str, Any]:
    """A lesson as the API shows it in its course."""
    course_path, _, lesson_id = lesson_path.partition("/lessons/")
    found: dict[str, Any] = next(
        each for each in person.get(course_path)["lessons"] if each["lessonId"] == lesson_id
    )
    return found


def upload_captions(
    deployed: Deployed,
    owner: Person,
    lesson_path: str,
    language: str,
    data: bytes = CAPTIONS.encode(),
    **wanted: Any,
) -> str:
    """Upload captions, wait until the lesson has them, and return their key."""
    form = send_captions(deployed, owner, lesson_path, language, data, **wanted)
    eventually(
        lambda: any(
            each["language"] == form["key"].rpartition("/")[2].removesuffix(".vtt")
            for each in shown_lesson(owner, lesson_path)["captions"]
        )
    )
    return str(form["key"])
