"""The generated part of docs/cost.md."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from education.errors import UserError
from tools.cost.bill import CostModel
from tools.cost.limits import reached
from tools.cost.model import Assumption, Peer, Requests
from tools.cost.report import LINE, rounded, unconfirmed, verdict
from tools.cost.savings import with_saving
from tools.cost.traffic import positions_share_before
from tools.support.paths import ROOT

PAGE = ROOT / "docs" / "cost.md"
SIZES = (1_000, 100_000, 10_000_000)
PEER_SIZES, SAVING_SIZES = SIZES[:2], SIZES[1:]
_PART = re.compile(r"(<!-- cost: made by `make cost-page` -->\n).*?(<!-- end of cost -->)", re.DOTALL)


def as_part(costs: CostModel) -> str:
    """The generated part of docs/cost.md."""
    return "\n".join(
        [
            "## Results\n",
            _table_of_bills(costs),
            _about_goals(costs),
            "By service, with programs that call the API directly, and through the portal:\n",
            _table_of_services(costs),
            "What would cost less, each by itself, a month through the portal with "
            f"{SAVING_SIZES[0]:,} and {SAVING_SIZES[1]:,} students:\n",
            _list_of_savings(costs),
            "## What breaks first\n",
            "The number of students at which a limit is reached, and what to do before:\n",
            _list_of_limits(costs),
            "## What a school would use instead\n",
            "`?`: no public price was found; the vendor gives one on request.\n",
            _table_of_peers(costs),
            _list_of_peers(costs),
            "## What is assumed\n",
            _about_positions(costs),
            _list_of_assumptions(costs.model.assumptions),
            "How often a student sends each request, on a school day:\n",
            _list_of_requests(costs.model.behaviour.requests),
            f"{_filled(unconfirmed(costs))}\n",
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
    goals = [costs.goal(size) for size in SIZES]
    rows = [
        [f"the version before, as stated on {before.date}", *_dollars(stated[size] for size in SIZES)],
        [
            "the version before, by this model",
            *_dollars(costs.bill_before(size).total for size in SIZES),
        ],
        [
            "now, with players that report every 10 s as before",
            *_dollars(rhythm.bill(size).total for size in SIZES),
        ],
        ["goal: half of what was stated", *(f"{goal:,.0f}" if goal else "none" for goal in goals)],
    ]
    for label, by_portal in (("the API called directly", False), ("through the portal", True)):
        bills = [costs.bill(size, by_portal=by_portal).total for size in SIZES]
        rows += [
            [f"**now, {label}**", *(f"**{dollars:,.0f}**" for dollars in bills)],
            [
                "share of what was stated; goal",
                *(
                    f"{dollars / stated[size]:.2f} {verdict(dollars, goal)}".strip()
                    for size, dollars, goal in zip(SIZES, bills, goals, strict=True)
                ),
            ],
            [
                "for each student",
                *(f"{dollars / size:.4f}" for size, dollars in zip(SIZES, bills, strict=True)),
            ],
        ]
    return _table(["dollars a month", *(f"{size:,} students" for size in SIZES)], rows)


def _about_goals(costs: CostModel) -> str:
    """Whether the goal is reached, in a sentence for each number of students that has one."""
    words = {"reached": "is reached", "MISSED": "is missed"}
    texts = []
    for size in SIZES:
        goal = costs.goal(size)
        if goal is None:
            continue
        direct, portal = (costs.bill(size, by_portal=way).total for way in (False, True))
        said = [
            f"{words[verdict(dollars, goal)]} {way} (${dollars:,.0f}, {_by_how_much(dollars, goal)})"
            for way, dollars in (("by direct calls", direct), ("through the portal", portal))
        ]
        texts.append(f"With {size:,} students the goal of ${goal:,.0f} {said[0]}, and {said[1]}.")
    return _list(texts)


def _by_how_much(dollars: float, goal: float) -> str:
    return f"${abs(goal - dollars):,.0f} {'less' if dollars <= goal else 'too much'}"


def _table_of_services(costs: CostModel) -> str:
    ways = [costs.by_service(costs.bill(size, by_portal=way)) for size in SIZES for way in (False, True)]
    heads = [head for size in SIZES for head in (f"{size:,} directly", "by portal")]
    return _table(
        ["service", *heads], [[name, *_dollars(way.get(name, 0) for way in ways)] for name in ways[-1]]
    )


def _list_of_savings(costs: CostModel) -> str:
    most, texts = SIZES[-1], []
    goal = costs.goal(most)
    for saving in costs.model.savings:
        other = with_saving(costs, saving)
        saved = [
            costs.bill(size, by_portal=True).total - other.bill(size, by_portal=True).total
            for size in SAVING_SIZES
        ]
        direct, portal = (other.bill(most, by_portal=way).total for way in (False, True))
        texts.append(
            f"**{_capitalized(saving.what)}**: ${saved[0]:,.0f} and ${saved[1]:,.0f} less. Ten million students would "
            f"then cost ${direct:,.0f} directly ({verdict(direct, goal)}) and ${portal:,.0f} through the portal "
            f"({verdict(portal, goal)}). Why not: {saving.why}."
        )
    return _list(texts)


def _list_of_limits(costs: CostModel) -> str:
    return _list(
        f"**{rounded(each)} students**: {each.limit.quota:,.0f} {each.limit.what}. Before: {each.limit.raise_}. "
        f"Source: {each.limit.source}{f', seen on {each.limit.seen}' if each.limit.seen else ''}."
        for each in reached(costs, SIZES[0])
    )


def _table_of_peers(costs: CostModel) -> str:
    rows = [
        [f"**this platform, {label}, without course files**", *_dollars(_totals(costs, by_portal=by_portal))]
        for label, by_portal in (("directly", False), ("through the portal", True))
    ]
    rows += [[peer.name, *_peer_dollars(peer)] for peer in costs.model.peers]
    return _table(["dollars a month", *(f"{size:,} students" for size in PEER_SIZES)], rows)


def _totals(costs: CostModel, *, by_portal: bool) -> list[float]:
    return [costs.bill(size, by_portal=by_portal).total for size in PEER_SIZES]


def _list_of_peers(costs: CostModel) -> str:
    return _list(
        f"{peer.name}: {peer.note}. Source: {peer.source}, seen on {peer.seen}." for peer in costs.model.peers
    )


def _about_positions(costs: CostModel) -> str:
    share = positions_share_before(costs.model, costs.lines)
    text = (
        f"Nobody has measured how long students watch. {costs.model.behaviour.film_minutes:g} minutes a day make "
        f"positions {share:.0%} of all requests of the version before, which is what was found for it; that is the "
        "only reason for this figure."
    )
    return f"{_filled(text)}\n"


def _list_of_assumptions(assumptions: Iterable[Assumption]) -> str:
    return _list(
        f"{_capitalized(each.what)}: **{each.value:,g}**. {_capitalized(each.source)}."
        for each in assumptions
    )


def _list_of_requests(requests: Iterable[Requests]) -> str:
    return _list(
        f"{each.route}{f' ({each.case})' if each.case else ''}: **{_how_often(each)}**. {_capitalized(each.why)}."
        for each in requests
    )


def _how_often(requests: Requests) -> str:
    if requests.per_minute_of_film:
        return f"{requests.per_minute_of_film:g} a minute of film"
    return f"{requests.per_day:g}"


def _capitalized(text: str) -> str:
    """A text as a sentence begins; the name of a file stays as it is."""
    first = text.split(maxsplit=1)[0]
    return text if "/" in first else text[0].upper() + text[1:]


def _peer_dollars(peer: Peer) -> list[str]:
    return _dollars(peer.dollars) or ["?"] * len(PEER_SIZES)


def _dollars(amounts: Iterable[float]) -> list[str]:
    return [f"{dollars:,.0f}" for dollars in amounts]


def _list(texts: Iterable[str]) -> str:
    return "\n".join(_filled(f"- {text}", subsequent_indent="  ") for text in texts) + "\n"


def _filled(text: str, subsequent_indent: str = "") -> str:
    return textwrap.fill(
        text, LINE, subsequent_indent=subsequent_indent, break_long_words=False, break_on_hyphens=False
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
