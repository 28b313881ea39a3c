"""What the benchmark of packages says of its figures."""

import pytest

from benchmarks.packages import Unpacking, as_text


def rows(text: str) -> dict[str, str]:
    """The last cell of each row of the tables, by the first."""
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return {each[0].strip(): each[-1].strip() for each in cells}


@pytest.mark.parametrize(
    ("unpacked", "package", "expected"),
    [
        (
            [Unpacking(10, 80), Unpacking(60, 256), Unpacking(90, 80)],
            0.012,
            ("reached", "reached", "reached"),
        ),
        ([Unpacking(61, 257)], 0.0121, ("MISSED", "MISSED", "MISSED")),
        ([Unpacking(1, None)], 0.001, ("reached", "", "reached")),
    ],
)
def test_a_goal_is_reached_or_missed(
    unpacked: list[Unpacking], package: float, expected: tuple[str, str, str]
) -> None:
    """The middle of the seconds, the most of the memory, and the middle of the requests count."""
    served = {"plain": [0.01, 0.01, 5.0], "of a package, below `/p/`": [package, package, 0.0]}
    found = rows(as_text(unpacked, served))
    assert found["seconds (median)"] == expected[0]
    assert found["memory (most)"] == expected[1]
    assert found["of a package, below `/p/`"] == expected[2]
    assert found["plain"] == ""
