"""Notes in a course that a lesson's file has arrived; called by S3, not by people."""
