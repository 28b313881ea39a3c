"""People who delete their user with Cognito's own API are erased too."""

from typing import Any

import pytest

from education.functions.user_sweep import MINUTES
from tests.integration.support.course_helpers import enroll, eventually, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers
from tests.integration.support.personal_data import find_personal_data
from tests.integration.support.user_sweep import delete_own_user, sweep

pytestmark = pytest.mark.intrusive


def test_a_person_who_deletes_their_own_user_is_erased(
    deployed: Deployed, people: People, users: SharedUsers
) -> None:
    """The seat goes to a waiting student, and the roster forgets the address."""
    leaving, waiting = people.new(), people.new()
    course_id = new_course(users.owner, "page", capacity=1)
    enroll(leaving, course_id)
    assert enroll(waiting, course_id)["status"] == "waitlisted"
    delete_own_user(deployed, leaving)
    assert sweep(deployed)["erased"] >= 1
    eventually(lambda: not find_personal_data(deployed, leaving), seconds=60)
    (row,) = users.owner.get(f"/courses/{course_id}/roster")["items"]
    assert row["userId"] == waiting.user_id


def test_a_schedule_calls_the_sweep(deployed: Deployed) -> None:
    """The rule is enabled and calls this function."""
    events: Any = deployed.client("events")
    name = f"education-sweep-{deployed.outputs['environment_suffix']}"
    rule = events.describe_rule(Name=name)
    assert (rule["State"], rule["ScheduleExpression"]) == ("ENABLED", f"rate({MINUTES} minutes)")
    (target,) = events.list_targets_by_rule(Rule=name)["Targets"]
    assert target["Arn"].endswith(f":function:{name}")
