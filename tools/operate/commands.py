"""The commands for an operator of a deployed environment."""

import datetime
from typing import Annotated

import typer

from tools.support.options import Environment


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
        typer.Option(
            metavar="NAME", help="The table: user-profiles, courses, course-progress, positions or runtime."
        ),
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


COMMANDS = (redrive, restore)
