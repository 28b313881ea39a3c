"""One local platform: its port, its folder, and the files in it. Two platforms with different folders and ports
do not affect each other."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from education.errors import UserError
from education.settings.load import LOCAL_ENVIRONMENT, load_settings, local_port, local_settings
from education.settings.model import EnvironmentSettings
from local_platform.gate.root_keys import RootKeys, root_keys
from local_platform.isolation import NO_AWS_CONFIGURATION
from tools.support.paths import ROOT

STACK = f"TapStack{LOCAL_ENVIRONMENT}"
LOCK = "lock"
MARK = "EDUCATION_PLATFORM_MARK"  # in the environment of every process that a platform starts


@dataclass(frozen=True)
class Platform:
    """Where a platform is. Everything that it writes is below `home`, except `outputs_file`.

    `own_settings` is a file whose settings count instead of those of `environments/local.toml`.
    """

    home: Path
    port: int
    outputs_file: Path
    own_settings: Path | None = None

    @property
    def endpoint(self) -> str:
        """The address of its AWS emulator."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def keys(self) -> RootKeys:
        """The keys of the root user of its AWS emulator, made up at first use."""
        return root_keys(self.home)

    @property
    def settings(self) -> EnvironmentSettings:
        """The settings of its stack."""
        return load_settings(LOCAL_ENVIRONMENT, local_port=self.port, local_settings=self.own_settings)

    @property
    def synthesized(self) -> Path:
        """cdktf's output folder."""
        return self.home / "cdktf.out"

    def log(self, name: str) -> Path:
        """The log of one step."""
        return self.home / "logs" / f"{name}.log"

    def variables(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The environment variables of the programs that work on this platform: `base` with changes.

        AWS's own variables and files are left out, so that no profile or region of a real account is used.
        """
        foreign = ("AWS_", "TERRAFORM_STATE_", "TF_VAR_", "TF_WORKSPACE", "TF_DATA_DIR")
        return {
            **{name: value for name, value in base.items() if not name.startswith(foreign)},
            **NO_AWS_CONFIGURATION,
            **self.keys.variables,
            "ENVIRONMENT_SUFFIX": LOCAL_ENVIRONMENT,
            "EDUCATION_LOCAL_PORT": str(self.port),
            "EDUCATION_LOCAL_SETTINGS": str(self.own_settings or ""),
            MARK: str(self.home),
        }

    def check_home(self) -> None:
        """Raise `UserError` if `home` is not the platform's own folder, because `make down` removes all of it.

        Every command first makes the lock file there. A folder that has other files and no lock belongs to the user.
        """
        try:
            self._check_home()
        except OSError as problem:
            raise self._refusal(f"cannot be read ({problem.strerror})") from None

    def _check_home(self) -> None:
        if ROOT.is_relative_to(self.home):
            raise self._refusal("contains the project itself")
        if self.home.exists() and not self.home.is_dir():
            raise self._refusal("is not a folder")
        lock = self.home / LOCK
        is_ours = lock.is_file() and re.fullmatch(r"\d*", lock.read_text(errors="replace"))
        if self.home.exists() and any(self.home.iterdir()) and not is_ours:
            raise self._refusal("contains other files than a platform's")

    def _refusal(self, why: str) -> UserError:
        return UserError(
            f"{self.home} {why}: name an empty or a new folder with EDUCATION_LOCAL_HOME, or leave it unset (.local); "
            "nothing was changed."
        )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the platform for one command. The lock ends with the process of the command."""
        self.check_home()
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = (self.home / LOCK).open("a+")
        except OSError as problem:
            raise self._refusal(f"cannot be made or written to ({problem.strerror})") from None
        with opened as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise UserError(
                    f"another command (process {file.read().strip() or 'unknown'}) is at work on the platform in "
                    f"{self.home}: wait until it ends, or stop it with Ctrl-C."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                if not any(path.name != LOCK for path in self.home.glob("*")):  # nothing was made here
                    (self.home / LOCK).unlink(missing_ok=True)
                    with contextlib.suppress(OSError):
                        self.home.rmdir()


def current_platform(variables: Mapping[str, str] = os.environ) -> Platform:
    """The platform that EDUCATION_LOCAL_PORT (4566) and EDUCATION_LOCAL_HOME (`.local`) name."""
    standard = ROOT / ".local"
    home = Path(variables.get("EDUCATION_LOCAL_HOME") or standard).expanduser().resolve()
    outputs = (ROOT if home == standard else home) / "outputs" / f"{LOCAL_ENVIRONMENT}.json"
    return Platform(home, local_port(variables), outputs, local_settings(variables))
