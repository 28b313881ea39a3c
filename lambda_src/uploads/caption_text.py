"""Reads a file of captions, and makes WebVTT of it: https://www.w3.org/TR/webvtt1/.

The library `webvtt` reads both formats. It leaves out what it does not understand in an SRT file, so what is left out
is looked for here first: a teacher should find out, and not the class.
"""

import re

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from domain.files import encodings

# More than twice as many as the dialogue of a long film has.
MOST_CUES = 20_000
_ARROW = "-->"
_SRT_TIMES = re.compile(
    r"\s*\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}\s*-->\s*\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}(\s|$)"
)
_WEBVTT_TIMES = re.compile(r"\s*(\d{2,}:)?\d\d:\d\d\.\d{3}[ \t]*-->[ \t]*(\d{2,}:)?\d\d:\d\d\.\d{3}(\s|$)")
# Browsers show nothing of a file that begins in another way.
_WEBVTT_BEGINS = re.compile(r"WEBVTT(?![^ \t\n])")
# Where to show a line, as programs for subtitles write it into SRT files.
_POSITIONS = re.compile(r"\{\\an?\d{1,2}\}")


class RefusedCaptions(Exception):  # noqa: N818 - what happened, not a failure of the program
    """The file is no captions; `code` is for programs, `detail` is a sentence for the instructor."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def to_webvtt(data: bytes) -> bytes:
    """The captions as WebVTT in UTF-8. A WebVTT file stays as it is but for its encoding and its line ends.

    Raises:
        RefusedCaptions: it is neither WebVTT nor SRT, or a part of it cannot be read.
    """
    try:
        text, _ = encodings.decode(data)
    except encodings.EncodingError as error:
        raise RefusedCaptions("captions-encoding", f"The file {error}.") from error
    # What WebVTT does before it parses; a NUL is no character there.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    is_webvtt = _WEBVTT_BEGINS.match(text) is not None
    if not is_webvtt and text.startswith("WEBVTT"):
        raise RefusedCaptions(
            "captions-format", "The first line has to be WEBVTT, alone or with a blank after it."
        )
    if not is_webvtt:
        shown = "\n".join(line.rstrip(" \t") for line in _POSITIONS.sub("", text).split("\n"))
        text = shown.strip("\n \t") + "\n"
    lines = text.split("\n")
    if not is_webvtt and not any(_ARROW in line for line in lines[:3]):
        raise RefusedCaptions("captions-format", "The file is neither WebVTT nor SRT.")
    _check_times(lines, _WEBVTT_TIMES if is_webvtt else _SRT_TIMES)
    cues = _parsed(text, is_webvtt=is_webvtt)
    for number, cue in enumerate(cues.captions, 1):
        if cue.end_time.in_milliseconds() < cue.start_time.in_milliseconds():
            raise RefusedCaptions("captions-time", f"Caption {number} ends before it begins.")
    return (text if is_webvtt else f"{cues.content.rstrip()}\n").encode(errors="replace")


def _check_times(lines: list[str], times: re.Pattern[str]) -> None:
    """Each line with an arrow has to be times. The text of a caption has none, in both formats."""
    count = 0
    for number, line in enumerate(lines, 1):
        if _ARROW in line:
            count += 1
            if not times.match(line):
                raise RefusedCaptions("captions-time", f"Line {number} has no times that can be read.")
    if count == 0:
        raise RefusedCaptions("captions-empty", "The file has no captions.")
    if count > MOST_CUES:
        raise RefusedCaptions("captions-too-many", f"The file has more than {MOST_CUES} captions.")


def _numbered(lines: list[str]) -> list[str]:
    """The lines of an SRT file, with a number before each caption that lacks one: without it, the library skips it."""
    found: list[str] = []
    for line in lines:
        if _ARROW in line and not (found and found[-1].strip().isdigit()):
            found += ["", "0"] if found else ["0"]
        found.append(line)
    return found


def _parsed(text: str, *, is_webvtt: bool) -> webvtt.WebVTT:
    try:
        if is_webvtt:
            cues = webvtt.from_string(text, strict=True)
        else:
            cues = webvtt.from_buffer(_numbered(text.split("\n")), format="srt")
    except (MalformedCaptionError, MalformedFileError) as error:
        kind = "WebVTT" if is_webvtt else "SRT"
        raise RefusedCaptions("captions-format", f"The file breaks the rules of {kind}.") from error
    if not cues.captions:
        raise RefusedCaptions("captions-empty", "The file has no captions.")
    return cues
