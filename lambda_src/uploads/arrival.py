"""A file that has arrived below `incoming/`, and what may become of it."""

from dataclasses import dataclass
from enum import StrEnum

from domain import content_paths


class Outcome(StrEnum):
    """What became of an arrival, for the log."""

    NOTED = "noted"
    UNPACKING = "unpacking"
    NO_FORM = "no open form"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True)
class Arrival:
    """A file below `incoming/`: one version of one key. `file_name` is the name that its person gave it."""

    key: str
    version: str
    media_type: str
    uploader_id: str
    file_name: str

    @property
    def is_package(self) -> bool:
        """Whether it is to be unpacked."""
        return self.media_type == content_paths.PACKAGE_TYPE
