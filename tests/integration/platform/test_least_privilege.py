"""Each function's role allows exactly what the function does: every permission is used, every other call is denied.

The functions answer all samples and handle the events of streams, sign-ins and the bucket, while proxies record their
AWS calls. Afterwards every pair of action and resource of the deployed policies must have been used.
"""

import functools
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ClientError

from education.functions.bundling import deployed_name, function_names
from tests.integration.samples.context import WITH_PACKAGE, SampleContext
from tests.integration.samples.part_uploads import PartUpload, send_captions, shown_lesson, upload_captions
from tests.integration.support.aws_proxy import AwsCall, FailureKind, Fault
from tests.integration.support.course_helpers import (
    add_co_teacher,
    enroll,
    eventually,
    give_content,
    lesson,
    new_course,
    set_status,
    upload,
    upload_package,
)
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import ADMINISTRATORS, INSTRUCTORS, STUDENTS, People, Person
from tests.integration.support.personal_data import find_personal_data
from tests.integration.support.proxied_functions import ProxiedFunctions, proxied_functions
from tests.integration.support.role_probes import probes
from tests.integration.support.samples import SAMPLES
from tests.integration.support.stored_state import leave_unfinished, pass_of
from tests.integration.support.used_permissions import Pair, covers, granted, resource_part, used
from tests.integration.support.user_sweep import delete_own_user, sweep
from tests.package_zips import PAGE, RawMember, h5p, raw_zip, scorm_12

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.intrusive

FUNCTIONS = [deployed_name(folder) for folder in function_names()]
# Of two keys one signs at a time. Both are granted, because instances from before a switch sign with the other one.
USED_IN_TURNS = frozenset({"kms:Sign"})
# Actions of the Lambda service under a function's role: logs, traces, reading streams. The code does not call them.
LAMBDA_SERVICE_ACTIONS = frozenset(
    {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)


def _one_conflict() -> Fault:
    """One write that is in conflict with another write."""
    return Fault(FailureKind.CONFLICT, "dynamodb:TransactWriteItems", times=1)


@pytest.fixture(scope="module")
def proxied(deployed: Deployed) -> Iterator[ProxiedFunctions]:
    """The functions behind proxies."""
    with proxied_functions(deployed) as functions:
        yield functions


@pytest.fixture(scope="module")
def calls(deployed: Deployed, people: People, proxied: ProxiedFunctions) -> Mapping[str, list[AwsCall]]:
    """The AWS calls of every function, recorded during all samples and exercises."""
    context = SampleContext(deployed, people, proxied.restart)
    for sample in SAMPLES:
        sample.send(sample.arrange(context))
    for exercise in EXERCISES:
        exercise(context, proxied)
    return proxied.take_calls()


def _edit_a_course(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """Changed courses update percentages, titles and the waitlist."""
    course_id = context.course(capacity=1)
    give_content(context.owner, course_id, "film", "text")
    path = f"/courses/{course_id}"
    learner, waiting = context.student(course_id), context.student(course_id)
    learner.put(f"/progress/{course_id}/lessons/film", {"completed": True})
    context.owner.put(f"{path}/lessons/more", lesson(position=9), expect=201)
    give_content(context.owner, course_id, "more")
    eventually(lambda: learner.get(f"/progress/{course_id}")["completionPercentage"] < 50)
    with proxied.proxies["followups"].failing(_one_conflict()):
        context.owner.patch(path, {"title": "Renamed", "capacity": 2, "version": context.version(course_id)})
        eventually(lambda: waiting.get("/enrollments")["items"][0]["status"] == "active")
    eventually(lambda: learner.get("/enrollments")["items"][0]["courseTitle"] == "Renamed")
    leave_unfinished(context.deployed, course_id, f"waitlist#{course_id}")
    eventually(lambda: not pass_of(context.deployed, course_id))
    for lesson_id in ("text", "more"):
        learner.put(f"/progress/{course_id}/lessons/{lesson_id}", {"completed": True})
    for lesson_id in ("film", "text"):
        upload(context.deployed, context.owner, course_id, lesson_id)
        url = context.owner.get(f"{path}/lessons/{lesson_id}/content")["url"]
        context.owner.delete(f"{path}/lessons/{lesson_id}")
        eventually(functools.partial(_is_not_served, context, url))


def _edit_a_course_on_the_next_day(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """The first change of a course on a day has the search's entries compared with all courses."""
    dynamodb, table = context.deployed.client("dynamodb"), context.deployed.outputs["courses_table_name"]
    heads: Any = {"TableName": table, "Key": {"courseId": {"S": "search#heads"}}}
    dynamodb.update_item(
        **heads,
        UpdateExpression="SET checkedAt = :never REMOVE claimedUntil",
        ExpressionAttributeValues={":never": {"N": "0"}},
    )
    proxied.restart("followups")
    context.course()
    eventually(lambda: dynamodb.get_item(**heads)["Item"]["checkedAt"]["N"] != "0")


def _repeat_an_arrival_that_was_interrupted(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """A run copied a file and ended before it noted it. S3's event comes again, and the copy is deleted for good."""
    course_id = context.course()
    bucket = context.deployed.outputs["content_bucket_name"]
    s3, functions = context.deployed.client("s3"), context.deployed.client("lambda")
    for lesson_id in ("film", "text"):
        form = context.owner.post(f"/courses/{course_id}/lessons/{lesson_id}/upload", {}, expect=201)
        s3.put_object(Bucket=bucket, Key=form["key"], Body=b"copied")
        arrived = {"object": {"key": quote_plus(form["fields"]["key"])}}
        event = {"Records": [{"s3": arrived, "eventTime": "2026-01-01T00:00:00.000Z"}]}
        functions.invoke(FunctionName=proxied.names()["uploads"], Payload=json.dumps(event))
        assert not s3.list_object_versions(Bucket=bucket, Prefix=form["key"]).get("Versions")


def _queue_and_settle(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """A student is queued while those who are there are counted. The record of another one has a former title."""
    course_id = context.course()
    there, queued = context.student(course_id), context.student()
    path = f"/courses/{course_id}"
    eventually(lambda: context.owner.get(path)["seatsTaken"] == 1)
    time.sleep(1)  # so long an enrolment may use the course without a capacity
    # Both functions finish a count. This time it is the one that settles the queue.
    with proxied.proxies["followups"].failing(Fault(FailureKind.ERROR)):
        context.owner.patch(path, {"capacity": 9, "version": context.version(course_id)})
        queued.call("POST", "/enrollments", {"courseId": course_id}, expect=(202,))
        eventually(lambda: queued.get("/enrollments")["items"][0]["status"] == "active", seconds=60)
    dynamodb, functions = context.deployed.client("dynamodb"), context.deployed.client("lambda")
    table = context.deployed.outputs["course_progress_table_name"]
    key: Any = {"userId": {"S": there.user_id}, "courseId": {"S": course_id}}
    item = dynamodb.get_item(TableName=table, Key=key)["Item"]
    images = {
        "OldImage": {**item, "status": {"S": "withdrawn"}},
        "NewImage": {**item, "courseTitle": {"S": "A former title"}},
    }
    record = {
        "eventID": "0" * 32,
        "eventSourceARN": dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"],
        "dynamodb": {"ApproximateCreationDateTime": 1, "SequenceNumber": "1", "Keys": key, **images},
    }
    functions.invoke(FunctionName=proxied.names()["admissions"], Payload=json.dumps({"Records": [record]}))


def _unpack_packages(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """A package is unpacked and replaced by another, and one is refused after some of its files were written."""
    course_id = context.course()
    context.owner.put(f"/courses/{course_id}/lessons/quiz", lesson("interactive", position=9), expect=201)
    damaged = raw_zip([RawMember(b"index.html", PAGE), RawMember(b"x.txt", b"x", listed_crc=1)])
    packages = {"one.zip": scorm_12(), "two.zip": damaged, "three.zip": h5p()}
    states = [
        upload_package(context.deployed, context.owner, course_id, "quiz", package, fileName=name)["state"]
        for name, package in packages.items()
    ]
    assert states == ["ready", "failed", "ready"]
    # An event that comes again after the lesson has got another package.
    key = f"incoming/public/{course_id}/quiz/interactive-{'0' * 32}/one.zip"
    context.deployed.client("lambda").invoke(
        FunctionName=proxied.names()["packages"], Payload=json.dumps({"key": key, "version": "none"})
    )
    prefix = f"packages/{course_id}/quiz/"
    listed = functools.partial(
        context.deployed.client("s3").list_objects_v2,
        Bucket=context.deployed.outputs["content_bucket_name"],
        Prefix=prefix,
    )
    eventually(lambda: len({each["Key"].split("/")[3] for each in listed()["Contents"]}) == 1)


def _send_parts_and_captions(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """An upload in parts is given up, and captions are read, refused, and deleted."""
    course_id = context.course()
    path = f"/courses/{course_id}/lessons/film"
    sent = PartUpload(context.deployed, context.owner, path, b"film")
    sent.send([1])
    context.owner.delete(sent.path)
    eventually(lambda: not sent.is_at_s3())
    upload_captions(context.deployed, context.owner, path, "de")
    send_captions(context.deployed, context.owner, path, "de", b"no captions")
    eventually(lambda: "refusedCaptions" in shown_lesson(context.owner, path))


def _is_not_served(context: SampleContext, url: str) -> bool:
    return not context.deployed.fetch(url).ok


def _invite_person(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """An invited student signs in. The course has a free seat that belongs to a student on the waitlist."""
    email = f"invited-{secrets.token_hex(8)}@example.org"
    course_id = context.course(capacity=1)
    context.student(course_id)
    context.student(course_id)
    context.owner.post(f"/courses/{course_id}/roster", {"emails": [email]}, expect=200)
    with proxied.proxies["followups"].failing(Fault(FailureKind.ERROR)):
        larger = {"capacity": 3, "version": context.version(course_id)}
        context.owner.patch(f"/courses/{course_id}", larger)
        with proxied.proxies["identity-triggers"].failing(_one_conflict()):
            newcomer = context.people.new(STUDENTS, email=email)
    assert newcomer.get("/enrollments")["items"][0]["status"] == "active"


def _sign_in_without_a_verified_address(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """The first sign-in makes a profile without an address, and every sign-in removes one from it."""
    email = f"unverified-{secrets.token_hex(8)}@example.org"
    context.people.sign_in_again(context.people.new(STUDENTS, email=email, verified=False))


def _change_an_address(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """A user changes the e-mail address. At the next sign-in the new address replaces the old one."""
    context.people.change_email(context.people.new(STUDENTS), f"renamed-{secrets.token_hex(8)}@example.org")


def _erase(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """Erase two users with courses of their own and of others, an enrolment and a waitlist behind them. One request is
    interrupted."""
    for is_cut_off in (False, True):
        person = context.people.new(INSTRUCTORS)
        person.get("/profile")
        new_course(person, "one")
        course_id = context.course(WITH_PACKAGE, capacity=1)
        enroll(person, course_id)
        person.put(f"/progress/{course_id}/lessons/film/position", {"positionSeconds": 1}, expect=204)
        person.get(f"/courses/{course_id}/lessons/text/runtime")
        add_co_teacher(context.owner, course_id, person)
        context.student(course_id)
        if is_cut_off:
            with proxied.proxies["profile"].failing(Fault(FailureKind.ERROR, "cognito-idp:AdminDeleteUser")):
                person.delete("/profile", expect=503)
        else:
            person.delete("/profile")
        # The erasure function makes all its calls before the profile is gone.
        eventually(functools.partial(_is_erased, context, person), seconds=60)


def _is_erased(context: SampleContext, person: Person) -> bool:
    return not find_personal_data(context.deployed, person)


def _make_and_demote_an_administrator(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """Grant the role of administrator, which ends sessions, and revoke it, for which the function looks for other
    administrators."""
    path = f"/users/{context.people.new().user_id}/groups/{ADMINISTRATORS}"
    context.administrator.call("PUT", path, expect=204)
    context.administrator.delete(path)


def _delete_a_user(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """A user deletes themselves in Cognito, and the sweep finds it."""
    person = context.people.new(STUDENTS)
    delete_own_user(context.deployed, person)
    assert sweep(context.deployed)["erased"] >= 1


def _learn_in_an_own_draft(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """An instructor has progress in an own course that is a draft again: the role decides what is shown."""
    course_id = context.course()
    enroll(context.owner, course_id)
    set_status(context.owner, course_id, "draft")
    context.owner.get(f"/progress/{course_id}")


def _send_broken_records(context: SampleContext, proxied: ProxiedFunctions) -> None:
    """The functions move records that they cannot read to the dead-letter queue."""
    functions: LambdaClient = context.deployed.client("lambda")
    for name in proxied.names().values():
        found = functions.get_function_configuration(FunctionName=name)
        if "DEAD_LETTER_QUEUE_URL" in found["Environment"]["Variables"]:
            broken = {
                "Records": [{"eventSourceARN": "arn:aws:dynamodb:x:1:table/none/stream/1", "dynamodb": {}}]
            }
            functions.invoke(FunctionName=name, Payload=json.dumps(broken))


# Cases that the samples do not cover: events of streams and sign-ins, and conflicts of writes.
EXERCISES: tuple[Callable[[SampleContext, ProxiedFunctions], None], ...] = (
    _edit_a_course,
    _edit_a_course_on_the_next_day,
    _queue_and_settle,
    _repeat_an_arrival_that_was_interrupted,
    _unpack_packages,
    _send_parts_and_captions,
    _invite_person,
    _sign_in_without_a_verified_address,
    _change_an_address,
    _erase,
    _make_and_demote_an_administrator,
    _delete_a_user,
    _learn_in_an_own_draft,
    _send_broken_records,
)


def test_every_deployed_function_is_covered(proxied: ProxiedFunctions) -> None:
    """A new function must be covered too."""
    assert set(proxied.names()) == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_aws_call_of_a_function_was_denied(calls: Mapping[str, list[AwsCall]], function: str) -> None:
    """The role grants enough. The AWS emulator enforces IAM."""
    refused = {
        f"{call.operation} {call.path}"
        for call in calls[function]
        if "AccessDenied" in call.answer.get("__type", "")
    }
    assert not refused


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_granted_permission_is_used(
    calls: Mapping[str, list[AwsCall]], proxied: ProxiedFunctions, function: str
) -> None:
    """The role does not grant too much: each action on each resource was used."""
    uses = {pair for call in calls[function] for pair in used(call)}
    unused = [
        f"{action} on {resource}"
        for action, resource in _permissions_of_code(proxied, function)
        if not any(
            covers((action, resource), use) or (action in USED_IN_TURNS and use[0] == action) for use in uses
        )
    ]
    assert not unused, (
        f"{function} has permissions that it did not use here: {unused}. Remove them, or add a request that uses "
        "them to tests/integration/support/samples.py or to the exercises of this test."
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_other_call_is_denied(deployed: Deployed, proxied: ProxiedFunctions, function: str) -> None:
    """The role is denied every other call to the platform's resources."""
    grants = list(granted(proxied.statements(function)))
    credentials = proxied.credentials(function)
    allowed = [
        f"{pair[0]} on {pair[1]}"
        for pair, call in probes(deployed, credentials)
        if not any(covers(grant, pair) for grant in grants) and not _is_refused(call)
    ]
    assert not allowed


def _permissions_of_code(proxied: ProxiedFunctions, function: str) -> list[Pair]:
    """The permissions for the function's code, without those that only the Lambda service uses."""
    functions: LambdaClient = proxied.deployed.client("lambda")
    found = functions.get_function_configuration(FunctionName=proxied.names()[function])
    queue = found.get("DeadLetterConfig", {}).get("TargetArn", "")
    by_lambda = {("sqs:SendMessage", resource_part(queue))} if queue else set()
    pairs = {pair for pair in granted(proxied.statements(function)) if pair[0] not in LAMBDA_SERVICE_ACTIONS}
    return sorted(pairs - by_lambda)


def _is_refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "403")
    return False
