"""Hooks of schemathesis: they set the caller's token and put ids of existing objects into requests.

schemathesis loads this module (SCHEMATHESIS_HOOKS). It reads the data that `test_contract.py` writes. Most valid
requests get ids of existing objects. Otherwise every request would end with a 404.
"""

import threading
from typing import Any
from urllib.parse import quote
from zlib import crc32

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from tests.integration.contract import contract
from tests.integration.contract.contract_data import ContractData
from tests.integration.support.deployed import Deployed

TIMEOUT_SECONDS = 30
# Three of four valid requests get ids of existing objects. The others use unknown ids.
_WITH_KNOWN_IDS, _OUT_OF = 3, 4
# After one of these requests, other requests on the same course may fail.
CHANGES = frozenset({"updateCourse", "putLesson", "deleteLesson"})

_data = ContractData.read()
_deployed = Deployed(_data.outputs)
_local = threading.local()


@schemathesis.hook  # type: ignore[untyped-decorator, unused-ignore]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Set the token, and put ids of existing objects into valid parts of a request."""
    case.headers["Origin"] = _deployed.origin
    if _data.token is not None and not _leaves_out(case, "Authorization"):
        case.headers["Authorization"] = f"Bearer {_data.token}"
    draw = crc32(repr((case.path, case.path_parameters, case.query, case.body)).encode())
    if draw % _OUT_OF < _WITH_KNOWN_IDS:
        draw //= _OUT_OF
        _fill_path(case, draw)
        _fill_body(case, draw)


@schemathesis.hook  # type: ignore[untyped-decorator, unused-ignore]
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Ignore accepted CSV bodies: to the schema any text is a table. The answer reports faulty rows one by one."""
    is_body = case.meta is not None and not _is_valid(case, ParameterLocation.BODY)
    return not (isinstance(failure, AcceptedNegativeData) and case.media_type == "text/csv" and is_body)


@schemathesis.check  # type: ignore[untyped-decorator, unused-ignore]
def keeps_the_contract(ctx: Any, response: Any, case: Any) -> None:
    """Check the contract of an answer (contract.py), and that a caller without a token always gets 401."""
    answer = requests.Response()
    answer.status_code = response.status_code
    answer._content = response.content
    for name, values in response.headers.items():
        answer.headers[name] = ", ".join(values)
    if response.request.method == "OPTIONS":
        return  # tested by tests/integration/platform/test_cors.py
    path = str(response.request.url).removeprefix(_data.outputs["api_endpoint"])
    contract.check(_deployed, response.request.method, path, answer)
    if _data.token is None and _scenario(case) != CoverageScenario.UNSPECIFIED_HTTP_METHOD:
        assert answer.status_code == 401, f"a caller without a token gets {answer.status_code}"


def _fill_path(case: Any, draw: int) -> None:
    if not case.path_parameters or not _is_valid(case, ParameterLocation.PATH):
        return
    operation = case.operation.definition.raw.get("operationId")
    courses = _data.changeable if operation in CHANGES else _data.courses
    if operation == "deleteEnrollment":
        courses = _data.left
    lessons = _data.lessons
    if operation == "getLessonContent":
        # Only these have a file. A run sends some twenty of these requests, and one of them has to succeed.
        courses, lessons = _data.courses[:1], _data.lessons_with_files
    if operation == "getProgress":
        courses = _data.courses[:1]  # in the others, the run withdraws at some time
    if operation == "removeFromRoster":
        courses = _data.courses[:1]  # the users are its students; a second removal succeeds too
    users = _data.users
    if operation in ("addCoTeacher", "addCoTeacherByEmail", "removeCoTeacher"):
        courses, users = _data.courses[:1], _data.colleagues
    uploads = ["0" * 32]
    if operation in _data.uploads:
        courses, (lesson_id, upload_id) = _data.courses[:1], _data.uploads[operation]
        lessons, uploads = [lesson_id], [upload_id]
    if operation in ("createMultipartUpload", "putCaptions", "deleteCaptions"):
        courses, lessons = _data.courses[:1], ["film"]
    if operation in ("launchLesson", "saveRuntime"):
        courses, lessons = _data.courses[:1], ["quiz"]  # only an interactive lesson has run-time data
    real = {"courseId": courses, "lessonId": lessons, "userId": users, "uploadId": uploads}
    if operation == "deleteCaptions":
        real["language"] = ["de"]
    for name in case.path_parameters:
        if name in real:
            case.path_parameters[name] = real[name][draw % len(real[name])]
            draw //= 7


def _fill_body(case: Any, draw: int) -> None:
    if not isinstance(case.body, dict) or not _is_valid(case, ParameterLocation.BODY):
        return
    operation = case.operation.definition.raw.get("operationId")
    if operation == "createEnrollment":
        case.body["courseId"] = _data.courses[draw % len(_data.courses)]
    elif operation == "updateCourse":
        case.body["version"] = _version_of(case.path_parameters["courseId"]) or case.body["version"]
    elif operation == "saveRuntime":
        path = case.path_parameters
        case.body["launch"] = _launch_of(path["courseId"], path["lessonId"]) or case.body["launch"]
    elif operation == "signUploadParts":
        case.body["partNumbers"] = [1]
    elif operation == "addCoTeacherByEmail":
        case.body["email"] = _data.colleague_emails[draw % len(_data.colleague_emails)]
    elif operation == "enrollRoster":
        case.body["emails"][0] = _data.emails[draw % len(_data.emails)]


def _version_of(course_id: str) -> int | None:
    found = _get("courses", course_id)
    return int(found["version"]) if found else None


def _launch_of(course_id: str, lesson_id: str) -> int | None:
    """The number of a new launch, since only the latest launch of a lesson may save."""
    found = _get("courses", course_id, "lessons", lesson_id, "runtime")
    return int(found["launch"]) if found else None


def _get(*path: str) -> dict[str, Any] | None:
    """What the caller reads at a path; None if the answer is an error."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    answer = _local.session.get(
        "/".join([_data.outputs["api_endpoint"], *(quote(str(part), safe="") for part in path)]),
        headers={"Authorization": f"Bearer {_data.token}"},
        timeout=TIMEOUT_SECONDS,
    )
    found: dict[str, Any] | None = answer.json() if answer.ok else None
    return found


def _is_valid(case: Any, location: ParameterLocation) -> bool:
    """Whether schemathesis generated this part of a request as a valid one."""
    if case.meta is None:
        return False
    part = case.meta.components.get(location)
    return part is not None and part.mode == GenerationMode.POSITIVE


def _leaves_out(case: Any, header: str) -> bool:
    """Whether this request tests the absence of this header."""
    is_left_out = _scenario(case) == CoverageScenario.MISSING_PARAMETER
    return is_left_out and case.meta.phase.data.parameter == header


def _scenario(case: Any) -> CoverageScenario | None:
    data = case.meta.phase.data if case.meta is not None else None
    return data.scenario if isinstance(data, CoveragePhaseData) else None
