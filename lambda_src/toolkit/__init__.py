"""Code that every function needs: HTTP, DynamoDB, clocks, retries, logs. It contains nothing about courses."""
