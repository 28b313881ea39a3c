"""Fixtures that several unit tests use."""

from tests.unit.emulator_fixture import dynamodb_tables, emulator, emulator_client
from tests.unit.lambda_api_fixture import aws, lambda_api, no_clients_yet

__all__ = ["aws", "dynamodb_tables", "emulator", "emulator_client", "lambda_api", "no_clients_yet"]
