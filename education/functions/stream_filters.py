"""Which records of a table's stream start a function: Lambda's event filtering, as JSON.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
A pattern compares with fixed values, and cannot say that a value has changed. So each pattern names the values before
and after. None asks that an attribute is absent (`"exists": false`): in a record without an image before the change,
AWS finds nothing at that path, and completions were lost that way once.
"""

import json
from collections.abc import Sequence
from typing import Any

_ENROLLED = ["active", "completed"]
_NOT_ENROLLED = ["pending", "waitlisted", "withdrawn"]
_HIDDEN = ["draft", "archived"]
# Of all items in the table of courses, a course has both a status and an owner. So do the items of co-teachers, which
# are copies of the course for their lists (lambda_src/domain/staff.py).
_IS_COURSE = {"ownerId": {"S": [{"exists": True}]}}


def _status(values: Sequence[str]) -> dict[str, Any]:
    return {"status": {"S": list(values)}}


def _inserted(after: dict[str, Any]) -> str:
    return json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": after}})


def _modified(before: dict[str, Any], after: dict[str, Any]) -> str:
    return json.dumps({"eventName": ["MODIFY"], "dynamodb": {"OldImage": before, "NewImage": after}})


# The changes of students' records that lambda_src/events/statements.py makes into events: an enrolment, also after a
# withdrawal or from the waitlist, and a completion, which is the only way from active to completed.
ENROLMENTS_AND_COMPLETIONS = (
    _inserted(_status(_ENROLLED)),
    _modified(_status(_NOT_ENROLLED), _status(_ENROLLED)),
    _modified(_status(["active"]), _status(["completed"])),
)
# The changes of courses that are events: a publication.
PUBLICATIONS = (
    _inserted({**_status(["published"]), **_IS_COURSE}),
    _modified(_status(_HIDDEN), {**_status(["published"]), **_IS_COURSE}),
)
# What the followups function gets of the table of courses: changes of courses, co-teachers' items and unfinished
# passes, which alone have `createdAt`; and changes of an admission item while students wait or are being counted
# (lambda_src/domain/enrollments/admission.py).
FOLLOWED = (
    json.dumps(
        {
            "eventName": ["MODIFY", "REMOVE"],
            "dynamodb": {"OldImage": {"createdAt": {"S": [{"exists": True}]}}},
        }
    ),
    json.dumps({"dynamodb": {"NewImage": {"waitlisted": {"N": [{"anything-but": ["0"]}]}}}}),
    json.dumps({"dynamodb": {"NewImage": {"countingSince": {"S": [{"exists": True}]}}}}),
)
# The changes of profiles after which copies of a name or an address have to follow
# (lambda_src/domain/rosters/contacts.py).
NAMES = (json.dumps({"dynamodb": {"NewImage": {"namesChangedAt": {"S": [{"exists": True}]}}}}),)
# The loss of a right to upload files: the note of the roles that a person has lost, or an erasure request
# (revocations.py and erasure.py in lambda_src/domain/people).
LOST_RIGHTS = (
    *(
        json.dumps({"dynamodb": {"NewImage": {f"{group}OnlyAfter": {"N": [{"exists": True}]}}}})
        for group in ("instructors", "administrators")
    ),
    json.dumps({"dynamodb": {"NewImage": {"erasureRequestedAt": {"S": [{"exists": True}]}}}}),
)
# What the admissions function gets of students' records (lambda_src/admissions/rules.py): a student is queued; a
# student comes back, or out of the queue; and a student takes or leaves a seat that no counter has counted.
_NOT_COUNTED = {"leftToStream": {"BOOL": [True]}}
ADMISSIONS = (
    json.dumps({"dynamodb": {"NewImage": _status(["pending"])}}),
    json.dumps({"dynamodb": {"OldImage": _status(["withdrawn", "pending"])}}),
    _inserted(_NOT_COUNTED),
    json.dumps(
        {"eventName": ["MODIFY"], "dynamodb": {"NewImage": {**_status(["withdrawn"]), **_NOT_COUNTED}}}
    ),
)
