"""A co-teacher who is erased leaves the staff of every course, with real DynamoDB and Cognito APIs."""

from domain import staff
from domain.audit_store import AuditTable
from domain.people.erasure import NO_OWNER, Erasure, ErasureRequest
from domain.people.erasure_store import ErasureTables
from domain.people.user_pool_store import CognitoUserPool
from tests.unit.domain.test_enrollment_table import NOON, course_item
from tests.unit.emulator_fixture import Tables
from tests.unit.user_pool_fixture import UserPool
from toolkit.dynamo import from_item


def test_an_erased_co_teacher_leaves_every_course(dynamodb_tables: Tables, user_pool: UserPool) -> None:
    """Also a course that an operator has deleted. Colleagues, and the versions of the courses, stay."""
    tables, person = dynamodb_tables, user_pool.new("instructors")
    taught = [f"taught-{number}" for number in range(3)]
    courses = [course_item(courseId=course_id, staff={person.user_id, "colleague"}) for course_id in taught]
    courses.append(course_item(courseId="owned", ownerId=person.user_id, staff={"colleague"}))
    for course_id in [*taught, "deleted"]:
        courses.append(
            {**staff.key_of(course_id, person.user_id), "ownerId": person.user_id, "createdAt": NOON}
        )
    tables.put_all({tables.courses: courses})
    store = ErasureTables(
        courses_table=tables.courses,
        progress_table=tables.progress,
        positions_table=tables.positions,
        runtime_table=tables.runtime,
        profiles_table=tables.profiles,
        shards=1,
        audit=AuditTable(tables.audit, 90),
    )
    erasure = Erasure(store, CognitoUserPool(user_pool.pool_id))
    for _ in range(2):
        erasure.finish(ErasureRequest(person.user_id, "request-1", None))
    left = [from_item(item) for item in tables.client.scan(TableName=tables.courses)["Items"]]
    assert {course["courseId"]: course["ownerId"] for course in left} == {
        **dict.fromkeys(taught, "teacher"),
        "owned": NO_OWNER,
    }
    assert all((course["staff"], course["version"]) == ({"colleague"}, 1) for course in left)
