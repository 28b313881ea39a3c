"""Mends the emulator's CloudFront: functions that run at the edge, and signed links."""
