"""Settles queued enrolments, and counts what no request has counted. Called by the stream of the progress table."""
