"""Failing dependencies: every route answers 503 in time and never stores a part of a change.

Each sample request is sent while its first AWS call fails, then while its second one fails, and so on until no call is
left. The failures are throttling, internal errors and closed connections. At the same time each earlier call fails
shortly: the answer to a write is lost, or a read is throttled, of DynamoDB for longer than its client repeats it
without being told to. The stored data is compared before, after
each failure, at the end, and after one more request.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.integration.samples.context import SampleContext
from tests.integration.samples.request import SampleRequest
from tests.integration.support.aws_proxy import AwsProxy, FailureKind, Fault
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Answer, People
from tests.integration.support.proxied_functions import ProxiedFunctions, proxied_functions
from tests.integration.support.samples import SAMPLES, Sample
from tests.integration.support.stored_state import State, stored_state

pytestmark = pytest.mark.intrusive

IMMEDIATE_FAILURES = (FailureKind.ERROR, FailureKind.CUT_OFF, FailureKind.THROTTLE)
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
# API Gateway stops waiting after 29 s, whatever the timeout of the function is.
GATEWAY_SECONDS = 29.0
# The time that the gateway and the emulator need on a busy machine.
WAY_SECONDS = 3.0
MOST_CALLS = 25
# One more than an AWS client makes of its own accord (lambda_src/toolkit/clients.py).
SHORTLY = 3
# These requests continue where they were interrupted, so a partial state is allowed. The end state is checked.
RESUMABLE = {
    "deleteProfile",
    "enrollRoster",
    "deleteEnrollment: positions in lessons",
    "completeUpload",  # the lesson notes that the parts are being put together, and then S3 does it
    "saveRuntime: 4 KB, completed",  # the model is stored, and then the record follows
}
# The status of a second request after a write whose answer was lost.
STATUS_OF_REPEAT = {
    "createEnrollment": 200,
    "putLesson": 200,
    "updateCourse": 409,
    "deleteLesson": 404,
    "deleteCaptions": 404,
    "giveUpUpload": 404,
}
# A second createCourse creates a second course, and a second upload form replaces the first. What completeUpload
# began goes on in another function. An erased user cannot send a second request.
NOT_REPEATABLE = {
    "completeUpload",
    "createCourse",
    "createLessonUpload",
    "createMultipartUpload",
    "putCaptions",
    "deleteProfile",
}
# Cases that make the same calls as another case of the same route, or none. The queue of a course ends by itself while
# its calls are made to fail.
SAME_CALLS = {
    "listCourses: search, within five seconds of another",
    "getLessonContent: public",
    "getLessonContent: premium, later",
    "getLessonContent: package, later",
    "createEnrollment: course known",
    "createEnrollment: a second time",
    "createEnrollment: queued",
    "updateLessonProgress: position, course known",
    "putLesson: replaced",
    "getProfile: later",
}
TESTED_SAMPLES = [sample for sample in SAMPLES if str(sample) not in SAME_CALLS]


@dataclass
class FaultReport:
    """The result for one sample.

    Attributes:
        failed: the AWS operations that the test made fail.
        faults: descriptions of what was wrong.
    """

    failed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FaultTest:
    """The test of one sample, with its request.

    Attributes:
        throttled: the operations that were throttled without an end in other samples of the function. Each takes as
            long as a function tries again, and one place answers it (lambda_src/toolkit/retries.py), so it is tried
            once. All other failures are tried with each sample.
    """

    sample: Sample
    request: SampleRequest
    proxied: ProxiedFunctions
    throttled: set[str] = field(default_factory=set)

    @property
    def proxy(self) -> AwsProxy:
        """The proxy of the function that answers."""
        return self.proxied.proxies[self.sample.function]

    @property
    def seconds(self) -> float:
        """The maximum duration of an answer: the function's timeout and the time for the way."""
        limit = self.proxied.deployed.settings.functions.timeout_seconds
        return min(GATEWAY_SECONDS, limit + WAY_SECONDS)

    def state(self) -> State:
        """The stored data about the course or user of the request."""
        return stored_state(self.proxied.deployed, self.request.about)

    def send(self, *faults: Fault) -> tuple[Answer, float]:
        """Send the request while calls fail. Returns the answer and its duration in seconds."""
        started = time.monotonic()
        with self.proxy.failing(*faults):
            answer = self.sample.send(self.request, expect=(self.sample.expect, 200, 404, 409, 503))
        return answer, time.monotonic() - started

    def run(self) -> FaultReport:
        """Make each call fail in turn, then let the request succeed, then send it once more."""
        self._restart()
        report, before, between = FaultReport(), self.state(), list[tuple[str, State]]()
        while len(report.failed) < MOST_CALLS:
            probe = Fault(IMMEDIATE_FAILURES[0], exempt=frozenset(report.failed))
            short_failures = [_short_failure(operation) for operation in report.failed]
            answer, seconds = self.send(*short_failures, probe)
            if not probe.failed:
                report.faults += _wrong_end(self.sample, answer)
                break
            operation = probe.failed[0]
            report.faults += self._wrong(f"{operation} {probe.kind.value}", answer, seconds)
            between.append((f"{operation} {probe.kind.value}", self.state()))
            for kind in _other_kinds(len(report.failed)):
                if kind is FailureKind.THROTTLE and operation.startswith("dynamodb:"):
                    if operation in self.throttled:
                        continue
                    self.throttled.add(operation)
                fault = Fault(kind, operation)
                answer, seconds = self.send(fault)
                if fault.failed:
                    report.faults += self._wrong(f"{operation} {kind.value}", answer, seconds)
                    between.append((f"{operation} {kind.value}", self.state()))
                if kind is FailureKind.THROTTLE:
                    self._restart()
            report.failed.append(operation)
        after = self.state()
        again, _ = self.send()
        if not NOT_REPEATABLE & {self.sample.operation_id} and self.state() != after:
            report.faults.append(
                f"the second request ({again.status}) changed the data again: {self.state()}"
            )
        if not RESUMABLE & {self.sample.operation_id, str(self.sample)}:
            report.faults += [
                f"{what} left a partial change: {state}"
                for what, state in between
                if state not in (before, after)
            ]
        return report

    def _restart(self) -> None:
        """A new instance: after some dozens of failures in a row, the AWS client of an instance stops retrying."""
        self.proxied.restart(self.sample.function)

    def _wrong(self, what: str, answer: Answer, seconds: float) -> list[str]:
        wrong = []
        if answer.status != 503:
            wrong.append(f"{what}: {answer.status} instead of 503")
        elif not 1 <= int(answer.headers.get("Retry-After", 0)) <= GATEWAY_SECONDS:
            wrong.append(f"{what}: no Retry-After")
        if seconds > self.seconds:
            wrong.append(f"{what}: took {seconds:.1f} s")
        return wrong


def _other_kinds(number: int) -> tuple[FailureKind, ...]:
    """The other kinds of failure for a call: all for the first call, one in turn for the others, to save time."""
    return IMMEDIATE_FAILURES[1:] if number == 0 else (IMMEDIATE_FAILURES[1 + number % 2],)


def _short_failure(operation: str) -> Fault:
    """One short failure: the answer to a write is lost, or a read is throttled."""
    service, _, name = operation.partition(":")
    if name in WRITES:
        return Fault(FailureKind.LOST_ANSWER, operation, times=1)
    return Fault(FailureKind.THROTTLE, operation, times=SHORTLY if service == "dynamodb" else 1)


def _wrong_end(sample: Sample, answer: Answer) -> list[str]:
    """The fault if a request with short failures neither succeeds nor gets the answer to a second request."""
    if answer.status in (sample.expect, STATUS_OF_REPEAT.get(sample.operation_id, sample.expect)):
        return []
    return [f"with one short failure of each call: {answer.status} instead of {sample.expect}"]


@pytest.fixture(scope="module")
def proxied(deployed: Deployed) -> Iterator[ProxiedFunctions]:
    """The functions behind proxies."""
    with proxied_functions(deployed) as functions:
        yield functions


@pytest.fixture(scope="module")
def context(deployed: Deployed, people: People, proxied: ProxiedFunctions) -> SampleContext:
    """The users and courses of the samples."""
    return SampleContext(deployed, people, proxied.restart)


@pytest.fixture(scope="module")
def reports(context: SampleContext, proxied: ProxiedFunctions) -> Mapping[Sample, FaultReport]:
    """Test every sample. Samples of different functions run at the same time, because each has its own proxy."""
    by_function: dict[str, list[FaultTest]] = {}
    throttled: dict[str, set[str]] = {sample.function: set() for sample in TESTED_SAMPLES}
    for sample in TESTED_SAMPLES:
        by_function.setdefault(sample.function, []).append(
            FaultTest(sample, sample.arrange(context), proxied, throttled[sample.function])
        )
    proxied.restart("content")  # it signed the links while the samples were prepared
    with ThreadPoolExecutor(len(by_function)) as threads:
        done = threads.map(
            lambda fault_tests: [(fault_test.sample, fault_test.run()) for fault_test in fault_tests],
            by_function.values(),
        )
    return {sample: report for tried in done for sample, report in tried}


@pytest.mark.parametrize("sample", TESTED_SAMPLES, ids=str)
def test_a_failing_dependency_gives_503_and_no_partial_write(
    reports: Mapping[Sample, FaultReport], sample: Sample
) -> None:
    """503 with Retry-After in time, no partial or double write, and success after short failures."""
    report = reports[sample]
    assert report.failed, "the request made no AWS call"
    assert len(report.failed) < MOST_CALLS, f"the request made too many AWS calls: {report.failed}"
    assert not report.faults, report.faults


SILENT_SERVICES = (
    ("getCourse", "dynamodb"),
    ("createEnrollment", "dynamodb"),
    ("getProgress", "dynamodb"),
    ("updateLessonProgress", "dynamodb"),
    ("reportPosition", "dynamodb"),
    ("saveRuntime", "dynamodb"),
    ("getLessonContent", "dynamodb"),
    ("getLessonContent", "kms"),
    ("getProfile", "dynamodb"),
    ("grantRole", "cognito-idp"),
)


def test_a_dependency_that_never_answers_gives_503_in_time(
    context: SampleContext, proxied: ProxiedFunctions
) -> None:
    """If a service accepts a connection and never answers, the function gives up before the gateway does."""
    fault_tests = []
    for operation_id, service in SILENT_SERVICES:
        sample = next(one for one in TESTED_SAMPLES if one.operation_id == operation_id)
        fault_tests.append((service, FaultTest(sample, sample.arrange(context), proxied)))
    proxied.restart("content")
    by_function: dict[str, list[tuple[str, FaultTest]]] = {}
    for service, fault_test in fault_tests:
        by_function.setdefault(fault_test.sample.function, []).append((service, fault_test))

    def test_in_turn(turns: list[tuple[str, FaultTest]]) -> list[str]:
        wrong = []
        for service, fault_test in turns:
            before = fault_test.state()
            fault = Fault(FailureKind.SILENCE, service=service)
            answer, seconds = fault_test.send(fault)
            what = f"{fault_test.sample} with {service} silent"
            wrong += [f"{what}: the request made no call"] if not fault.failed else []
            wrong += [f"{what}: {answer.status}"] if answer.status != 503 else []
            wrong += [f"{what}: {seconds:.1f} s"] if seconds > fault_test.seconds else []
            wrong += [f"{what}: something was written"] if fault_test.state() != before else []
        return wrong

    with ThreadPoolExecutor(len(by_function)) as threads:
        wrong = [fault for faults in threads.map(test_in_turn, by_function.values()) for fault in faults]
    assert not wrong, wrong
