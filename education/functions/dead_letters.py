"""The queue of what was given up: events that an asynchronous function failed to handle after all retries.

Nothing reads it by itself. The alarm on it (`monitoring`) calls a person, who looks, repairs and sends again.
"""

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from education.environment import Environment

RETENTION_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


class DeadLetters(Construct):
    """The queue `education-dead-letters-<suffix>`, encrypted with the operations key."""

    def __init__(self, scope: Construct, id: str, *, env: Environment, key_arn: str) -> None:
        super().__init__(scope, id)
        queue = SqsQueue(
            self,
            "queue",
            name=env.names.of("dead-letters"),
            kms_master_key_id=key_arn,
            message_retention_seconds=RETENTION_SECONDS,
        )
        self.queue_name: str = queue.name
        self.queue_arn: str = queue.arn
        self.queue_url: str = queue.url
