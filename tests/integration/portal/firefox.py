"""Drives Firefox as Debian builds it, by its own protocol (Marionette): Playwright drives a Firefox of its own only."""

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIREFOX_PROGRAMS = ("firefox-esr", "firefox")
START_SECONDS = 60
WAIT_SECONDS = 30
PAUSE_SECONDS = 0.1
# The name under which WebDriver gives elements: https://www.w3.org/TR/webdriver2/#elements
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_PREFERENCES = {
    "marionette.port": 0,  # any free one
    "media.autoplay.default": 0,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.proxy.type": 0,
}


class Firefox:
    """A running Firefox with one window."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 0
        self._read()  # it introduces itself
        self.tell("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})

    def tell(self, command: str, parameters: dict[str, Any] | None = None) -> Any:
        """Run a command of WebDriver, and return its value. Raises AssertionError with what Firefox says against it."""
        self._number += 1
        said = json.dumps([0, self._number, command, parameters or {}]).encode()
        self._stream.write(b"%d:%b" % (len(said), said))
        self._stream.flush()
        _, _, error, value = self._read()
        assert not error, f"{command}: {error['message']}"
        return value.get("value", value) if isinstance(value, dict) else value

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page, and return what it returned."""
        return self.tell("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})

    def open(self, address: str) -> None:
        """Open an address."""
        self.tell("WebDriver:Navigate", {"url": address})

    def until(self, script: str) -> Any:
        """Wait until a script returns something true, and return that. The page may change meanwhile."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with contextlib.suppress(AssertionError):
                if found := self.run(script):
                    return found
            assert time.monotonic() < deadline, f"not so within {WAIT_SECONDS} s: {script}"
            time.sleep(PAUSE_SECONDS)

    def press(self, name: str) -> None:
        """Click the button or link with this text, as soon as it is there."""
        found = self.until(
            "return [...document.querySelectorAll('button, a')]"
            f".find((each) => each.textContent.trim() === {json.dumps(name)})"
        )
        self.tell("WebDriver:ElementClick", {"id": found[_ELEMENT]})

    def write(self, selector: str, text: str) -> None:
        """Type into a field, as soon as it is there."""
        found = self.until(f"return document.querySelector({json.dumps(selector)})")
        self.tell("WebDriver:ElementSendKeys", {"id": found[_ELEMENT], "text": text})

    def _read(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox has ended"
            length += byte
        return json.loads(self._stream.read(int(length)))


def find_firefox() -> str | None:
    """A Firefox on PATH; None if there is none."""
    return next((found for program in FIREFOX_PROGRAMS if (found := shutil.which(program))), None)


@contextlib.contextmanager
def firefox(program: str) -> Iterator[Firefox]:
    """Start Firefox with an empty profile, and end it with the context."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder)
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()
        ]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                with socket.create_connection(
                    ("127.0.0.1", _port(profile, process)), WAIT_SECONDS * 2
                ) as line:
                    yield Firefox(line)
            finally:
                process.terminate()


def _port(profile: Path, process: "subprocess.Popen[bytes]") -> int:
    """The port at which Firefox listens; it writes it into its profile."""
    file, deadline = profile / "MarionetteActivePort", time.monotonic() + START_SECONDS
    while not (file.exists() and file.read_text()):
        assert process.poll() is None, f"Firefox ended with {process.returncode}"
        assert time.monotonic() < deadline, f"Firefox did not start within {START_SECONDS} s"
        time.sleep(PAUSE_SECONDS)
    return int(file.read_text())
