"""Starts, watches and stops the AWS emulator.

The emulator keeps everything in memory on purpose. Terraform's state is in the emulator's S3, so the state and the
resources always end together and cannot disagree. After a killed emulator the next start begins from empty.
"""

import hashlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from importlib import metadata
from pathlib import Path

from education.errors import UserError
from local_platform import gate, processes
from local_platform.platform import MARK, Platform
from tools.support.paths import ROOT, displayed

PORT_RELEASE_SECONDS = 3
START_SECONDS = 60.0
ANSWER_SECONDS = 5.0
# How long a living emulator may not answer: the machine is loaded, or a function uses all of it.
BUSY_SECONDS = 45.0
PROGRAM = "local_platform.gate"
# The emulator outlives this process on purpose. Without this list Python would warn about a process that still runs.
_started: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True)
class Instance:
    """One run of the AWS emulator. Everything in it is lost when the run ends.

    Attributes:
        code: what `code()` was when it started; empty if a version started it that did not note that.
    """

    pid: int
    port: int
    id: str
    code: str = ""


def code() -> str:
    """A digest of the code that the emulator runs: its own version, and the gate with what it mends."""
    total = hashlib.sha256(metadata.version("ministack").encode())
    for path in sorted(Path(gate.__file__).parent.rglob("*.py")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def running(platform: Platform) -> Instance | None:
    """The running AWS emulator of the platform, on any port; None if it died or does not answer.

    Waits up to BUSY_SECONDS for one that is only slow. Taking it for dead would throw away everything in it.
    """
    instance = recorded(platform)
    deadline = time.monotonic() + BUSY_SECONDS
    while instance is not None and _lives(platform, instance):
        if _is_healthy(instance.port):
            return instance
        if time.monotonic() > deadline:
            return None
        time.sleep(0.2)
    return None


def is_unresponsive(platform: Platform) -> bool:
    """Whether the emulator process still runs, after `running` has found that it does not answer."""
    instance = recorded(platform)
    return instance is not None and _lives(platform, instance)


def recorded(platform: Platform) -> Instance | None:
    """The emulator that was started last and not stopped, alive or not."""
    try:
        return Instance(**json.loads(_record(platform).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _lives(platform: Platform, instance: Instance) -> bool:
    return any(
        process.pid == instance.pid and PROGRAM in processes.command_line(process)
        for process in processes.marked(_mark(platform))
    )


def start(platform: Platform) -> Instance:
    """Start an empty emulator; raises `UserError` if the port is taken or the emulator does not start."""
    check_port(platform.port)
    temporary = platform.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    log = platform.log("aws-emulator")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            cwd=platform.home,
            env=_environment(platform, temporary),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _started.append(process)
    deadline = time.monotonic() + START_SECONDS
    while not _is_healthy(platform.port):
        if process.poll() is not None or time.monotonic() > deadline:
            end = "\n    ".join(log.read_text(errors="replace").splitlines()[-10:])
            stop(platform)
            raise UserError(
                f"the AWS emulator did not come up.\n    {end}\n  What to do: run `make down` and `make up` again; "
                f"if it stays so, read {displayed(log)}."
            )
        time.sleep(0.1)
    instance = Instance(process.pid, platform.port, secrets.token_hex(8), code())
    _record(platform).write_text(json.dumps(asdict(instance)))
    return instance


def stop(platform: Platform) -> int:
    """Stop the emulator, its functions and what else a command left running; returns how many processes there were."""
    stopped = processes.stop(processes.marked(_mark(platform)))
    _started[:] = [process for process in _started if process.poll() is None]
    _record(platform).unlink(missing_ok=True)
    return stopped


def stop_orphans(platform: Platform, instance: Instance | None) -> int:
    """Stop what a killed command left behind, but not the emulator and its functions, which are its process group."""
    orphans = processes.marked(_mark(platform))
    if instance is not None:
        orphans = [process for process in orphans if not _is_in_group(process.pid, instance.pid)]
    return processes.stop(orphans)


def check_port(port: int) -> None:
    """Raise `UserError` if another program listens on the port.

    Tries for PORT_RELEASE_SECONDS, because the kernel closes a killed process's sockets a little after its end.
    """
    deadline = time.monotonic() + PORT_RELEASE_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise UserError(
                f"port {port} of this machine is taken by another program: stop that program, or choose another port "
                f"with the variable EDUCATION_LOCAL_PORT, for example `EDUCATION_LOCAL_PORT={port + 1} make up`."
            )
        time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise UserError(
                f"port {port} may not be opened by this user: choose one above 1023, for example "
                "`EDUCATION_LOCAL_PORT=4567 make up`."
            ) from None
        except OSError:
            return False
    return True


def _environment(platform: Platform, temporary: Path) -> dict[str, str]:
    """The emulator's variables. Functions see all of them, so nothing of the user's own is inherited."""
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ
    }
    return {
        **inherited,
        "AUTH": "true",
        **platform.keys.variables,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(platform.port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_HOST": "localhost",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "S3_DATA_DIR": str(platform.home / "s3"),
        "STATE_DIR": str(platform.home / "state"),
        "TMPDIR": str(temporary),
        MARK: str(platform.home),
    }


def _mark(platform: Platform) -> str:
    return f"{MARK}={platform.home}"


def _record(platform: Platform) -> Path:
    return platform.home / "emulator.json"


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def _is_in_group(pid: int, group: int) -> bool:
    try:
        return os.getpgid(pid) == group
    except ProcessLookupError:
        return True
