"""Fixtures that several unit tests use."""

from tests.unit.catalogue_fixture import catalogue
from tests.unit.content_fixture import files
from tests.unit.cut_line_fixture import line
from tests.unit.emulator_fixture import consistent_reads, dynamodb_tables, emulator, emulator_client
from tests.unit.lambda_api_fixture import aws, lambda_api, without_cached_clients
from tests.unit.user_pool_fixture import cognito_client, user_pool

__all__ = [
    "aws",
    "catalogue",
    "cognito_client",
    "consistent_reads",
    "dynamodb_tables",
    "emulator",
    "emulator_client",
    "files",
    "lambda_api",
    "line",
    "user_pool",
    "without_cached_clients",
]
