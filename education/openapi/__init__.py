"""Reads api/openapi.yaml."""
