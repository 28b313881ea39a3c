"""The queue of dead letters: the events that a function failed to handle after all retries.

No program reads it. The alarm on it (`monitoring/monitoring`) calls an operator, who finds the cause, repairs it and
sends the events again (tools/operate/redrive.py).
"""

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from education.encryption import CustomerKey
from education.environment import Environment

RETENTION_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


class DeadLetters(Construct):
    """The queue `education-dead-letters-<suffix>`."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, key: CustomerKey) -> None:
        super().__init__(scope, id)
        queue = SqsQueue(
            self,
            "queue",
            name=env.names.of("dead-letters"),
            kms_master_key_id=key.arn,
            message_retention_seconds=RETENTION_SECONDS,
        )
        self.queue_name: str = queue.name
        self.queue_arn: str = queue.arn
        self.queue_url: str = queue.url
