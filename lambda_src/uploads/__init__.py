"""Stores in a course that a lesson's file was uploaded. Called by S3, not over HTTP."""
