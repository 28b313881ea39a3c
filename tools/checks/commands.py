"""The commands that check the code and show what is deployed with it."""

from typing import Annotated

import typer

from tools.support.options import Environment


def scan(
    scanners: Annotated[
        list[str] | None, typer.Argument(metavar="SCANNER", help="The scanners to run (all).")
    ] = None,
) -> None:
    """Run the scanners and say what each found. Exit code 1: one found something.

    What they find goes to build/scan as well, for the code-scanning tab. Advisories come from the package registries.
    Where a registry does not answer, the scan says so, and in CI it fails.
    """
    from tools.checks.scan import ALL, scan

    if unknown := [name for name in scanners or () if name not in ALL]:
        raise typer.BadParameter(f"{unknown[0]} is no scanner; there are {', '.join(ALL)}.")
    scan(scanners or tuple(ALL))


def sbom() -> None:
    """Write the parts lists (CycloneDX) of the dependencies and of each function's bundle."""
    from tools.checks.sbom import write_parts_lists

    write_parts_lists()


def audit(environment: Environment) -> None:
    """Show as a table what the pipeline's roles may do, and compare it with PowerUserAccess.

    Reads the synthesized bootstrap stack, so it needs no account. It also renews the extract of AWS's Service
    Authorization Reference that the tests compare the policies with.
    """
    from tools.checks.audit import audit

    audit(environment)


def architecture(
    environment: Annotated[
        str, typer.Option(metavar="SUFFIX", help="The environment that the picture shows.")
    ] = "dev",
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing. Exit code 1: the picture is out of date.")
    ] = False,
) -> None:
    """Draw the picture in docs/architecture.md from the synthesized stack."""
    from tools.checks.architecture import draw

    draw(environment, check=check)


def run_tests(
    options: Annotated[
        list[str] | None,
        typer.Argument(metavar="OPTION", help="Options of pytest for the quick tests, after `--`."),
    ] = None,
) -> int:
    """Run all tests but those of the pipeline. The integration tests deploy while the quick ones run."""
    from tools.checks.run_tests import run_tests as run

    return run(options or ())


COMMANDS = (run_tests, scan, sbom, audit, architecture)
