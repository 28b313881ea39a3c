"""What is monitored, as alarms and the dashboard need it.

Functions and the API make alarms of their own, so they import this folder and not the other way round. What is asked
of them here is written down as Protocols.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from education.data.table import Table


class WatchedApi(Protocol):
    """One stage of a REST API."""

    @property
    def api_name(self) -> str: ...

    @property
    def stage_name(self) -> str: ...


class WatchedFunction(Protocol):
    """A Lambda function; `label` is its short name."""

    @property
    def label(self) -> str: ...

    @property
    def function_name(self) -> str: ...


class WatchedQueue(Protocol):
    """An SQS queue."""

    @property
    def queue_name(self) -> str: ...


@dataclass(frozen=True)
class Watched:
    """Everything that is monitored, in the order in which the dashboard shows it."""

    api: WatchedApi
    functions: Sequence[WatchedFunction]
    tables: Sequence[Table]
    dead_letters: WatchedQueue
    distribution_id: str
    portal_distribution_id: str
