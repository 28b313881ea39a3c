"""Everything that the platform stores about a person, as one document (GDPR articles 15 and 20).

It contains what is stored, not what the portal shows: a lesson that was removed from a course is in it as long as the
person's record contains it. It does not contain data of others, such as the person who granted a role, or a course's
content. In most cases it is one answer. If it is too long for one answer of Lambda (6 MB), it has a cursor for the
rest. The queries are in profiles.export_store.
"""

import json
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, Protocol

from domain import audit, staff
from domain.audit import AuditEntry, AuditTrail
from domain.enrollments.model import EnrollmentRecord, Position
from domain.enrollments.views import enrollment_view
from domain.people.tombstones import Erased
from domain.people.user_pool import PoolUser, UserPool
from domain.positions.model import LessonPosition
from domain.runtime.model import Runtime
from profiles.rules import Profiles
from toolkit import clock, cursor, texts
from toolkit.caller import Caller

# Increase it when a field changes its meaning.
FORMAT = 1
# After this many bytes of its lists, a document ends. They are counted as they are in Lambda's answer, where the JSON
# is a text in JSON once more. This is well below Lambda's 6 MB.
MOST_BYTES = 2_000_000
OWNED_COURSE_FIELDS = ("courseId", "title", "status", "createdAt", "updatedAt")
_LISTS = ("enrollments", "progress", "ownedCourses", "coTaughtCourses", "auditTrail", "runtimeData")
_SCOPE = "export"
_POSITION = {"section": int, "first": str, "second": str}
_BEGINNING = "-"
# The form of all answers. With these options, `json.dumps` would make an encoder for each entry.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

StoredItem = Mapping[str, Any]
Start = tuple[str, str]
"""The sort position of the last item of a page: two key attributes, which depend on the section."""


class Section(IntEnum):
    """The parts of the export that may be long, in their order. Cursors contain the numbers."""

    RECORDS = 0
    OWNED_COURSES = 1
    ACTS_OF_PERSON = 2
    ACTS_ON_PERSON = 3
    RUNTIME = 4


class ExportStore(Protocol):
    """What the database stores about a person."""

    def page(
        self, section: Section, user_id: str, start: Start | None
    ) -> tuple[list[StoredItem], Start | None]:
        """Up to 1 MB of a section after a position, and the position of the next page, None if there is none."""

    def positions(self, user_id: str, after_course_id: str | None) -> Iterator[LessonPosition]:
        """The person's positions in lessons by course, after those in the given course."""

    def position_of(self, section: Section, item: StoredItem) -> Start:
        """The position of an item of a section, after which the next page can start."""

    def invitations(self, email: str) -> list[str]:
        """Ids of the courses that an address is invited to."""


class Export:
    """Exports that people ask for themselves."""

    def __init__(
        self, store: ExportStore, profiles: Profiles, user_pool: UserPool, trail: AuditTrail
    ) -> None:
        self._store = store
        self._profiles = profiles
        self._user_pool = user_pool
        self._trail = trail

    def document(self, caller: Caller, request_id: str, cursor_text: str | None) -> str:
        """The caller's export as JSON, or the part of it after a cursor. The audit entry is written first.

        Raises:
            Erased: the caller is being or has been erased.
            BadRequest: the cursor is not one of this list.
        """
        section, start = _position(cursor_text)
        profile = self._profiles.get(caller)
        self._trail.record(
            AuditEntry(
                audit.PERSON_EXPORTED,
                actor_id=caller.user_id,
                subject=audit.person(caller.user_id),
                request_id=request_id,
            )
        )
        user, groups = self._user_pool.find(caller.user_id), self._user_pool.groups(caller.user_id)
        if user is None or groups is None:
            raise Erased
        lists, next_cursor = self._lists(caller.user_id, section, start)
        document: dict[str, Any] = {
            "format": FORMAT,
            "exportedAt": clock.now(),
            "profile": profile.to_api(),
            "signIn": _sign_in(user, groups),
            "invitedTo": self._store.invitations(caller.email) if caller.email else [],
        }
        if next_cursor is not None:
            document["nextCursor"] = next_cursor
        return _assembled(document, lists)

    def _lists(
        self, user_id: str, first_section: int, start: Start | None
    ) -> tuple[dict[str, list[str]], str | None]:
        """The document's lists with their entries as JSON, up to about MOST_BYTES of them, and the cursor of the rest
        if there is one."""
        lists: dict[str, list[str]] = {name: [] for name in _LISTS}
        size = 0
        entries = _Entries(user_id, self._store.positions(user_id, start[0] if start else None))
        before: tuple[Section, StoredItem] | None = None
        for section, item in self._items(user_id, first_section, start):
            if size >= MOST_BYTES:
                last = self._store.position_of(*before) if before and before[0] == section else None
                return lists, _cursor(section, last)
            for name, entry in entries.of(section, item):
                text = _encode(entry)
                lists[name].append(text)
                size += escaped_length(text)
            before = section, item
        return lists, None

    def _items(
        self, user_id: str, first_section: int, start: Start | None
    ) -> Iterator[tuple[Section, StoredItem]]:
        """What is stored about a person, section after section; a page is read only when it is needed."""
        for section in list(Section)[first_section:]:
            while True:
                items, start = self._store.page(section, user_id, start)
                for item in items:
                    yield section, item
                if start is None:
                    break


def escaped_length(text: str) -> int:
    """How many bytes a JSON text takes in Lambda's answer, where it is a part of a text in JSON once more."""
    if text.isascii() and "\x7f" not in text:
        # A text in JSON has no other control character, so these are all that is escaped, by one character each.
        return len(text) + text.count('"') + text.count("\\")
    return len(json.dumps(text)) - len('""')


def _assembled(document: Mapping[str, Any], lists: Mapping[str, list[str]]) -> str:
    """The document with its lists, whose entries are JSON already."""
    texts_of_lists = [f'"{name}":[{",".join(entries)}]' for name, entries in lists.items()]
    return f"{_encode(document)[:-1]},{','.join(texts_of_lists)}}}"


def _cursor(section: int, start: Start | None) -> str:
    first, second = start or (_BEGINNING, _BEGINNING)
    return cursor.encode(_SCOPE, {"section": section, "first": first, "second": second})


def _position(cursor_text: str | None) -> tuple[int, Start | None]:
    """The section, and the position in it, at which an export continues."""
    position = cursor.decode(_SCOPE, cursor_text, _POSITION)
    if position is None:
        return 0, None
    if not 0 <= position["section"] < len(Section):
        raise cursor.invalid_cursor()
    start = (position["first"], position["second"])
    return position["section"], None if _BEGINNING in start else start


class _PositionsInOrder:
    """The positions of a person, course after course. They are read while the records are, which have the same order,
    so that not all of them are in memory."""

    def __init__(self, positions: Iterator[LessonPosition]) -> None:
        self._positions = positions
        self._next: LessonPosition | None = None

    def of(self, course_id: str) -> dict[str, Position]:
        """The positions in a course by lesson; those in earlier courses are passed over."""
        found: dict[str, Position] = {}
        while True:
            each = self._next = self._next or next(self._positions, None)
            if each is None or each.course_id > course_id:
                return found
            if each.course_id == course_id:
                found[each.lesson_id] = each.position
            self._next = None


class _Entries:
    """Makes the entries of a person's document. Items must come in the order of their sections."""

    def __init__(self, user_id: str, positions: Iterator[LessonPosition]) -> None:
        self._positions = _PositionsInOrder(positions)
        self._pseudonym, self._as_subject = audit.pseudonym(user_id), audit.person(user_id)

    def of(self, section: Section, item: StoredItem) -> Iterator[tuple[str, dict[str, Any]]]:
        """The entries that are made from an item, each with the name of its list."""
        match section:
            case Section.RECORDS:
                record = EnrollmentRecord.from_stored(item, self._positions.of(item["courseId"]))
                yield "enrollments", enrollment_view(record)
                yield "progress", _progress(record)
            case Section.OWNED_COURSES if staff.is_co_teacher(item):
                yield "coTaughtCourses", {"courseId": staff.course_id_of(item)}
            case Section.OWNED_COURSES:
                course = {name: item[name] for name in OWNED_COURSE_FIELDS}
                yield "ownedCourses", {**course, "title": texts.shown(course["title"])}
            case Section.ACTS_OF_PERSON:
                on_themselves = item["subject"] == self._as_subject
                yield "auditTrail", _audit_entry(item, ["actor", "subject"] if on_themselves else ["actor"])
            case Section.ACTS_ON_PERSON:
                # Acts of people on their own data are in ACTS_OF_PERSON already.
                if item["actor"] != self._pseudonym:
                    yield "auditTrail", _audit_entry(item, ["subject"])
            case Section.RUNTIME:
                yield "runtimeData", Runtime.from_stored(item).to_export()


def _sign_in(user: PoolUser, groups: frozenset[str]) -> dict[str, Any]:
    return {
        "username": user.username,
        "status": user.status,
        "enabled": user.enabled,
        "createdAt": user.created_at,
        "updatedAt": user.updated_at,
        "attributes": user.attributes,
        "groups": sorted(groups),
        "secondFactors": list(user.second_factors),
    }


def _progress(record: EnrollmentRecord) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userId": record.user_id,
        "courseId": record.course_id,
        "courseTitle": record.course_title,
        "status": record.status,
        "completionPercentage": record.percentage,
        "completedLessons": sorted(record.completed),
        "positions": {
            lesson_id: {"seconds": position.seconds, "at": position.at}
            for lesson_id, position in record.positions.items()
        },
        "results": {lesson_id: result.to_stored() for lesson_id, result in record.results.items()},
        "enrolledAt": record.enrolled_at,
        "lastActivityAt": record.last_activity_at,
    }
    optional = {
        "completedAt": record.completed_at,
        "waitlistedAt": record.waitlisted_at,
        "requestedAt": record.requested_at,
        "ownEnrolments": list(record.own_enrolments) or None,
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def _audit_entry(item: StoredItem, roles: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: item[name] for name in ("action", "at", "requestId")}
    shown["roles"] = roles
    if "actor" in roles and not item["subject"].startswith("person#"):
        shown["subject"] = item["subject"]
    if "details" in item:
        shown["details"] = {name: value for name, value in item["details"].items() if name != audit.PERSON}
    return shown
