"""The limits by which the simulation goes: those that AWS documents, and the durations that had to be assumed.

AWS does not document how long a transaction occupies its items. The table "what if" of the command shows what other
durations would change.
"""

from dataclasses import dataclass

# Developer guide of DynamoDB, "Best practices for designing and using partition keys effectively": units per second.
PARTITION_WRITE_UNITS = 1_000
PARTITION_READ_UNITS = 3_000
# The same, "DynamoDB on-demand capacity mode": what a new table can take, spread over its partitions.
TABLE_WRITE_UNITS = 4_000
# So many partitions share those units, and a stream has a shard for each partition.
SHARDS = TABLE_WRITE_UNITS // PARTITION_WRITE_UNITS
# The same, "Read and write operations": a transaction costs twice the units. It costs them as well when a condition
# or another transaction cancels it; the simulation takes the full price for that.
TRANSACTION_FACTOR = 2
# Developer guide of Lambda, "Lambda quotas": instances at the same time, of all functions of an account. A function may
# start that many within ten seconds ("Lambda function scaling"), so the rate of starts is no limit here.
CONCURRENCY = 1_000
# The same, "Process DynamoDB records with Lambda": the base rate is four polls per second and shard.
POLL_SECONDS = 0.25
# Developer guide of SQS, "Amazon SQS message quotas": calls per second of a FIFO queue and action.
FIFO_CALLS = 300


@dataclass(frozen=True)
class Durations:
    """How long things take, in seconds: assumptions, chosen on the long side.

    Attributes:
        transaction: a transaction of few writes occupies each of its items.
        large_transaction: the same for one of up to 100 writes.
        way: from the function to DynamoDB and back.
        own: a function's own time for a request.
        start: a new instance of a function starts.
        stream: from the commit until the record can be read from the stream.
    """

    transaction: float = 0.010
    large_transaction: float = 0.050
    way: float = 0.004
    own: float = 0.005
    start: float = 0.600
    stream: float = 0.500
