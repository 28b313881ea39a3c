"""Sends an event to EventBridge when a student enrols or completes a course, or a course is published."""
