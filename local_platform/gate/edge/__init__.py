"""Mends the emulator's CloudFront: functions that run at the edge, signed links, compression."""
