"""Logs contain no e-mail address, name or token. It runs after the other tests (conftest.py), to check their logs."""

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.integration.support.course_helpers import enroll, eventually, new_course
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People, SharedUsers

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

pytestmark = pytest.mark.intrusive

HTTP_FUNCTIONS = ("catalog", "enrollment", "progress", "content", "profile")


@pytest.fixture(scope="module")
def marked_name(users: SharedUsers, people: People) -> str:
    """A display name that was sent to the platform in several valid and invalid requests."""
    name = f"Zaphod-{secrets.token_hex(6)}"
    person = people.new()
    person.patch("/profile", {"displayName": name})
    person.patch("/profile", {"displayName": name, "nickname": name}, expect=400)
    person.call("GET", "/courses", query={"cursor": name}, expect=400)
    person.call("POST", "/enrollments", {"courseId": name}, expect=404)
    users.owner.post("/courses", {"title": name, "summary": person.email})
    return name


@pytest.fixture(scope="module")
def lines(deployed: Deployed, marked_name: str) -> dict[str, list[str]]:
    """All lines of all log groups of the environment, by group."""
    logs: CloudWatchLogsClient = deployed.client("logs")
    suffix = f"-{deployed.outputs['environment_suffix']}"
    found: dict[str, list[str]] = {}
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/"):
        for group in page["logGroups"]:
            name = group["logGroupName"]
            if name.endswith(suffix) and "/education-" in name:
                events = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
                found[name] = [event["message"] for part in events for event in part["events"]]
    return found


def test_every_function_logs(deployed: Deployed, lines: dict[str, list[str]]) -> None:
    """Without logs, the next test would prove nothing."""
    for function in HTTP_FUNCTIONS:
        group = f"/aws/lambda/{deployed.outputs[f'{function}_function_name']}"
        assert any('"operation"' in line for line in lines[group]), group


def test_a_position_writes_150_bytes_at_most(deployed: Deployed, users: SharedUsers) -> None:
    """It is the most frequent request. Lambda's own lines, and that of the gateway, count too."""
    course_id = new_course(users.owner, "one")
    enroll(users.student, course_id)
    path = f"/progress/{course_id}/lessons/one"
    users.student.put(path, {"positionSeconds": 1})
    group = f"/aws/lambda/{deployed.outputs['progress_function_name']}"
    logs: CloudWatchLogsClient = deployed.client("logs")

    def messages() -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    before = messages()
    users.student.put(f"{path}/position", {"positionSeconds": 2}, expect=204)
    eventually(lambda: len(messages()) > len(before))
    (line,) = set(messages()) - set(before)
    gateway = f"{'i' * 36} 204 -"
    assert len(line) + len(gateway) <= 150, line


def test_logs_contain_no_personal_data(people: People, lines: dict[str, list[str]], marked_name: str) -> None:
    """The logs have no address, name or part of a token of any test user."""
    assert people.created
    personal = {marked_name.lower()}
    for person in people.created:
        personal.add(person.email.partition("@")[0].lower())
        for token in (person.token or "", person.access_token):
            personal.update(part.lower() for part in token.split(".")[1:] if part)
    for group, messages in lines.items():
        text = "\n".join(messages).lower()
        assert not [value[:12] for value in personal if value in text], group
        assert "@example." not in text, group
        assert "bearer " not in text, group
