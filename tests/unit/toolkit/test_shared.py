"""The small modules that every function uses: configuration, callers, cursors, values, times, keys."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import content_paths, permissions
from domain.content_paths import UploadKey
from domain.courses import Course
from toolkit import clock, cursor
from toolkit.caller import Caller, NoStaffRoutes, caller_of, canonical_email, parse_groups
from toolkit.config import BaseConfig, ConfigError, HttpConfig, load, variable_names
from toolkit.dynamo import from_item, from_wire, to_item, to_wire
from toolkit.errors import BadRequest, Forbidden, NotFound

COMMON = {"ENVIRONMENT_SUFFIX": "test", "LOG_LEVEL": "INFO"}


@dataclass(frozen=True)
class Sample(BaseConfig):
    """One field of every form."""

    table: str
    shards: int
    enabled: bool
    origins: tuple[str, ...]


SAMPLE = {
    **COMMON,
    "TABLE": "t",
    "SHARDS": "4",
    "ENABLED": "false",
    "ORIGINS": "https://a, https://b",
}


def test_a_config_reads_the_variables_of_its_fields() -> None:
    assert load(Sample, SAMPLE) == Sample("test", "INFO", "t", 4, False, ("https://a", "https://b"))
    assert variable_names(Sample) == SAMPLE.keys()
    assert variable_names(HttpConfig) == {*COMMON, "PORTAL_ORIGINS"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE", None),
        ("TABLE", " "),
        ("SHARDS", "four"),
        ("ENABLED", "yes"),
        ("ORIGINS", ","),
    ],
)
def test_a_missing_or_bad_variable_is_named(name: str, value: str | None) -> None:
    environment = {key: text for key, text in {**SAMPLE, name: value}.items() if text is not None}
    with pytest.raises(ConfigError, match=name):
        load(Sample, environment)


@pytest.mark.parametrize(
    "claim",
    [
        "students,instructors",
        "[students instructors]",
        "[students, instructors]",
        ["students", "instructors"],
    ],
)
def test_groups_are_read_in_every_form(claim: object) -> None:
    assert parse_groups(claim) == {"students", "instructors"}


@pytest.mark.parametrize("claim", [None, "", "[]", [], 5])
def test_a_caller_in_no_group_is_a_student(claim: object) -> None:
    claims = {"sub": "u", "email": "e", "token_use": "id", "cognito:groups": claim}
    caller = caller_of({"requestContext": {"authorizer": {"claims": claims}}}, NoStaffRoutes())
    assert caller.groups == {"students"}


@pytest.mark.parametrize(
    ("verified", "email"),
    [
        *((true, "ada@example.org") for true in ("true", True)),
        *((other, "") for other in ("false", False, None, "True ", "", 1)),
    ],
)
def test_an_address_counts_only_if_it_is_verified(verified: object, email: str) -> None:
    claims = {"sub": "u", "email": "Ada@Example.ORG", "token_use": "id", "email_verified": verified}
    assert caller_of({"requestContext": {"authorizer": {"claims": claims}}}, NoStaffRoutes()).email == email
    del claims["email_verified"]
    assert caller_of({"requestContext": {"authorizer": {"claims": claims}}}, NoStaffRoutes()).email == ""


@pytest.mark.parametrize("other", ["\u212aelvin@example.org", "kelvin@\u212a.org", "\u0130@example.org"])
def test_only_ascii_letters_are_made_small(other: str) -> None:
    """Otherwise an address with the Kelvin sign would be another person's address with a `k`."""
    assert canonical_email(other) == other
    assert canonical_email(" KELVIN@Example.ORG\r\n") == "kelvin@example.org"


def caller(user_id: str, *groups: str) -> Caller:
    return Caller(user_id, f"{user_id}@example.org", frozenset(groups or ("students",)))


def course(status: str, published_at: str | None = None) -> Course:
    staff = frozenset({"colleague"})
    return Course("c", "T", "", status, "owner", 1, "t", "t", published_at, staff=staff)


@pytest.mark.parametrize(
    ("who", "sees_draft", "edits", "changes_staff"),
    [
        (caller("owner", "instructors"), True, True, True),
        (caller("owner"), False, False, False),
        (caller("colleague", "instructors"), True, True, False),
        (caller("colleague"), False, False, False),
        (caller("other", "instructors"), False, False, False),
        (caller("student"), False, False, False),
        (caller("admin", "administrators"), True, True, True),
    ],
)
def test_which_callers_see_and_edit_a_course(
    who: Caller, sees_draft: bool, edits: bool, changes_staff: bool
) -> None:
    assert permissions.may_see(who, course("draft")) is sees_draft
    assert permissions.may_see(who, course("published"))
    assert permissions.may_see(who, course("archived", "t#c"))
    assert permissions.may_see(who, course("archived")) is sees_draft, "it was never for anybody else"
    assert permissions.may_edit(who, course("published")) is edits
    assert permissions.may_read_roster(who, course("published")) is edits
    assert permissions.may_change_staff(who, course("published")) is changes_staff
    for require, allowed in (
        (permissions.require_editable, edits),
        (permissions.require_roster, edits),
        (permissions.require_staff_changes, changes_staff),
    ):
        if allowed:
            assert require(who, course("draft")) == course("draft")
        else:
            with pytest.raises(Forbidden):
                require(who, course("published"))
            with pytest.raises(Forbidden if sees_draft else NotFound):
                require(who, course("draft"))
    with pytest.raises(NotFound):
        permissions.require_visible(who, None)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(TEXT, TEXT, st.integers(-(10**8), 10**8).map(lambda n: n / 100) | st.integers(-(10**14), 10**14))
def test_a_cursor_comes_back_in_its_own_list_only(scope: str, text: str, number: float) -> None:
    fields = {"text": str, "number": float}
    made = cursor.encode(scope, {"text": text, "number": number})
    assert cursor.decode(scope, made, fields) == {"text": text, "number": number}
    with pytest.raises(BadRequest):
        cursor.decode(f"{scope}x", made, fields)
    with pytest.raises(BadRequest):
        cursor.decode(scope, made, {"text": str})
    with pytest.raises(BadRequest):
        cursor.decode(scope, made, {"text": float, "number": float})


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda data: data.hex()))
def test_no_text_breaks_the_cursor(text: str) -> None:
    with pytest.raises(BadRequest):
        cursor.decode("list", text, {"text": str})


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x" * 513,
        "\U0001d4b3" * 129,
        "\ud800",
        True,
        None,
        float("inf"),
        10**16,
        10**400,
        1e-200,
        0.001,
        [],
    ],
)
def test_a_cursor_contains_only_valid_key_values(value: Any) -> None:
    made = cursor.encode("list", {"at": value})
    for wanted in (str, int, float):
        with pytest.raises(BadRequest):
            cursor.decode("list", made, {"at": wanted})


VALUES = st.recursive(
    TEXT
    | st.booleans()
    | st.none()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sets(TEXT, min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_values_come_back_from_their_wire_form(item: dict[str, Any]) -> None:
    assert from_item(to_item(item)) == item


def test_numbers_are_whole_where_they_can_be() -> None:
    assert [type(from_wire({"N": text})) for text in ("1", "1.0", "1E+2", "1.5")] == [int, int, int, float]
    with pytest.raises(TypeError):
        to_wire(object())
    with pytest.raises(TypeError):
        to_wire(set())


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00.000Z"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000Z"),
        ("2026-03-01t10:00:00.123456z", "2026-03-01T10:00:00.123Z"),
    ],
)
def test_times_have_one_form(given_text: str, stored: str) -> None:
    assert clock.normalise(given_text) == stored


@pytest.mark.parametrize("text", ["2026-03-01T10:00:00", "yesterday", "", "0001-01-01T00:00:00+14:00"])
def test_a_time_without_an_offset_or_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="offset"):
        clock.normalise(text)


def test_an_upload_key_says_what_the_lesson_was() -> None:
    upload_id = content_paths.new_upload_id()
    upload = UploadKey("course-1", "lesson-1", "pdf", premium=False, upload_id=upload_id)
    key = content_paths.key_of(upload, "notes.pdf")
    assert content_paths.parse(key) == upload
    assert content_paths.new_upload_id() != upload_id
    assert content_paths.lesson_folder_of(key) == "public/course-1/lesson-1"
