"""Erases people who deleted their user in Cognito themselves. Called by a schedule, not over HTTP."""
