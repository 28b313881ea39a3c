"""How far Terraform is, from the lines that it prints: resources done, of all that its plan names."""

import re
from collections.abc import Callable

_PLANNED = re.compile(r"(\d+) to (?:add|change|destroy)")
_READING = re.compile(r": (?:Refreshing state|Reading)\.\.\.")
_DONE = re.compile(r": (?:Creation|Modifications|Destruction) complete after ")


class ResourceCounter:
    """Counts the resources that Terraform has created, changed or destroyed. A replaced resource counts twice."""

    def __init__(self, show: Callable[[str], None], total: int | None = None) -> None:
        """`show` gets a text such as "41 of 123 resources".

        `total` is for a saved plan, since Terraform prints no plan when it applies one.
        """
        self._show, self._total, self._done = show, total, 0

    def __call__(self, line: str) -> None:
        """Process one line of Terraform's output, with or without what cdktf puts before it."""
        if "Plan: " in line:
            self._total = sum(int(count) for count in _PLANNED.findall(line))
        elif _DONE.search(line):
            self._done += 1
        elif _READING.search(line) and not self._total:
            self._show("planning")
            return
        else:
            return
        self._show(self.text)

    @property
    def text(self) -> str:
        """How far Terraform is, for example "41 of 123 resources"."""
        return f"{self._done} of {self._total} resources" if self._total else f"{self._done} resources"
