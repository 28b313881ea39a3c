"""Files of captions: which are read, what becomes of them, and what is said of the others."""

import pytest

from uploads.caption_text import MOST_CUES, RefusedCaptions, to_webvtt

SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüße aus Köln\n\n2\n00:01:00,5 --> 00:01:02,000\nTwo\nlines\n"
WEBVTT = (
    "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: white }\n\nNOTE hello\n\n"
    "intro\n00:01.000 --> 00:02.500 align:start position:10%\n<v Ada>Grüße &amp; <i>more</i>\n"
)
FROM_SRT = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nGrüße aus Köln\n\n00:01:00.005 --> 00:01:02.000\nTwo\nlines\n"
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "utf-32"]
)
def test_the_encodings_of_peoples_tools_are_read(encoding: str) -> None:
    assert to_webvtt(SRT.encode(encoding)).decode() == FROM_SRT
    assert to_webvtt(WEBVTT.encode(encoding)).decode() == WEBVTT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_letters_whose_second_byte_is_null_are_read_in_utf_16(encoding: str) -> None:
    """The Chinese one, and the blank between Japanese words."""
    srt = SRT.replace("Grüße aus Köln", "一つ\u3000だけ")
    assert to_webvtt(srt.encode(encoding)).decode() == FROM_SRT.replace("Grüße aus Köln", "一つ\u3000だけ")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    assert to_webvtt(SRT.replace("\n", end).encode()).decode() == FROM_SRT
    assert to_webvtt(WEBVTT.replace("\n", end).encode()).decode() == WEBVTT


def test_captions_without_numbers_are_read() -> None:
    srt = SRT.replace("1\n00:00:01", "00:00:01").replace("2\n00:01", "00:01")
    assert to_webvtt(srt.encode()).decode() == FROM_SRT


def test_positions_and_blank_lines_of_srt_files_are_left_out() -> None:
    srt = "\n\n" + SRT.replace("Grüße", "{\\an8}Grüße") + "\n\n\n"
    assert to_webvtt(srt.encode()).decode() == FROM_SRT


def test_blanks_at_the_ends_of_lines_are_left_out_of_srt_files() -> None:
    """Also in the line between two captions, which is then not empty."""
    assert to_webvtt(SRT.replace("\n", " \t\n").encode()).decode() == FROM_SRT


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "captions-format", "neither WebVTT nor SRT"),
        (b"hello\n", "captions-format", "neither WebVTT nor SRT"),
        (b"%PDF-1.7 \x00\x01", "captions-format", "neither WebVTT nor SRT"),
        (b"WEBVTT\n", "captions-empty", "no captions"),
        (b"WEBVTTX\n\n00:01.000 --> 00:02.000\nHi\n", "captions-format", "The first line has to be WEBVTT"),
        (b"WEBVTT\n\nNOTE nothing\n", "captions-empty", "no captions"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n", "captions-empty", "no captions"),
        (b"WEBVTT\n\n00:01.000 --> 00:02\nHi\n", "captions-time", "Line 3 has no times"),
        (b"WEBVTT\n\n00:03.000 --> 00:02.000\nHi\n", "captions-time", "Caption 1 ends before it begins"),
        (SRT.replace("00:01:00,5", "later").encode(), "captions-time", "Line 6 has no times"),
        (SRT.replace("00:01:00,5", "00:01:07,5").encode(), "captions-time", "Caption 2 ends before"),
        (b"\xff\xfeW\x00E\x00\x00\xd8", "captions-encoding", "The file is not readable from line 1 on"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nHi\n\n" * (MOST_CUES + 1), "captions-too-many", "20000"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_one_sentence(data: bytes, code: str, detail: str) -> None:
    with pytest.raises(RefusedCaptions) as refused:
        to_webvtt(data)
    assert refused.value.code == code
    assert detail in refused.value.detail
    assert refused.value.detail.endswith(".")
