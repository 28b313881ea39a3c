"""The picture of the architecture in README.md is the one that the synthesized stack makes."""

from tests.infrastructure.conftest import SynthesizedOf
from tools.checks.architecture import README, mermaid, with_picture


def test_the_picture_in_the_readme_is_current(synthesized_of: SynthesizedOf) -> None:
    readme = README.read_text(encoding="utf-8")
    picture = mermaid(synthesized_of("dev").document, "dev")
    assert readme == with_picture(readme, picture), "run `make architecture`"


def test_every_function_and_table_is_in_the_picture_and_connected(synthesized_of: SynthesizedOf) -> None:
    stack = synthesized_of("dev")
    picture = mermaid(stack.document, "dev")
    arrows = [line for line in picture.splitlines() if "->" in line]
    for kind, key in (("aws_lambda_function", "function_name"), ("aws_dynamodb_table", "name")):
        for body in stack.resources(kind).values():
            short = body[key].removeprefix("education-").removesuffix("-dev").replace("-", "_")
            box = f"{kind.removeprefix('aws_')}_{short}"
            assert any(box in arrow.split() for arrow in arrows), f"{box} is drawn without an arrow"
