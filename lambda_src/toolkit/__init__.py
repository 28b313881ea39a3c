"""Code that every function needs: HTTP, DynamoDB, clocks, retries, logs. It contains nothing about courses."""

import gc

# A start makes some 100,000 objects that stay. Python would look through them again and again, every 700 new ones, for
# what can be collected: a fifth of the start. This many new objects take a few megabytes.
gc.set_threshold(50_000)
