"""Enrolments: seats and waitlists, one by one and in bulk."""
