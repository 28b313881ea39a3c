"""The table of requests that make more calls than they did, in docs/decisions.md."""

import re

from tools.cost.calls_page import read_page
from tools.support.paths import ROOT

ROW = re.compile(r"^\| ([A-Z]+ /\S*) \| ([^|]*) \| (\d+) \| ([\d /]+) \| [^|]+ \|$", re.MULTILINE)


def test_the_calls_of_now_are_the_recorded_ones() -> None:
    """Whoever changes the calls of a request in this table writes why."""
    recorded = {(line.route, line.case): line.total_calls for line in read_page()}
    rows = ROW.findall((ROOT / "docs" / "decisions.md").read_text())
    assert len(rows) > 20
    for route, case, before, now in rows:
        assert now.strip() == recorded[route, case.strip()], (route, case)
        assert int(now.split()[-1]) > int(before), f"{route} {case}: it makes no more calls than before"
