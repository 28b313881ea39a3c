"""Finishes erasures that an HTTP request began. Called by the stream of the profiles table, not over HTTP."""
