"""A request of a sample, ready to send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.support.people import Person


@dataclass(frozen=True)
class SampleRequest:
    """A request that is ready to send."""

    caller: Person
    values: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The id of the course or the user that the request is about. Every item that it writes has this id."""
        body = self.body if isinstance(self.body, dict) else {}
        named = {**body, **self.values}
        return str(named.get("courseId") or named.get("userId") or self.caller.user_id)
