"""The HTTP API: API Gateway and what belongs to it."""
