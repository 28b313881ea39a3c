"""Enrolments: seats and waitlists, for a single student and in bulk."""
