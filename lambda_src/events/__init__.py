"""Tells the world outside, on EventBridge, that somebody enrolled, completed a course or published one."""
