"""Everything that is held about a person, as one document (GDPR articles 15 and 20).

Read from where it is stored and not as screens show it: a lesson that a course no longer has is in here as
long as the record has it. Ordinarily that is one answer; where it is more than an answer of Lambda's can hold
(6 MB), a cursor leads to the rest. What belongs to others, such as who granted a role or
a course's content, is not.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import audit
from domain.audit import AuditEntry, AuditTrail
from domain.course_store import OWNER_INDEX
from domain.enrollments.model import Record, enrollment_view
from domain.people.address_store import AddressTable
from domain.people.tombstones import Erased
from domain.people.user_pool import SignIn, SignIns
from profiles.rules import Profiles
from toolkit import clients, clock, cursor
from toolkit.caller import Caller, canonical_email
from toolkit.dynamo import Item, from_item, to_item

# Raised when a field changes its meaning.
FORMAT = 1
# After this much, no further query is made. One query is at most 1 MB in the table, some 2 MB here, and Lambda
# escapes what it is given: together well below its 6 MB.
MOST_BYTES = 1_000_000
_LISTS = ("enrollments", "progress", "ownedCourses", "auditTrail")
_SCOPE = "export"
_BEGINNING = "-"
_OWNED = ("courseId", "title", "status", "createdAt", "updatedAt")


@dataclass(frozen=True)
class ExportSources:
    """Names of the tables that hold something about people."""

    courses_table: str
    progress_table: str
    audit_table: str
    profiles_table: str

    def invitations(self, email: str) -> list[str]:
        """Ids of courses that wait for the owner of an address: one GetItem."""
        return sorted(AddressTable(self.profiles_table).find_one(canonical_email(email)).invited_to)

    def sections(self, user_id: str) -> "tuple[_Section, ...]":
        """What may be long, in the order in which it is exported: a Query each, and one more per MB."""
        pseudonym, person = audit.pseudonym(user_id), audit.person(user_id)
        records = _Section(
            {"TableName": self.progress_table, "ConsistentRead": True},
            ("userId", user_id),
            ("courseId", "courseId"),
            _of_record,
        )
        owned = _Section(
            {"TableName": self.courses_table, "IndexName": OWNER_INDEX},
            ("ownerId", user_id),
            ("createdAt", "courseId"),
            lambda item: {"ownedCourses": {name: item[name] for name in _OWNED}},
            only=_OWNED,
        )
        done = _Section(
            {"TableName": self.audit_table, "IndexName": "actor-index"},
            ("actor", pseudonym),
            ("at", "recordId"),
            lambda item: _of_entry(item, ["actor", "subject"] if item["subject"] == person else ["actor"]),
        )
        suffered = _Section(
            {"TableName": self.audit_table, "IndexName": "subject-index"},
            ("subject", person),
            ("at", "recordId"),
            # What people did with their own data is among what they did.
            lambda item: {} if item["actor"] == pseudonym else _of_entry(item, ["subject"]),
        )
        return records, owned, done, suffered


@dataclass(frozen=True)
class _Section:
    """One Query: where, the partition, the names of what a position in it consists of, and what is shown
    of an item, by the document's list."""

    source: Mapping[str, Any]
    partition: tuple[str, str]
    position: tuple[str, str]
    show: Callable[[Item], dict[str, Item]]
    only: tuple[str, ...] = ()

    def page(self, start: tuple[str, str] | None) -> tuple[list[Item], tuple[str, str] | None]:
        """Up to 1 MB of items after a position, and the position after which there is more."""
        key, value = self.partition
        query: dict[str, Any] = {
            **self.source,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": key, **{f"#{name}": name for name in self.only}},
            "ExpressionAttributeValues": to_item({":value": value}),
        }
        if self.only:
            query["ProjectionExpression"] = ", ".join(f"#{name}" for name in self.only)
        if start is not None:
            query["ExclusiveStartKey"] = to_item({key: value, **dict(zip(self.position, start, strict=True))})
        answer = clients.dynamodb().query(**query)
        last = from_item(answer.get("LastEvaluatedKey") or {})
        following = (last[self.position[0]], last[self.position[1]]) if last else None
        return [from_item(item) for item in answer["Items"]], following


def _lists(sections: Sequence[_Section], cursor_text: str | None) -> tuple[dict[str, list[Item]], str | None]:
    """The document's lists, up to about MOST_BYTES of them, and the cursor of the rest if there is one."""
    number, start = _place(cursor_text, len(sections))
    lists: dict[str, list[Item]] = {name: [] for name in _LISTS}
    size = 0
    while number < len(sections):
        items, start = sections[number].page(start)
        for item in items:
            for name, entry in sections[number].show(item).items():
                lists[name].append(entry)
                size += len(json.dumps(entry))
        if start is None:
            number += 1
        if size >= MOST_BYTES and number < len(sections):
            first, second = start or (_BEGINNING, _BEGINNING)
            return lists, cursor.encode(_SCOPE, {"section": number, "first": first, "second": second})
    return lists, None


def _place(cursor_text: str | None, sections: int) -> tuple[int, tuple[str, str] | None]:
    position = cursor.decode(_SCOPE, cursor_text, {"section": int, "first": str, "second": str})
    if position is None:
        return 0, None
    if not 0 <= position["section"] < sections:
        raise cursor.foreign()
    start = (position["first"], position["second"])
    return position["section"], None if _BEGINNING in start else start


def export_of(
    caller: Caller,
    profiles: Profiles,
    sign_ins: SignIns,
    sources: ExportSources,
    trail: AuditTrail,
    request_id: str,
    cursor_text: str | None = None,
) -> dict[str, Any]:
    """The caller's export, or the part of it after a cursor. That it was made is recorded first.

    Raises:
        Erased: there is nobody to export.
        BadRequest: the cursor is not one of ours.
    """
    sections = sources.sections(caller.user_id)
    _place(cursor_text, len(sections))
    profile = profiles.get(caller)
    trail.record(
        AuditEntry(
            audit.PERSON_EXPORTED, by=caller.user_id, on=audit.person(caller.user_id), request_id=request_id
        )
    )
    sign_in, groups = sign_ins.find(caller.user_id), sign_ins.groups(caller.user_id)
    if sign_in is None or groups is None:
        raise Erased
    lists, following = _lists(sections, cursor_text)
    document = {
        "format": FORMAT,
        "exportedAt": clock.now(),
        "profile": profile.to_api(),
        "signIn": _sign_in(sign_in, groups),
        "invitedTo": sources.invitations(profile.email),
        **lists,
    }
    return document if following is None else {**document, "nextCursor": following}


def _sign_in(sign_in: SignIn, groups: frozenset[str]) -> dict[str, Any]:
    return {
        "username": sign_in.username,
        "status": sign_in.status,
        "enabled": sign_in.enabled,
        "createdAt": sign_in.created_at,
        "updatedAt": sign_in.updated_at,
        "attributes": sign_in.attributes,
        "groups": sorted(groups),
        "secondFactors": list(sign_in.second_factors),
    }


def _of_record(item: Item) -> dict[str, Item]:
    record = Record.from_stored(item)
    return {"enrollments": enrollment_view(record), "progress": _progress(record)}


def _progress(record: Record) -> dict[str, Any]:
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
        "enrolledAt": record.enrolled_at,
        "lastActivityAt": record.last_activity_at,
    }
    optional = {"completedAt": record.completed_at, "waitlistedAt": record.waitlisted_at}
    return shown | {name: value for name, value in optional.items() if value is not None}


def _of_entry(entry: Item, roles: list[str]) -> dict[str, Item]:
    shown: dict[str, Any] = {name: entry[name] for name in ("action", "at", "requestId")}
    shown["roles"] = roles
    if "actor" in roles and not entry["subject"].startswith("person#"):
        shown["subject"] = entry["subject"]
    if "details" in entry:
        shown["details"] = entry["details"]
    return {"auditTrail": shown}
