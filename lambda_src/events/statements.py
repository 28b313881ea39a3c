"""Which changes are events, as xAPI statements with nothing personal but the user id.

xAPI 1.0.3, https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md. The same change always
gives the same statements with the same ids, so a receiver that gets one twice can recognise it.

* enrolment: a student takes a seat, also again after a withdrawal, or from the waitlist;
* completion: a student's record gets its `completedAt`, which happens once;
* publication: a course becomes published. The actor is the owner; the audit trail has the person who published it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from domain import courses
from domain.enrollments import model as records
from toolkit.streams import ItemChange

_COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
_ENROLLED = frozenset({records.ACTIVE, records.COMPLETED})


@dataclass(frozen=True)
class Verb:
    """An xAPI verb and what EventBridge rules call it (`detail-type`)."""

    iri: str
    display: str
    detail_type: str


REGISTERED = Verb("http://adlnet.gov/expapi/verbs/registered", "registered", "enrollment")
COMPLETED = Verb("http://adlnet.gov/expapi/verbs/completed", "completed", "completion")
PUBLISHED = Verb("https://w3id.org/xapi/dod-isd/verbs/published", "published", "publication")


@dataclass(frozen=True)
class Event:
    """One statement to send."""

    verb: Verb
    statement: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """The id of the statement."""
        return str(self.statement["id"])


def of_record(change: ItemChange, home_page: str) -> list[Event]:
    """The events of a change of a student's record in a course.

    Raises:
        KeyError: the item is not such a record.
    """
    after, before = change.after, change.before or {}
    if after is None:
        return []
    events = []
    user_id, course_id = after["userId"], after["courseId"]
    if after["status"] in _ENROLLED and before.get("status") not in _ENROLLED:
        events.append(
            _event(REGISTERED, home_page, user_id, course_id, change.at, occasion=str(after["revision"]))
        )
    if after.get("completedAt") and not before.get("completedAt"):
        result = {"completion": True}
        events.append(_event(COMPLETED, home_page, user_id, course_id, after["completedAt"], result=result))
    return events


def of_course(change: ItemChange, home_page: str) -> list[Event]:
    """The events of a change of a course. A change of another item beside the courses has none.

    Raises:
        KeyError: the item is none of these.
    """
    after, before = change.after, change.before or {}
    if after is None or not courses.is_course(after) or after["status"] != courses.PUBLISHED:
        return []
    if before.get("status") == courses.PUBLISHED:
        return []
    occasion = str(after["version"])
    return [_event(PUBLISHED, home_page, after["ownerId"], after["courseId"], after["updatedAt"], occasion)]


def _event(
    verb: Verb,
    home_page: str,
    user_id: str,
    course_id: str,
    at: str,
    occasion: str = "",
    result: Mapping[str, Any] | None = None,
) -> Event:
    course = f"{home_page}/courses/{course_id}"
    statement: dict[str, Any] = {
        "id": str(uuid5(NAMESPACE_URL, "\n".join((course, verb.iri, user_id, occasion)))),
        "version": "1.0.3",
        "timestamp": at,
        "actor": {"objectType": "Agent", "account": {"homePage": home_page, "name": user_id}},
        "verb": {"id": verb.iri, "display": {"en": verb.display}},
        "object": {"objectType": "Activity", "id": course, "definition": {"type": _COURSE_TYPE}},
        "context": {"platform": "education"},
    }
    if result is not None:
        statement["result"] = dict(result)
    return Event(verb, statement)
