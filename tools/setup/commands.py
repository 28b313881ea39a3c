"""The commands that prepare a checkout.

Where nothing is installed yet, `make install` and `make lock` run the same modules without this command line.
"""

from typing import Annotated

import typer


def install(
    browser: Annotated[
        bool,
        typer.Option(
            "--browser", help="Install Playwright for the browser tests too, if a Chromium is on PATH."
        ),
    ] = False,
) -> None:
    """Install what is missing: the virtual environment and cdktf-cli."""
    from tools.setup import install

    raise typer.Exit(install.main(["--browser"] if browser else []))


def lock(
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Lock this version of the AWS provider too. Asks registry.terraform.io and needs terraform.",
        ),
    ] = None,
) -> None:
    """Renew the pinned requirements (requirements.txt) from the .in files."""
    from tools.setup import lock

    raise typer.Exit(lock.main(["--provider", provider] if provider else []))


COMMANDS = (install, lock)
