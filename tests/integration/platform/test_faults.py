"""Dependencies that throttle, break, cut off or fall silent: every route says 503 in time and writes nothing by halves.

Each sample request is sent with its first call to AWS failing, then with its second one, and so on until nothing
fails; each call fails in every way. Then each call has one hiccup only: the answer to a write is lost, a read is
throttled. What is stored is compared before, after each failure, at the end, and after sending it once more.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.integration.support.aws_proxy import AwsProxy, FailureKind, Fault
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import Answer, People
from tests.integration.support.proxied_functions import ProxiedFunctions, proxied_functions
from tests.integration.support.samples import SAMPLES, Sample, SampleContext, SampleRequest
from tests.integration.support.stored_state import State, stored_state

pytestmark = pytest.mark.intrusive

AT_ONCE = (FailureKind.ERROR, FailureKind.CUT_OFF, FailureKind.THROTTLE)
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
# API Gateway gives up at 29 s, wherever the function's own limit is.
GATEWAY_SECONDS = 29.0
# The way through gateway and emulator on a busy machine.
WAY_SECONDS = 3.0
MOST_CALLS = 25
# These go on where they were cut off, so what is between is meant to be there; the end is checked all the same.
IN_STEPS = {"deleteProfile", "enrollRoster"}
# What a write hears whose answer was lost, when it is sent again.
SECOND_TIME = {"createEnrollment": 200, "putLesson": 200, "updateCourse": 409, "deleteLesson": 404}
# A second POST is a second course; whoever is erased is not there to be asked.
NOT_REPEATABLE = {"createCourse", "deleteProfile"}
# Cases that make no other calls than another one of the same route.
ALIKE = {
    "getLessonContent: public",
    "getLessonContent: premium, later",
    "createEnrollment: course known",
    "createEnrollment: a second time",
    "updateLessonProgress: position, course known",
    "putLesson: replaced",
    "getProfile: later",
}
FAULTY = [sample for sample in SAMPLES if str(sample) not in ALIKE]


@dataclass
class FaultReport:
    """What became of one sample.

    Attributes:
        failed: the operations that failed in every way.
        faults: what was wrong with it, told for people.
    """

    failed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FaultTest:
    """One sample, arranged, and what is needed to try it."""

    sample: Sample
    request: SampleRequest
    proxied: ProxiedFunctions

    @property
    def proxy(self) -> AwsProxy:
        """The way of its function to AWS."""
        return self.proxied.proxies[self.sample.function]

    @property
    def seconds(self) -> float:
        """How long an answer may take: what the function may run, and the way."""
        limit = self.proxied.deployed.settings.functions.timeout_seconds
        return min(GATEWAY_SECONDS, limit + WAY_SECONDS)

    def state(self) -> State:
        """What is stored of it now."""
        return stored_state(self.proxied.deployed, self.request.about)

    def send(self, *faults: Fault) -> tuple[Answer, float]:
        """The answer while these faults last, and how long it took."""
        started = time.monotonic()
        with self.proxy.failing(*faults):
            answer = self.sample.send(self.request, expect=(self.sample.expect, 200, 404, 409, 503))
        return answer, time.monotonic() - started

    def run(self) -> FaultReport:
        """Let each call fail in turn and in every way, and then none."""
        report, before, between = FaultReport(), self.state(), list[tuple[str, State]]()
        while len(report.failed) < MOST_CALLS:
            probe = Fault(AT_ONCE[0], exempt=frozenset(report.failed))
            short_failures = [_short_failure(operation) for operation in report.failed]
            answer, seconds = self.send(*short_failures, probe)
            if not probe.failed:
                report.faults += _wrong_end(self.sample, answer)
                break
            operation = probe.failed[0]
            report.faults += self._wrong(f"{operation} {probe.kind.value}", answer, seconds)
            between.append((f"{operation} {probe.kind.value}", self.state()))
            for kind in _other_kinds(len(report.failed)):
                fault = Fault(kind, operation)
                answer, seconds = self.send(fault)
                if fault.failed:
                    report.faults += self._wrong(f"{operation} {kind.value}", answer, seconds)
                    between.append((f"{operation} {kind.value}", self.state()))
            report.failed.append(operation)
        after = self.state()
        again, _ = self.send()
        if not NOT_REPEATABLE & {self.sample.operation_id} and self.state() != after:
            report.faults.append(f"a second time ({again.status}) it was done twice: {self.state()}")
        if self.sample.operation_id not in IN_STEPS:
            report.faults += [
                f"{what} left something half-written: {state}"
                for what, state in between
                if state not in (before, after)
            ]
        return report

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
    """How a request's call fails besides the first way: the first one in all ways, the others in turn, to save time."""
    return AT_ONCE[1:] if number == 0 else (AT_ONCE[1 + number % 2],)


def _short_failure(operation: str) -> Fault:
    """One short failure of a call: a write is done, but its answer is lost."""
    is_write = operation.partition(":")[2] in WRITES
    return Fault(FailureKind.LOST_ANSWER if is_write else FailureKind.THROTTLE, operation, times=1)


def _wrong_end(sample: Sample, answer: Answer) -> list[str]:
    """With one hiccup of each call there is success, or what whoever asks a second time hears."""
    if answer.status in (sample.expect, SECOND_TIME.get(sample.operation_id, sample.expect)):
        return []
    return [f"with one hiccup of each call: {answer.status} instead of {sample.expect}"]


@pytest.fixture(scope="module")
def proxied(deployed: Deployed) -> Iterator[ProxiedFunctions]:
    """The functions behind the proxy."""
    with proxied_functions(deployed) as functions:
        yield functions


@pytest.fixture(scope="module")
def context(deployed: Deployed, people: People, proxied: ProxiedFunctions) -> SampleContext:
    """Where samples are arranged."""
    return SampleContext(deployed, people, proxied.restart)


@pytest.fixture(scope="module")
def reports(context: SampleContext, proxied: ProxiedFunctions) -> Mapping[Sample, FaultReport]:
    """Every sample tried, those of different functions side by side: a fault is one function's alone."""
    by_function: dict[str, list[FaultTest]] = {}
    for sample in FAULTY:
        by_function.setdefault(sample.function, []).append(
            FaultTest(sample, sample.arrange(context), proxied)
        )
    proxied.restart("content")  # which has read its key while the samples were arranged
    with ThreadPoolExecutor(len(by_function)) as threads:
        done = threads.map(
            lambda fault_tests: [(fault_test.sample, fault_test.run()) for fault_test in fault_tests],
            by_function.values(),
        )
    return {sample: report for tried in done for sample, report in tried}


@pytest.mark.parametrize("sample", FAULTY, ids=str)
def test_a_failing_dependency_gives_503_and_no_partial_write(
    reports: Mapping[Sample, FaultReport], sample: Sample
) -> None:
    """503 with Retry-After and in time, nothing half-written or written twice; one hiccup is not noticed."""
    report = reports[sample]
    assert report.failed, "nothing was asked of AWS"
    assert len(report.failed) < MOST_CALLS, f"there was no end to it: {report.failed}"
    assert not report.faults, report.faults


SILENT = (
    ("getCourse", "dynamodb"),
    ("createEnrollment", "dynamodb"),
    ("getProgress", "dynamodb"),
    ("updateLessonProgress", "dynamodb"),
    ("getLessonContent", "dynamodb"),
    ("getLessonContent", "secretsmanager"),
    ("getProfile", "dynamodb"),
    ("grantRole", "cognito-idp"),
)


def test_a_dependency_that_never_answers_gives_503_in_time(
    context: SampleContext, proxied: ProxiedFunctions
) -> None:
    """A service that takes a connection and never answers costs seconds, not the gateway's patience."""
    fault_tests = []
    for operation_id, service in SILENT:
        sample = next(one for one in FAULTY if one.operation_id == operation_id)
        fault_tests.append((service, FaultTest(sample, sample.arrange(context), proxied)))
    proxied.restart("content")
    by_function: dict[str, list[tuple[str, FaultTest]]] = {}
    for service, fault_test in fault_tests:
        by_function.setdefault(fault_test.sample.function, []).append((service, fault_test))

    def listen(turns: list[tuple[str, FaultTest]]) -> list[str]:
        wrong = []
        for service, fault_test in turns:
            before = fault_test.state()
            fault = Fault(FailureKind.SILENCE, service=service)
            answer, seconds = fault_test.send(fault)
            what = f"{fault_test.sample} with {service} silent"
            wrong += [f"{what}: nothing was asked"] if not fault.failed else []
            wrong += [f"{what}: {answer.status}"] if answer.status != 503 else []
            wrong += [f"{what}: {seconds:.1f} s"] if seconds > fault_test.seconds else []
            wrong += [f"{what}: something was written"] if fault_test.state() != before else []
        return wrong

    with ThreadPoolExecutor(len(by_function)) as threads:
        wrong = [fault for faults in threads.map(listen, by_function.values()) for fault in faults]
    assert not wrong, wrong
