"""Everything that is held about a person, as one document (GDPR articles 15 and 20).

Read page by page to the end, from where it is stored and not as screens show it: a lesson that a course no
longer has is in here as long as the record has it. What belongs to others, such as who granted a role or
a course's content, is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from profile.operations import Profiles
from shared import audit, clients, clock
from shared.addresses import Addresses
from shared.audit import AuditTrail
from shared.caller import Caller, canonical_email
from shared.dynamo import Item, from_item, to_item
from shared.erasure import OWNER_INDEX
from shared.records import Record, enrollment_view
from shared.sign_ins import SignIn, SignIns
from shared.tombstones import Erased

# Raised when a field changes its meaning.
FORMAT = 1
_OWNED = ("courseId", "title", "status", "createdAt", "updatedAt")


@dataclass(frozen=True)
class ExportSources:
    """Names of the tables that hold something about people."""

    courses_table: str
    progress_table: str
    audit_table: str
    profiles_table: str

    def records(self, user_id: str) -> list[Record]:
        """Every record of a student: one Query per MB."""
        query = {
            "TableName": self.progress_table,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ConsistentRead": True,
        }
        return [Record.from_stored(item) for item in _all(query)]

    def owned_courses(self, user_id: str) -> list[Item]:
        """What says of a course that it is somebody's: one Query per MB."""
        query = {
            "TableName": self.courses_table,
            "IndexName": OWNER_INDEX,
            "KeyConditionExpression": "ownerId = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
            "ExpressionAttributeNames": {f"#{name}": name for name in _OWNED},
            "ProjectionExpression": ", ".join(f"#{name}" for name in _OWNED),
        }
        return list(_all(query))

    def invitations(self, email: str) -> list[str]:
        """Ids of courses that wait for the owner of an address: one GetItem."""
        return sorted(Addresses(self.profiles_table).find_one(canonical_email(email)).invited_to)

    def audit_entries(self, user_id: str) -> list[Item]:
        """What somebody did, and what was done with their data: one Query each per MB."""
        entries: dict[str, Item] = {}
        for index, key, value, role in (
            ("actor-index", "actor", audit.pseudonym(user_id), "actor"),
            ("subject-index", "subject", audit.person(user_id), "subject"),
        ):
            query = {
                "TableName": self.audit_table,
                "IndexName": index,
                "KeyConditionExpression": "#key = :value",
                "ExpressionAttributeNames": {"#key": key},
                "ExpressionAttributeValues": to_item({":value": value}),
            }
            for item in _all(query):
                entry = entries.setdefault(item["recordId"], {**item, "roles": []})
                entry["roles"].append(role)
        return sorted(entries.values(), key=lambda entry: str(entry["at"]))


def export_of(
    caller: Caller,
    profiles: Profiles,
    sign_ins: SignIns,
    sources: ExportSources,
    trail: AuditTrail,
    request_id: str,
) -> dict[str, Any]:
    """The caller's export. That it was made is recorded first, and part of it if the index is quick.

    Raises:
        Erased: there is nobody to export.
    """
    profile = profiles.get(caller)
    trail.record(
        audit.PERSON_EXPORTED, by=caller.user_id, on=audit.person(caller.user_id), request_id=request_id
    )
    sign_in, groups = sign_ins.find(caller.user_id), sign_ins.groups(caller.user_id)
    if sign_in is None or groups is None:
        raise Erased
    records = sources.records(caller.user_id)
    return {
        "format": FORMAT,
        "exportedAt": clock.now(),
        "profile": profile.to_api(),
        "signIn": _sign_in(sign_in, groups),
        "enrollments": [enrollment_view(record) for record in records],
        "progress": [_progress(record) for record in records],
        "invitedTo": sources.invitations(profile.email),
        "ownedCourses": sources.owned_courses(caller.user_id),
        "auditTrail": [_entry(entry) for entry in sources.audit_entries(caller.user_id)],
    }


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


def _entry(entry: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {name: entry[name] for name in ("action", "at", "requestId", "roles")}
    if "actor" in entry["roles"] and not entry["subject"].startswith("person#"):
        shown["subject"] = entry["subject"]
    if "details" in entry:
        shown["details"] = entry["details"]
    return shown


def _all(query: dict[str, Any]) -> Iterator[Item]:
    more: Any = {}
    while True:
        answer = clients.dynamodb().query(**query, **more)
        yield from (from_item(item) for item in answer["Items"])
        if not answer.get("LastEvaluatedKey"):
            return
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
