"""What a month costs: the API called directly, and through the portal, each against the goal."""

from dataclasses import replace

import pytest

from education.errors import UserError
from tools.cost.bill import CostModel
from tools.cost.limits import POSITION
from tools.cost.model import Saving, load_model
from tools.cost.report import as_text, verdict
from tools.cost.savings import with_saving
from tools.cost.traffic import per_month, traffic_before, traffic_of


@pytest.mark.parametrize(
    ("requests", "dollars"),
    [(0, 0), (1e6, 3.5), (333e6, 1165.5), (334e6, 1168.3), (1e9, 3033.1), (21e9, 49_763.1)],
)
def test_tiers(requests: float, dollars: float) -> None:
    """The prices of API Gateway: what is over a tier costs what the next one says."""
    assert load_model().prices["api_requests"].of(requests) == pytest.approx(dollars)


def test_more_units_cost_more(costs: CostModel) -> None:
    """The bill follows the recorded calls: ten more units of each position are seen in it."""
    dearer = {
        requests: replace(line, write_units=tuple(units + 10 for units in line.write_units))
        if line.route == POSITION and line.case == "later"
        else line
        for requests, line in costs.lines.items()
    }
    (positions,) = (each for each in costs.lines if each.per_minute_of_film)
    more = replace(costs, lines=dearer).bill(1_000).total - costs.bill(1_000).total
    assert more == pytest.approx(1_000 * per_month(costs.model.behaviour, positions) * 10 * 0.625e-6)


def test_the_plan_of_the_user_pool_decides_its_price(costs: CostModel) -> None:
    """Plus has no free users."""
    plus = replace(costs, choices=replace(costs.choices, plan="PLUS"))
    assert plus.by_service(plus.bill(5_000))["Cognito"] == pytest.approx(100)
    assert costs.by_service(costs.bill(5_000))["Cognito"] == 0


@pytest.mark.parametrize("by_portal", [False, True])
def test_at_100_000_students_it_costs_half_of_what_it_did(costs: CostModel, by_portal: bool) -> None:
    """The goal is reached both ways. The version before is also computed again, and comes near to what was stated."""
    for students, stated in costs.model.before.stated:
        assert costs.bill_before(students).total == pytest.approx(stated, rel=0.2)
    goal = costs.goal(100_000)
    assert goal == 3_000
    assert costs.bill(100_000, by_portal=by_portal).total <= goal


def test_at_ten_million_students_the_report_says_what_is_reached(costs: CostModel) -> None:
    """Whatever it is; it is far below what the version before cost."""
    bills = [costs.bill(10_000_000, by_portal=way).total for way in (False, True)]
    assert all(dollars <= 0.6 * 502_683 for dollars in bills)
    (line,) = (each for each in as_text(costs, 10_000_000).splitlines() if "goal: 251,342" in each)
    assert line.split()[2:] == [verdict(dollars, 251_341.5) for dollars in bills]


def test_a_goal_is_reached_or_missed() -> None:
    """There is none for few students."""
    assert [verdict(3, 3), verdict(3.1, 3), verdict(3.1, None)] == ["reached", "MISSED", ""]


def test_the_goal_counts_from_100_000_students_on(costs: CostModel) -> None:
    """Where nothing was stated, it is half of what the model computes for the version before."""
    assert costs.goal(99_999) is None
    assert costs.goal(200_000) == pytest.approx(costs.bill_before(200_000).total / 2)


def test_the_version_before_had_no_new_requests(costs: CostModel) -> None:
    """What it cost does not depend on requests that it did not have. It had KMS sign nothing."""
    old = {requests: line for requests, line in costs.lines.items() if not requests.is_new}
    assert len(old) < len(costs.lines)
    assert traffic_before(costs.model, old) == traffic_before(costs.model, costs.lines)
    assert traffic_of(costs.model, old, 0).requests < costs.traffic.requests
    assert "signatures" not in costs.bill_before(1_000).items


def test_every_request_of_the_portal_goes_through_cloudfront(costs: CostModel) -> None:
    """With its function and its log; the portal's own files too. What CloudFront sends, the API does not."""
    students, behaviour = 1_000_000, costs.model.behaviour
    direct, portal = costs.bill(students), costs.bill(students, by_portal=True)
    files = behaviour.portal_files * behaviour.school_days
    sent = (costs.traffic.requests + files) * students
    assert portal.items["edge_requests"] == pytest.approx((sent - 10e6) * 1.00e-6)
    assert portal.items["edge_functions"] == pytest.approx((sent - 2e6) * 0.10e-6)
    logged = sent * costs.model.request.edge_log_bytes * costs.model.request.log_months / 1e9
    assert portal.items["edge_log_gigabytes"] == pytest.approx(logged * 0.023)
    assert direct.items["sent_gigabytes"] > 0 == portal.items["sent_gigabytes"]
    assert not {"edge_requests", "edge_functions", "edge_log_gigabytes"} & {*direct.items}
    same = {*direct.items} - {"sent_gigabytes"}
    assert all(direct.items[name] == portal.items[name] for name in same)
    assert portal.total > direct.total


def test_the_first_ten_million_requests_at_the_edge_are_free(costs: CostModel) -> None:
    """So a small school pays nothing for the portal but logs and reads of files."""
    bill = costs.bill(1_000, by_portal=True)
    assert costs.by_service(bill)["CloudFront"] < 0.2


def test_the_settings_decide_about_logs_and_the_firewall_at_the_edge(costs: CostModel) -> None:
    """Both are of the portal only."""
    other = replace(costs, choices=replace(costs.choices, edge_logs=False, edge_firewall=True))
    bill, usual = other.bill(1_000_000, by_portal=True), costs.bill(1_000_000, by_portal=True)
    assert bill.items["edge_log_gigabytes"] == 0
    assert bill.items["firewall_requests"] > 1.9 * usual.items["firewall_requests"]
    assert other.bill(1_000_000).items == costs.bill(1_000_000).items


def test_instances_do_not_share_links(costs: CostModel) -> None:
    """One instance signs a lesson once for all who open it together. With very many instances, each opening."""
    together = costs.model.behaviour.openings_together
    shares = [costs.signed_share(students) for students in (1, 1_000, 100_000, 10_000_000, 10**9)]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(1 / together, rel=0.01)
    assert 0.99 < shares[-1] < 1


def test_each_saving_is_computed(costs: CostModel) -> None:
    """None costs more. One that the program does not know is refused."""
    most = 10_000_000
    saved = {
        each.id: costs.bill(most, by_portal=True).total
        - with_saving(costs, each).bill(most, by_portal=True).total
        for each in costs.model.savings
    }
    assert all(dollars > 0 for dollars in saved.values())
    users = most - 10_000
    lite = 90_000 * 0.0055 + 900_000 * 0.0046 + (users - 990_000) * 0.00325
    assert saved["lite"] == pytest.approx(users * 0.015 - lite)
    assert saved["rsa"] == pytest.approx(costs.bill(most).items["signatures"] * 0.8)
    with pytest.raises(UserError, match="savings: magic is none of"):
        with_saving(costs, Saving(id="magic", what="", why=""))
