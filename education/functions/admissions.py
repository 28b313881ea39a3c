"""The function `education-admissions-<suffix>`, which the stream of the progress table calls.

It settles queued enrolments, and counts the seats of courses without a capacity: lambda_src/admissions.
"""

from constructs import Construct

from education.data.tables import Tables
from education.functions.grants import settle_enrolments
from education.functions.python_function import Operations, PythonFunction
from education.functions.stream_filters import ADMISSIONS
from education.functions.stream_source import StreamSource

# Five times GROUP_SIZE of lambda_src/domain/enrollments/rush.py.
BATCH_SIZE = 5 * 98
# More readers would only meet each other at the counters of one course (benchmarks/admission).
PARALLEL = 1
# Waiting for a count takes up to 45 s (lambda_src/domain/enrollments/counting.py), and settling up to 60 s.
TIMEOUT_SECONDS = 180


def admissions_function(scope: Construct, *, operations: Operations, tables: Tables) -> PythonFunction:
    """The function, and the stream that calls it."""
    function = PythonFunction(
        scope,
        "admissions",
        operations=operations,
        source="admissions",
        description="Settles queued enrolments, and counts the seats of courses without a capacity",
        variables={
            **tables.variables,
            "COUNTING_SECONDS": str(operations.env.settings.records.counting_seconds),
            "DEAD_LETTER_QUEUE_URL": operations.dead_letters.queue_url,
        },
        grants=settle_enrolments(tables, operations.dead_letters),
        timeout_seconds=TIMEOUT_SECONDS,
    )
    StreamSource(
        scope,
        "admissions-of-progress",
        operations=operations,
        table=tables.progress,
        function=function,
        pattern=ADMISSIONS,
        batch_size=BATCH_SIZE,
        parallel=PARALLEL,
    )
    return function
