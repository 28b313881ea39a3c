"""Carries out erasures that an HTTP request stored. Called by the stream of the profiles table, not over HTTP."""
