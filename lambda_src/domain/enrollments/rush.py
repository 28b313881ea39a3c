"""The figures of a rush: when students are queued, and how they are settled.

benchmarks/admission simulates the opening of a course to 100,000 people by DynamoDB's limits, with these figures and
with others.
"""

# A request that meets other requests for the same counters tries for so long, then the student is queued. Longer only
# uses up the account's concurrency.
DIRECT_SECONDS = 0.25
# A student whose request was refused so often for other reasons is queued too.
DIRECT_ATTEMPTS = 6

# A student who is queued longer, and asks again, is shown to the stream again.
OVERDUE_SECONDS = 120

# So many queued students are settled in one transaction. DynamoDB allows 100 parts, one of them for the admission item;
# the other two are spare.
GROUP_SIZE = 98
# Settling goes on so long, with pauses of at most this. Longer pauses would leave the counters unused.
SETTLING_SECONDS = 60
SETTLING_LONGEST_PAUSE_SECONDS = 0.1

# A transaction that settles RUSH_SIZE students or more queues later enrolments for QUEUE_SECONDS. Fewer students do
# not: a person every few seconds would keep everybody in the queue.
RUSH_SIZE = 25
QUEUE_SECONDS = 5
