"""The ways in which a request can fail, as one tree.

Rules raise these; only toolkit.problems turns them into answers. The `detail` of each of them
is shown to the caller, so it must not contain personal data, AWS error text or names of tables.
"""

from dataclasses import dataclass

# ruff: noqa: N818 - the names are those of the HTTP statuses, as rules read them.

# Of a name that the caller has chosen, an answer repeats this many characters at most.
LONGEST_NAME = 100


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a request; `field` is a dotted path such as `lessons.0.title`."""

    field: str
    message: str


class RequestError(Exception):
    """Base of everything that ends a request with an answer other than success.

    Attributes:
        status: the HTTP status code.
        title: the short, fixed text of the problem's kind.
        code: a stable identifier of the problem's kind, for programs.
        detail: what happened this time, for people.
        errors: the fields at fault, empty when the request as a whole is.
        headers: headers that the answer needs besides the usual ones.
        members: more members of the problem document, which api/openapi.yaml names.
    """

    status = 500
    title = "Internal Server Error"
    code = "internal-error"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        members: dict[str, int] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = errors
        self.headers = headers or {}
        self.members = members or {}


class BadRequest(RequestError):
    """The request is malformed, or a parameter or field is not valid."""

    status = 400
    title = "Bad Request"
    code = "bad-request"


class Unauthenticated(RequestError):
    """There is no usable ID token."""

    status = 401
    title = "Unauthorized"
    code = "unauthenticated"

    def __init__(self, detail: str = "A valid ID token is needed.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(RequestError):
    """The caller may know that this exists but may not do this."""

    status = 403
    title = "Forbidden"
    code = "forbidden"


class NotFound(RequestError):
    """It does not exist, or the caller may not know that it exists."""

    status = 404
    title = "Not Found"
    code = "not-found"


class Conflict(RequestError):
    """The request contradicts the present state, e.g. it was made from an old version."""

    status = 409
    title = "Conflict"
    code = "conflict"


class TooLarge(RequestError):
    """The body is larger than this operation accepts."""

    status = 413
    title = "Content Too Large"
    code = "too-large"


class UnsupportedMediaType(RequestError):
    """The body is not in a format that this operation accepts."""

    status = 415
    title = "Unsupported Media Type"
    code = "unsupported-media-type"


class TooManyRequests(RequestError):
    """The caller did this too often; it is accepted again after `retry_after` seconds."""

    status = 429
    title = "Too Many Requests"
    code = "too-many-requests"

    def __init__(self, detail: str, *, code: str | None = None, retry_after: int) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after)})


class Unavailable(RequestError):
    """A dependency failed or is too slow; the same request is safe to send again.

    If a POST request created something under a new id (a draft) and only the answer was lost, the repeated request
    creates a second one.
    """

    status = 503
    title = "Service Unavailable"
    code = "unavailable"

    def __init__(
        self, detail: str = "A service this needs is not available. Try again.", *, retry_after: int = 1
    ) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})
