"""The event bus on which enrolments, completions and publications leave, and the notes of what has left.

Who listens is no business of this platform: other teams put rules on the bus. The shape of an event stands in
lambda_src/events/statements.py.
"""

from cdktf_cdktf_provider_aws.cloudwatch_event_bus import CloudwatchEventBus
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from education.environment import Environment
from education.iam import Grant


class LearningEvents(Construct):
    """The bus `education-events-<suffix>` and the table `education-sent-events-<suffix>`."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, key_arn: str) -> None:
        super().__init__(scope, id)
        bus = CloudwatchEventBus(
            self,
            "bus",
            name=env.names.of("events"),
            description="Enrolments, completions and course publications as xAPI statements",
        )
        # Ids of statements, which go by themselves after a month: it can always be made anew.
        sent = DynamodbTable(
            self,
            "sent",
            name=env.names.of("sent-events"),
            billing_mode="PAY_PER_REQUEST",
            hash_key="eventId",
            attribute=[DynamodbTableAttribute(name="eventId", type="S")],
            ttl=DynamodbTableTtl(enabled=True, attribute_name="expiresAt"),
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(
                enabled=env.settings.records.point_in_time_recovery
            ),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
            deletion_protection_enabled=env.settings.protect_data,
        )
        self.bus_name: str = bus.name
        self.sent_table_name: str = sent.name
        self.grants = [
            Grant("SendEvents", ["events:PutEvents"], [bus.arn]),
            Grant("NoteWhatIsSent", ["dynamodb:GetItem", "dynamodb:PutItem"], [sent.arn]),
        ]
