"""Notes in a course that a lesson's file has arrived. Called by S3, not over HTTP."""
