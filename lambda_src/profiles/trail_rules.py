"""Administrators read the audit trail of a course or of a person, newest entries first.

An entry is shown as it is stored: it names people by pseudonyms (domain.audit), and so do details. So an erased person
stays unknown, and an administrator who has a user id finds all entries about that id. Reading a trail is recorded in
it, after it was read and before the answer leaves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import repeat
from typing import Any, Protocol

from domain import audit, permissions
from domain.audit import AuditEntry, AuditTrail
from domain.courses import Course
from domain.people.user_pool import UserPool
from toolkit import cursor
from toolkit.caller import Caller
from toolkit.cursor import Page, PagedList
from toolkit.errors import NotFound

_BEGINNING = "-"

StoredEntry = Mapping[str, Any]
Position = tuple[str, str]
"""The time and the id of an entry: its place in its list."""


@dataclass(frozen=True)
class EntryList:
    """All entries with a value in one attribute: `actor` or `subject`."""

    attribute: str
    value: str


class TrailStore(Protocol):
    """The entries of the audit trail, and the courses that they are about."""

    def course(self, course_id: str) -> Course | None:
        """One course as it is now."""

    def newest(self, entries: EntryList, after: Position | None, page_size: int) -> Iterator[StoredEntry]:
        """The entries of a list, newest first, after a position. They are read page by page, when needed."""


class Trails:
    """Reading the audit trail."""

    def __init__(self, store: TrailStore, user_pool: UserPool, trail: AuditTrail) -> None:
        self._store = store
        self._user_pool = user_pool
        self._trail = trail

    def of_course(
        self, caller: Caller, course_id: str, limit: int, cursor_text: str | None, request_id: str
    ) -> Page[dict[str, Any]]:
        """What was done to a course. A course that was deleted still has a trail.

        Raises:
            NotFound: there is no such course and no entry about one, or the caller may not see it.
            Forbidden: the caller is no administrator.
            BadRequest: the cursor is not one of this list.
        """
        course = self._store.course(course_id)
        if not caller.is_administrator:
            permissions.require_visible(caller, course)
        permissions.require_administrator(caller)
        subject = audit.course(course_id)
        page = self._page([EntryList("subject", subject)], limit, cursor_text)
        if not page.items and course is None:
            raise NotFound(permissions.NO_SUCH_COURSE)
        self._record(caller, subject, request_id)
        return Page([_shown(entry) for entry in page.items], page.next_cursor)

    def of_person(
        self, caller: Caller, user_id: str, limit: int, cursor_text: str | None, request_id: str
    ) -> Page[dict[str, Any]]:
        """What a person did, and what was done to them. An erased person still has a trail.

        Raises:
            Forbidden: the caller is no administrator.
            NotFound: there is no such person and no entry about one.
            BadRequest: the cursor is not one of this list.
        """
        permissions.require_administrator(caller)
        pseudonym, subject = audit.pseudonym(user_id), audit.person(user_id)
        page = self._page([EntryList("actor", pseudonym), EntryList("subject", subject)], limit, cursor_text)
        if not page.items and self._user_pool.find(user_id) is None:
            raise NotFound("There is no such user.")
        self._record(caller, subject, request_id)
        shown = [_shown(entry) | {"roles": _roles(entry, pseudonym, subject)} for entry in page.items]
        return Page(shown, page.next_cursor)

    def _page(self, lists: Sequence[EntryList], limit: int, cursor_text: str | None) -> Page[StoredEntry]:
        """One page of several lists together. An entry that is in two of them is shown once.

        The index does not say in which order it has entries of the same millisecond. So the cursor has a position in
        each list, and not one position in all of them.
        """
        scope = "audit:" + "|".join(each.value for each in lists)
        names = [(f"at{number}", f"id{number}") for number in range(len(lists))]
        start = PagedList(scope, {name: str for pair in names for name in pair}).start(cursor_text)
        places = [
            (start[at], start[entry_id]) if start else (_BEGINNING, _BEGINNING) for at, entry_id in names
        ]
        numbered = [
            zip(repeat(number), self._store.newest(each, _after(place), limit + 1), strict=False)
            for number, (each, place) in enumerate(zip(lists, places, strict=True))
        ]
        shown: list[StoredEntry] = []
        for number, entry in merge(*numbered, key=lambda each: str(each[1]["at"]), reverse=True):
            is_new = all(entry[other.attribute] != other.value for other in lists[:number])
            if is_new and len(shown) == limit:
                position = {
                    name: part
                    for pair, place in zip(names, places, strict=True)
                    for name, part in zip(pair, place, strict=True)
                }
                return Page(shown, cursor.encode(scope, position))
            places[number] = (entry["at"], entry["recordId"])
            if is_new:
                shown.append(entry)
        return Page(shown)

    def _record(self, caller: Caller, subject: str, request_id: str) -> None:
        self._trail.record(AuditEntry(audit.AUDIT_READ, caller.user_id, subject, request_id))


def _after(place: Position) -> Position | None:
    return None if _BEGINNING in place else place


def _roles(entry: StoredEntry, pseudonym: str, subject: str) -> list[str]:
    roles = {"actor": entry["actor"] == pseudonym, "subject": entry["subject"] == subject}
    return [role for role, has_it in roles.items() if has_it]


def _shown(entry: StoredEntry) -> dict[str, Any]:
    names = ("action", "at", "actor", "subject", "requestId", "details")
    return {name: entry[name] for name in names if name in entry}
