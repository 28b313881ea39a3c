"""Finishes erasures that a request began; told by the profiles table's stream, not called by people."""
