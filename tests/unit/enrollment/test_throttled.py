"""While DynamoDB is throttling, enrolments and rosters are tried again, and no answer is a 503."""

import pytest

from tests.unit.enrollment.test_enrollment_api import Portal
from tests.unit.enrollment.test_enrollment_api import portal as portal
from tests.unit.lambda_api_fixture import OWNER


@pytest.mark.parametrize("capacity", [None, 1])
def test_students_come_and_go(portal: Portal, capacity: int | None) -> None:
    portal.set_course(capacity=capacity)
    with portal.tables.throttling():
        assert portal.enroll().status == 201
        assert portal.enroll().status == 200
        assert portal.enrollments().status == 200
        assert portal.progress().status == 200
        assert portal.roster(OWNER).status == 200
        assert portal.withdraw().status == 204
        assert portal.progress().status == 403
