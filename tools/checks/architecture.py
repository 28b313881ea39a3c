"""The picture of the architecture, made from the synthesized stack.

Writes a Mermaid diagram between the markers of docs/architecture.md. A box handles requests or stores
data. Arrows come from the integrations, triggers and IAM grants of the stack. Keys, log groups and alarms are left out.
The arrows from the functions to the dead-letter queue are drawn as one.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from education.errors import UserError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BEGIN = "<!-- architecture: made by `make architecture` -->"
END = "<!-- end of architecture -->"

# Resource type -> how its box is drawn; {} is its own name.
BOXES = {
    "aws_cognito_user_pool": '(["Cognito user pool<br>{}"])',
    "aws_api_gateway_rest_api": '(["API Gateway<br>{}"])',
    "aws_cloudfront_distribution": '(["CloudFront<br>{}"])',
    "aws_lambda_function": '["{}"]',
    "aws_dynamodb_table": '[("{}")]',
    "aws_s3_bucket": '[("S3: {}")]',
    "aws_sqs_queue": '[/"SQS: {}"/]',
    "aws_sns_topic": '[/"SNS: {}"/]',
    "aws_cloudwatch_event_bus": '[/"EventBridge: {}"/]',
}
GROUPS = {"Functions": "aws_lambda_function", "Tables": "aws_dynamodb_table"}
# How an arrow is drawn that shows what a function's role allows. Other arrows have a label.
LINES = {"reads": "-.->", "writes": "-->", "reads, writes": "-->"}
LEGEND = (
    "From a function, a solid line means that it writes (and mostly reads too); a dotted line: it only reads."
)
NAME_KEYS = ("function_name", "bucket", "name", "comment")
REFERENCE = re.compile(r"\$\{(data\.)?(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)\.")
READING = re.compile(r":(Get|BatchGet|Query|List|Describe|Receive|Head|ConditionCheck)")


def mermaid(stack: Mapping[str, Any], suffix: str) -> str:
    """The diagram of a synthesized stack (`cdk.tf.json`, parsed) as Mermaid text, the same for the same stack."""
    boxes = dict(_boxes(stack, suffix))
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, target, label in sorted(set(_arrows(stack, boxes))):
        if not target.startswith("sqs_queue_dead_letters"):
            arrows.setdefault((source, LINES.get(label, f"-->|{label}|")), []).append(target)
    lines = ["flowchart LR", '  portal(["Portal in the browser"])']
    for group, kind in GROUPS.items():
        lines += [f"  subgraph {group}"]
        lines += [
            f"    {box_id}{shape}"
            for (of, _), (box_id, shape) in sorted(boxes.items(), key=lambda item: item[1])
            if of == kind
        ]
        lines += ["  end"]
    lines += [
        f"  {box_id}{shape}"
        for (of, _), (box_id, shape) in sorted(boxes.items(), key=lambda item: item[1])
        if of not in GROUPS.values()
    ]
    lines += ["  portal -->|signs in| " + box for box in _ids(boxes, "aws_cognito_user_pool")]
    lines += ["  portal -->|ID token| " + box for box in _ids(boxes, "aws_api_gateway_rest_api")]
    lines += [
        f"  portal -->|{'pages, and the API' if box.endswith('_portal') else 'course files'}| {box}"
        for box in _ids(boxes, "aws_cloudfront_distribution")
    ]
    lines += ["  Functions -->|what failed for good| " + box for box in _ids(boxes, "aws_sqs_queue")]
    lines += [f"  {source} {line} {' & '.join(targets)}" for (source, line), targets in arrows.items()]
    return "\n".join(lines) + "\n"


def _ids(boxes: dict[tuple[str, str], tuple[str, str]], resource_type: str) -> list[str]:
    return sorted(box_id for (kind, _), (box_id, _) in boxes.items() if kind == resource_type)


def _resources(stack: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for section in ("data", "resource"):
        for kind, of_kind in stack.get(section, {}).items():
            for logical_id, body in of_kind.items():
                yield kind, logical_id, body


def _boxes(stack: Mapping[str, Any], suffix: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for kind, logical_id, body in _resources(stack):
        if kind in BOXES:
            name = next(str(body[key]) for key in NAME_KEYS if key in body)
            short = re.sub(r"-\$\{[^}]*\}", "", name).removeprefix("education-").removesuffix(f"-{suffix}")
            box_id = f"{kind.removeprefix('aws_')}_{re.sub('[^a-z0-9]', '_', short)}"
            yield (kind, logical_id), (box_id, BOXES[kind].format(short))


def _referred(value: Any) -> Iterator[tuple[str, str]]:
    """The (type, logical id) of each resource that a value refers to."""
    for match in REFERENCE.finditer(value if isinstance(value, str) else json.dumps(value)):
        yield match.group(2), match.group(3)


def _arrows(
    stack: Mapping[str, Any], boxes: dict[tuple[str, str], tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    def box(value: Any) -> Iterator[str]:
        return (boxes[key][0] for key in _referred(value) if key in boxes)

    roles = {  # role -> its function
        key: boxes["aws_lambda_function", logical_id][0]
        for kind, logical_id, body in _resources(stack)
        if kind == "aws_lambda_function"
        for key in _referred(body["role"])
    }
    for kind, logical_id, body in _resources(stack):
        match kind:
            case "aws_api_gateway_integration" if "uri" in body:
                for target in box(body["uri"]):
                    yield from ((api, target, "calls") for api in box(body["rest_api_id"]))
            case "aws_cognito_user_pool":
                source = boxes[kind, logical_id][0]
                yield from ((source, target, "before each token") for target in box(body["lambda_config"]))
            case "aws_cloudfront_distribution":
                source = boxes[kind, logical_id][0]
                yield from ((source, target, "reads") for target in box(body["origin"]))
            case "aws_s3_bucket_notification":
                for source in box(body["bucket"]):
                    yield from ((source, target, "file arrived") for target in box(body["lambda_function"]))
            case "aws_lambda_event_source_mapping":
                for source in box(body["event_source_arn"]):
                    yield from ((source, target, "stream") for target in box(body["function_name"]))
            case "aws_cloudwatch_metric_alarm":
                yield from (("alarms", target, "notify") for target in box(body["alarm_actions"]))
            case "aws_iam_role_policy":
                for role in _referred(body["role"]):
                    if role in roles:
                        yield from (
                            (roles[role], target, label) for target, label in _grants(body["policy"], box)
                        )


def _grants(policy: str, box: Any) -> Iterator[tuple[str, str]]:
    """The resources that a function's policy allows, and whether it reads, writes or both."""
    reached: dict[str, set[str]] = {}
    for statement in json.loads(policy)["Statement"]:
        for target in box(statement["Resource"]):
            for action in statement["Action"]:
                reached.setdefault(target, set()).add("reads" if READING.search(action) else "writes")
    yield from ((target, ", ".join(sorted(how))) for target, how in reached.items())


def _synthesized(suffix: str) -> dict[str, Any]:
    from cdktf import App

    from education.tap_stack import TapStack

    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder)
        TapStack(app, f"TapStack{suffix}", environment_suffix=suffix)
        app.synth()
        text = (Path(folder) / "stacks" / f"TapStack{suffix}" / "cdk.tf.json").read_text(encoding="utf-8")
    stack: dict[str, Any] = json.loads(text)
    return stack


def with_picture(page: str, picture: str) -> str:
    """The page with this picture between its markers. Raises `UserError` where the markers are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UserError(f"{PAGE.name} has no lines {BEGIN} and {END}; add them where the picture belongs.")
    return f"{before}{BEGIN}\n```mermaid\n{picture}```\n\n{LEGEND}\n{END}{after}"


def draw(suffix: str, *, check: bool) -> None:
    """Write the picture of an environment into docs/architecture.md; with `check`, only compare.

    Raises:
        UserError: the picture is out of date, or the page has no place for it.
    """
    stack = _synthesized(suffix)
    page = PAGE.read_text(encoding="utf-8")
    drawn = with_picture(page, mermaid(stack, suffix))
    if drawn == page:
        return
    if check:
        raise UserError("The picture in docs/architecture.md is out of date; run `make architecture`.")
    PAGE.write_text(drawn, encoding="utf-8")
