"""The event bus to which enrolments, completions and publications are sent, and the table of the events sent.

Other teams subscribe with rules of their own on the bus; this platform has none. The shape of an event is defined in
lambda_src/events/statements.py.
"""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_event_bus import CloudwatchEventBus
from constructs import Construct

from education.data.table import make_table
from education.encryption import CustomerKey
from education.environment import Environment


class EventBus(Construct):
    """The bus `education-events-<suffix>` and the table `education-sent-events-<suffix>`.

    Attributes:
        arn: the ARN of the bus.
        sent: the table with the ids of the events that were sent already.
        variables: the environment variables of a function that sends events.
    """

    def __init__(self, scope: Construct, id: str, *, env: Environment, key: CustomerKey) -> None:
        super().__init__(scope, id)
        bus = CloudwatchEventBus(
            self,
            "bus",
            name=env.names.of("events"),
            description="Enrolments, completions and course publications as xAPI statements",
        )
        # Ids of events expire after a month, so the table can be replaced without a loss.
        self.sent = make_table(
            self,
            "sent",
            env=env,
            key=key,
            what="sent-events",
            label="sent-events",
            variable="SENT_EVENTS_TABLE",
            hash_key="eventId",
            expires=True,
        )
        self.arn: str = bus.arn
        self.variables: Mapping[str, str] = {"EVENT_BUS_NAME": bus.name, **self.sent.variables}
