"""Scans, lists and pictures of what is in the repository."""
