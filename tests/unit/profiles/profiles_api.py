"""The profiles function on the emulator's tables, for the tests of this folder."""

from tests.unit.emulator_fixture import Tables
from tests.unit.lambda_api_fixture import LambdaApi, LambdaApis


def profiles_api(lambda_api: LambdaApis, tables: Tables, user_pool_id: str, **more: str) -> LambdaApi:
    """The function; `more` are variables of its environment besides the usual ones, or in their place."""
    usual = {
        "USER_PROFILES_TABLE": tables.profiles,
        "COURSE_PROGRESS_TABLE": tables.progress,
        "POSITIONS_TABLE": tables.positions,
        "RUNTIME_TABLE": tables.runtime,
        "COURSES_TABLE": tables.courses,
        "AUDIT_TABLE": tables.audit,
        "ROSTER_SHARDS": "1",
        "USER_POOL_ID": user_pool_id,
    }
    return lambda_api("profiles", **(usual | more))
