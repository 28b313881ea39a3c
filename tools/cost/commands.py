"""The command for what the platform costs."""

from typing import Annotated

import typer


def cost(
    students: Annotated[int, typer.Option(min=1, help="How many students learn in the month.")] = 1_000,
    write: Annotated[bool, typer.Option("--write", help="Write the tables of docs/cost.md again.")] = False,
) -> None:
    """Print what a month costs by service, and which limit is reached first.

    It computes with list prices (us-east-1), assumptions about what people do, and the calls of docs/aws-calls.md. All
    but the calls are in tools/cost/model.toml. It asks AWS for nothing.
    """
    from tools.cost.page import write_page
    from tools.cost.report import as_text, cost_model

    costs = cost_model()
    if write:
        print("docs/cost.md was changed" if write_page(costs) else "docs/cost.md is up to date")
        return
    print(as_text(costs, students), end="")


COMMANDS = (cost,)
