"""While DynamoDB is throttling, what people do with profiles and roles is tried again, and no answer is a 503."""

from tests.unit.lambda_api_fixture import ADMINISTRATOR, NEWCOMER, STUDENT
from tests.unit.profiles.test_staff import INSTRUCTORS, Office
from tests.unit.profiles.test_staff import office as office


def test_people_get_their_answers(office: Office) -> None:
    api, tables = office.api, office.tables
    with tables.throttling():
        assert api.call("GET", "/profile", caller=NEWCOMER).status == 200
        assert api.call("PATCH", "/profile", caller=STUDENT, body={"displayName": "Ada"}).status == 200
        assert api.call("PATCH", "/profile", caller=STUDENT, body={"displayName": "Bo"}).status == 200


def test_owners_and_administrators_get_their_answers(office: Office) -> None:
    colleague = office.pool.new(INSTRUCTORS, verified=True)
    with office.tables.throttling():
        assert office.add_by_email(colleague.email).status == 204
        assert office.shown().status == 200
        assert office.remove(colleague.user_id).status == 204
        path = {"courseId": office.course_id}
        assert office.api.call("GET", "/courses/{courseId}/audit", path, caller=ADMINISTRATOR).status == 200
        found = office.api.call("GET", "/users", caller=ADMINISTRATOR, query={"email": colleague.email})
        assert found.status == 200


def test_roles_are_granted_and_taken_back(office: Office) -> None:
    person = office.pool.new("students", verified=True)
    path = {"userId": person.user_id, "group": INSTRUCTORS}
    administrator = office.pool.new("administrators")
    with office.tables.throttling():
        for method in ("PUT", "DELETE"):
            answer = office.api.call(method, "/users/{userId}/groups/{group}", path, caller=administrator)
            assert answer.status == 204


def test_people_export_and_erase_what_is_theirs(office: Office) -> None:
    person = office.pool.new("students", verified=True)
    with office.tables.throttling():
        assert office.api.call("GET", "/profile/export", caller=person).status == 200
        assert office.api.call("DELETE", "/profile", caller=person).status == 204
