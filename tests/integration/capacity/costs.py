"""The AWS calls and the capacity units of sample requests, for courses of each size."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.integration.capacity.contents import Contents
from tests.integration.capacity.meter import CapacityMeter, Units
from tests.integration.samples.context import SampleContext
from tests.integration.samples.request import SampleRequest
from tests.integration.support.aws_proxy import AwsCall
from tests.integration.support.deployed import Deployed
from tests.integration.support.people import People
from tests.integration.support.proxied_functions import ProxiedFunctions, proxied_functions
from tests.integration.support.samples import OPERATIONS, Entries, Sample
from tools.cost.calls_page import SIZES, Line

# The lesson that samples use if their path names none.
USUAL_LESSON = "text"


@dataclass(frozen=True)
class Cost:
    """The AWS calls of one request, and their units.

    Attributes:
        answer_bytes: how long the body of the answer is.
    """

    calls: Counter[str]
    units: Units
    answer_bytes: int

    @classmethod
    def of(cls, calls: Sequence[AwsCall], answer_bytes: int) -> "Cost":
        """Add up some calls."""
        total = sum((call.units for call in calls), start=Units())
        return cls(Counter(call.operation for call in calls), total, answer_bytes)

    def is_like(self, other: "Cost") -> bool:
        """Whether another request made the same calls and took the same units."""
        return (self.calls, self.units) == (other.calls, other.units)


class CostMeter:
    """Sends samples and measures what they cost."""

    def __init__(
        self, context: SampleContext, proxied: ProxiedFunctions, contents: Contents, capacity: CapacityMeter
    ) -> None:
        self._context, self._proxied, self._contents = context, proxied, contents
        self._capacity = capacity

    def costs(self, sample: Sample) -> Mapping[int, Cost]:
        """The cost of a sample for each of SIZES.

        A sample without a course is sent once. If the smallest and the largest course cost the same, so do all.
        """
        smallest, *between, largest = SIZES
        found = {smallest: self._cost(sample, smallest)}
        found[largest] = self._cost(sample, largest) if self._context.courses else found[smallest]
        is_flat = found[smallest].is_like(found[largest])
        for size in between:
            found[size] = found[largest] if is_flat else self._cost(sample, size)
        return found

    def _cost(self, sample: Sample, size: int) -> Cost:
        self._context.forget()
        request = sample.arrange(self._context)
        self._fill(sample, request, size)
        proxy = self._proxied.proxies[sample.function]
        proxy.take_calls()
        # Not before: it takes two more reads for each call, and a sample is prepared by more calls than it makes.
        proxy.meter = self._capacity
        answer = sample.send(request)
        calls = proxy.take_calls()
        proxy.meter = None
        self._contents.remove_copies()
        return Cost.of(calls, answer.length)

    def _fill(self, sample: Sample, request: SampleRequest, size: int) -> None:
        kept = request.values.get("lessonId", USUAL_LESSON)
        context, contents = self._context, self._contents
        for course_id in context.courses:  # those in which somebody is enrolled are among them
            contents.fill_course(course_id, size, kept)
        for user_id, course_id in context.enrolled:
            contents.fill_record(user_id, course_id, kept)
        match sample.entries:
            case Entries("courses", count):
                contents.copy_courses(context.courses[0], count)
            case Entries("enrolments", count):
                contents.copy_enrolments(*context.enrolled[0], count)
            case Entries("students", count):
                contents.copy_students(*context.enrolled[0], count)


@contextmanager
def cost_meter(deployed: Deployed, people: People) -> Iterator[CostMeter]:
    """Yield a meter; inside of the `with` block all functions use proxies."""
    with proxied_functions(deployed) as proxied:
        context = SampleContext(deployed, people, proxied.restart)
        contents = Contents(deployed, (context.course_with_files, USUAL_LESSON))
        yield CostMeter(context, proxied, contents, CapacityMeter(deployed.client("dynamodb")))


def line_of(sample: Sample, costs: Mapping[int, Cost]) -> Line:
    """The line of docs/aws-calls.md."""
    operation = OPERATIONS[sample.operation_id]
    names = {name for cost in costs.values() for name in cost.calls}
    return Line(
        route=f"{operation.method} {operation.path}",
        case=sample.what,
        calls={name: tuple(float(costs[size].calls[name]) for size in SIZES) for name in names},
        read_units=tuple(costs[size].units.reads for size in SIZES),
        write_units=tuple(costs[size].units.writes for size in SIZES),
        index_units=tuple(costs[size].units.index_writes for size in SIZES),
    )
