"""What every function needs whatever it is about: HTTP, DynamoDB, clocks, retries, logs. Knows no course."""
