"""Calls the packages function, and does not wait for it."""

import json

from toolkit import clients


class PackagesFunction:
    """The function that unpacks packages."""

    def __init__(self, name: str) -> None:
        self._name = name

    def start(self, key: str, version: str) -> None:
        """Have a zip unpacked soon: one Invoke. Lambda keeps the event until the function has taken it."""
        # If the event becomes a dead letter, its message names the function: tools/operate/redrive.py.
        payload = json.dumps({"function": self._name, "key": key, "version": version})
        clients.lambda_functions().invoke(FunctionName=self._name, InvocationType="Event", Payload=payload)
