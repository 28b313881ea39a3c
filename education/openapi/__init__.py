"""Reads api/openapi.yaml: YAML, references, OpenAPI's own rules, and then the rules of this project."""
