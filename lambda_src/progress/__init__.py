"""The progress function: how far a student is in a course."""
