"""The cost model as text: for a terminal, and as the generated part of docs/cost.md."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from education.errors import UserError
from education.settings.load import load_settings
from tools.cost.bill import Bill, CostModel, Reached
from tools.cost.model import Peer, lines_of, load_model
from tools.support.paths import ROOT

PAGE = ROOT / "docs" / "cost.md"
ENVIRONMENT = "prod"
SIZES = (1_000, 100_000, 10_000_000)
PEER_SIZES = SIZES[:2]
LINE = 110
_PART = re.compile(r"(<!-- cost: made by `make cost-page` -->\n).*?(<!-- end of cost -->)", re.DOTALL)


def cost_model() -> CostModel:
    """The model with the settings of production.

    Raises:
        UserError: model.toml is not valid, or names a request that docs/aws-calls.md does not have.
    """
    model, settings = load_model(), load_settings(ENVIRONMENT)
    return CostModel(
        model,
        lines_of(model),
        memory_gigabytes=settings.functions.memory_mib / 1024,
        plan=settings.identity.plan,
        traced_share=settings.functions.trace_rate,
    )


def as_text(costs: CostModel, students: int) -> str:
    """What the command prints for a number of students."""
    bill = costs.bill(students)
    one = costs.traffic()
    text = [
        f"{students:,} students, a month, US dollars, without course files",
        "",
        *(f"  {service:<40}{dollars:>12,.0f}" for service, dollars in costs.by_service(bill).items()),
        f"  {'total':<40}{bill.total:>12,.0f}",
        f"  {'for each student':<40}{bill.total / students:>12,.4f}",
        "",
        f"Each student sends {one.requests:,.0f} requests a month. Prices that could not be confirmed:",
        f"  {', '.join(_unconfirmed(costs))}",
        "",
        "What breaks first (the share that is used at the busiest moment):",
        *(
            f"  {_students(reached):>12} students  {reached.used:>8.1%}  {reached.limit.what}"
            for reached in costs.reached(students)
        ),
    ]
    too_much = [reached for reached in costs.reached(students) if reached.used > 1]
    if too_much:
        text += ["", f"Before {students:,} students come:"]
        text += [f"  {reached.limit.what}: {reached.limit.raise_}" for reached in too_much]
    return "\n".join(text) + "\n"


def as_part(costs: CostModel) -> str:
    """The generated part of docs/cost.md."""
    return "\n".join(
        [
            _table_of_bills(costs),
            _table_of_services(costs),
            "What is reached first, and at which number of students:\n",
            _list_of_limits(costs),
            "What a school would use instead (`?`: no published price was found):\n",
            _table_of_peers(costs),
            _list_of_peers(costs),
        ]
    )


def write_page(costs: CostModel, page: Path = PAGE) -> bool:
    """Replace the generated part of the page; returns whether it changed.

    Raises:
        UserError: the page has no markers.
    """
    text = page.read_text(encoding="utf-8")
    part = as_part(costs)
    new, count = _PART.subn(lambda found: f"{found[1]}{part}{found[2]}", text)
    if count != 1:
        raise UserError(f"{page.name} has no markers of the generated part.")
    page.write_text(new, encoding="utf-8")
    return new != text


def _table_of_bills(costs: CostModel) -> str:
    before, rhythm = costs.model.before, costs.at_former_rhythm()
    stated = dict(before.stated)
    rows: Sequence[tuple[str, Sequence[float]]] = (
        (f"the version before, as stated on {before.date}", [stated[size] for size in SIZES]),
        ("the version before, by this model", [costs.bill(size, before=True).total for size in SIZES]),
        ("now, with players that report every 10 s as before", [rhythm.bill(size).total for size in SIZES]),
        ("**now**", [costs.bill(size).total for size in SIZES]),
        ("for each student", [costs.bill(size).total / size for size in SIZES]),
        ("share of what was stated", [costs.bill(size).total / stated[size] for size in SIZES]),
    )
    return _table(
        ["dollars a month", *(f"{size:,} students" for size in SIZES)],
        [[label, *(_amount(label, value) for value in values)] for label, values in rows],
    )


def _table_of_services(costs: CostModel) -> str:
    bills: Sequence[Bill] = [costs.bill(size) for size in SIZES]
    services = [costs.by_service(bill) for bill in bills]
    return _table(
        ["service", *(f"{size:,}" for size in SIZES)],
        [[name, *(f"{of_size[name]:,.0f}" for of_size in services)] for name in services[-1]],
    )


def _list_of_limits(costs: CostModel) -> str:
    return _list(
        f"**{_students(each)} students**: {each.limit.quota:,.0f} {each.limit.what}. Before: {each.limit.raise_}. "
        f"Source: {each.limit.source}."
        for each in costs.reached(SIZES[0])
    )


def _table_of_peers(costs: CostModel) -> str:
    own = [costs.bill(size).total for size in PEER_SIZES]
    rows = [["**this platform, without course files**", *(f"{dollars:,.0f}" for dollars in own)]]
    rows += [[peer.name, *_peer_dollars(peer)] for peer in costs.model.peers]
    return _table(["dollars a month", *(f"{size:,} students" for size in PEER_SIZES)], rows)


def _list_of_peers(costs: CostModel) -> str:
    return _list(
        f"{peer.name}: {peer.note}. Source: {peer.source}, seen on {peer.seen}." for peer in costs.model.peers
    )


def _list(texts: Iterable[str]) -> str:
    lines = (
        textwrap.fill(
            f"- {text}", LINE, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        for text in texts
    )
    return "\n".join(lines) + "\n"


def _peer_dollars(peer: Peer) -> list[str]:
    return [f"{dollars:,.0f}" for dollars in peer.dollars] or ["?"] * len(PEER_SIZES)


def _unconfirmed(costs: CostModel) -> list[str]:
    return [price.what for price in costs.model.prices.values() if not price.confirmed]


def _students(reached: Reached) -> str:
    digits = max(0, len(f"{reached.students:.0f}") - 2)
    return f"{round(reached.students, -digits):,.0f}"


def _amount(label: str, value: float) -> str:
    return f"{value:.4f}" if "each" in label else f"{value:.2f}" if "share" in label else f"{value:,.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
