"""What a player needs to know of a package: its kind, its entry page, and for SCORM each part that it launches."""

import json
from dataclasses import dataclass
from typing import Any

SCORM_12 = "scorm-1.2"
SCORM_2004 = "scorm-2004"
H5P = "h5p"
HTML_PACKAGE = "html-package"
# Not played: the portal draws it.
ARTICLE = "article"

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Part:
    """A part of a SCORM package that is launched: a SCO, or an asset.

    Attributes:
        part_id: the identifier of its item in the manifest.
        title: the item's title.
        href: its page, as a relative URL with its query, from the package's folder.
        launch_data: what the page gets as `cmi.launch_data`.
        mastery_score: SCORM 1.2, 0 to 100: from this score on, the part is passed. None: the part decides itself.
        passing_score: SCORM 2004, -1 to 1: the same as a scaled score.
        completion_threshold: SCORM 2004, 0 to 1: from this progress on, the part is completed.
        objective_ids: the ids of its objectives, the primary one first.
    """

    part_id: str
    title: str
    href: str
    launch_data: str = ""
    mastery_score: float | None = None
    passing_score: float | None = None
    completion_threshold: float | None = None
    objective_ids: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """The part as a player reads it."""
        return {
            "partId": self.part_id,
            "title": self.title,
            "href": self.href,
            "launchData": self.launch_data,
            "masteryScore": self.mastery_score,
            "passingScore": self.passing_score,
            "completionThreshold": self.completion_threshold,
            "objectiveIds": list(self.objective_ids),
        }


@dataclass(frozen=True)
class Launch:
    """A package as a player starts it.

    Attributes:
        kind: one of the kinds above.
        title: the package's own title, empty if it has none.
        entry: the name of the file that is shown first; for H5P, `h5p.json`.
        parts: for SCORM, the parts in the order of the manifest. Sequencing rules are not followed.
    """

    kind: str
    title: str
    entry: str
    parts: tuple[Part, ...] = ()

    def to_json(self) -> bytes:
        """The launch data as a player reads it: a JSON document."""
        shown = {
            "kind": self.kind,
            "title": self.title,
            "entry": self.entry,
            "parts": [part.shown() for part in self.parts],
        }
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
