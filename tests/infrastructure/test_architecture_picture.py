"""The picture of the architecture in docs/architecture.md is the one that the synthesized stack makes."""

from tests.infrastructure.conftest import SynthesizedOf
from tools.checks.architecture import PAGE, mermaid, with_picture


def test_the_picture_on_the_page_is_current(synthesized_of: SynthesizedOf) -> None:
    page = PAGE.read_text(encoding="utf-8")
    picture = mermaid(synthesized_of("dev").document, "dev")
    assert page == with_picture(page, picture), "run `make architecture`"


def test_every_function_and_table_is_in_the_picture_and_connected(synthesized_of: SynthesizedOf) -> None:
    stack = synthesized_of("dev")
    picture = mermaid(stack.document, "dev")
    arrows = [line for line in picture.splitlines() if "->" in line]
    for kind, key in (("aws_lambda_function", "function_name"), ("aws_dynamodb_table", "name")):
        for body in stack.resources(kind).values():
            short = body[key].removeprefix("education-").removesuffix("-dev").replace("-", "_")
            box = f"{kind.removeprefix('aws_')}_{short}"
            assert any(box in arrow.split() for arrow in arrows), f"{box} is drawn without an arrow"
