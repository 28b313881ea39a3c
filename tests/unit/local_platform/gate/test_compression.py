"""The compression of answers, which the gate adds to the emulator's CloudFront."""

import gzip
from typing import Any

import pytest

from local_platform.gate.edge.compression import LARGEST, SMALLEST, compressed

SCRIPT = b"let lesson = 1;\n" * 100
HEADERS = {"Content-Type": "text/javascript; charset=utf-8", "ETag": '"abc"', "Content-Length": "1600"}


def answer(
    body: bytes = SCRIPT, status: int = 200, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any], bytes]:
    return status, {**HEADERS, **(headers or {})}, body


def test_a_script_is_compressed_for_a_viewer_that_takes_gzip() -> None:
    status, headers, body = compressed(answer(), "gzip, deflate, br")
    assert (status, gzip.decompress(body)) == (200, SCRIPT)
    assert headers["Content-Encoding"] == "gzip"
    assert headers["ETag"] == 'W/"abc"'
    assert "Content-Length" not in headers


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0, br"])
def test_a_viewer_that_does_not_take_gzip_gets_the_file(accepted: str) -> None:
    assert compressed(answer(), accepted) == answer()


@pytest.mark.parametrize(
    "left_alone",
    [
        answer(status=404),
        answer(status=206),
        answer(body=b"x" * (SMALLEST - 1)),
        answer(body=b"x" * (LARGEST + 1)),
        answer(headers={"Content-Type": "video/mp4"}),
        answer(headers={"Content-Encoding": "br"}),
    ],
    ids=["an error", "a part", "too small", "too large", "a film", "compressed already"],
)
def test_what_cloudfront_leaves_alone_is_left_alone(left_alone: tuple[int, dict[str, Any], bytes]) -> None:
    assert compressed(left_alone, "gzip") == left_alone
