"""The commands for an operator of a deployed environment."""

import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tools.support.options import Environment

if TYPE_CHECKING:
    from tools.operate.signing_key_store import SigningKeyStore

Region = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The AWS region (AWS_REGION, or the environment's file)."),
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint-url", metavar="URL", help="The address of an AWS emulator.")
]


def redrive(
    environment: Environment,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be repeated.")] = False,
) -> None:
    """Repeat the work that functions gave up, after its cause was corrected.

    Needs an administrator's credentials. It does no harm if a function does the same work twice.
    """
    from tools.operate.redrive import redrive

    redrive(environment, dry_run=dry_run)


def restore(
    environment: Environment,
    table: Annotated[
        str,
        typer.Option(metavar="NAME", help="The table: user-profiles, courses, course-progress or positions."),
    ],
    backup: Annotated[str | None, typer.Option(metavar="ARN", help="An on-demand backup.")] = None,
    at: Annotated[
        datetime.datetime | None,
        typer.Option(
            metavar="TIME",
            parser=datetime.datetime.fromisoformat,
            help="A time in the last 35 days, for example 2026-11-24T10:00:00Z.",
        ),
    ] = None,
) -> None:
    """Restore a table to a backup (--backup) or to a point in time (--at).

    Restores into a second table, shows how the two differ, copies the difference back, and compares checksums. The
    table keeps its name, its indexes, its stream and Terraform's state. The functions may go on working. What they
    write during the restore is lost.
    """
    if (backup is None) == (at is None):
        raise typer.BadParameter("name either --backup or --at.")
    from tools.operate.restore import restore_table

    restore_table(environment, table, backup=backup, at=at)


def create(environment: Environment, region: Region = None, endpoint: Endpoint = None) -> None:
    """Make both key pairs. Existing ones stay as they are."""
    made = _signing_keys(environment, region, endpoint).create()
    print(f"Signing keys of {environment}: {'made' if made else 'there already, left as they are'}.")


def rotate(environment: Environment, region: Region = None, endpoint: Endpoint = None) -> None:
    """Replace the key that does not sign at present."""
    slot = _signing_keys(environment, region, endpoint).rotate()
    print(
        f"Slot {slot} has a new key. Next: make deploy ENV={environment}, then "
        f".venv/bin/python -m tools signing-key activate --environment {environment} --slot {slot}"
    )


def activate(
    environment: Environment,
    slot: Annotated[Literal["a", "b"], typer.Option(help="The slot that signs from now on.")],
    region: Region = None,
    endpoint: Endpoint = None,
) -> None:
    """Let a slot sign, once its key is deployed."""
    _signing_keys(environment, region, endpoint).activate(slot)
    print(
        f"Slot {slot} signs from now on (functions notice within five minutes). "
        "Links signed before stay valid until they end, so wait an hour before you rotate again."
    )


def show(environment: Environment, region: Region = None, endpoint: Endpoint = None) -> None:
    """Print the public keys and which slot signs."""
    active, public_keys = _signing_keys(environment, region, endpoint).show()
    slots = (
        f"slot {slot}{' (active)' if slot == active else ''}\n{key}" for slot, key in public_keys.items()
    )
    print("\n".join(slots).rstrip())


def delete(
    environment: Environment,
    now: Annotated[
        bool,
        typer.Option("--now", help="Delete for good: without this, the secret can be restored for 7 days."),
    ] = False,
    region: Region = None,
    endpoint: Endpoint = None,
) -> None:
    """Delete both key pairs, after the stack was destroyed."""
    found = _signing_keys(environment, region, endpoint).delete(now=now)
    print(f"Signing keys of {environment}: {'deleted' if found else 'there were none'}.")


def _signing_keys(environment: str, region: str | None, endpoint: str | None) -> "SigningKeyStore":
    from tools.operate import signing_key

    return signing_key.checked_store(environment, region=region, endpoint_url=endpoint)


COMMANDS = (redrive, restore)
SIGNING_KEY_COMMANDS = (create, rotate, activate, show, delete)
