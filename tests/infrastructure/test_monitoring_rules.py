"""Rules for monitoring: what can fail has an alarm, every alarm notifies the subscribers, and topics are encrypted."""

from collections import Counter

import pytest

from education.functions.user_sweep import NO_ADMINISTRATOR, TOO_MANY_GONE
from education.monitoring.alarm import make_alarm
from education.monitoring.sign_in_alarm import NAMESPACE, NOT_NOTED
from tests.infrastructure.conftest import SynthesizedOf
from tests.infrastructure.synthesized import Synthesized, reference, values_of

FUNCTION_METRICS = {"Errors", "Throttles", "Duration"}


def watched(stack: Synthesized) -> Counter[tuple[str, str]]:
    """How many alarms look at each metric, by name space and name."""
    counted: Counter[tuple[str, str]] = Counter()
    for alarm in stack.resources("aws_cloudwatch_metric_alarm").values():
        for body in (
            alarm,
            *(query["metric"] for query in alarm.get("metric_query", []) if "metric" in query),
        ):
            if "metric_name" in body:
                counted[body["namespace"], body["metric_name"]] += 1
    return counted


def test_every_alarm_notifies_the_topic(stack: Synthesized) -> None:
    for name, alarm in stack.resources("aws_cloudwatch_metric_alarm").items():
        for key in ("alarm_actions", "ok_actions"):
            actions = alarm.get(key, [])
            assert actions, f"{name}: no operator hears of an alarm without {key}"
            assert all(reference(action).startswith("aws_sns_topic.") for action in actions), name
        assert alarm["alarm_description"], f"{name}: say what it means to the operator on call"
        assert alarm["treat_missing_data"] == "notBreaching", f"{name}: no data at night is no failure"


def test_no_alarm_misses_data_that_arrive_late(stack: Synthesized) -> None:
    """M out of N, and N is larger: a value that arrives after its period is then still looked at."""
    for name, alarm in stack.resources("aws_cloudwatch_metric_alarm").items():
        assert 1 <= alarm["datapoints_to_alarm"] < alarm["evaluation_periods"], name


def test_an_alarm_without_room_for_late_data_is_not_made() -> None:
    with pytest.raises(ValueError, match="lag: 3 of 3 periods has no room for late data"):
        make_alarm(
            None,  # type: ignore[arg-type]
            "lag",
            env=None,  # type: ignore[arg-type]
            alerts=None,  # type: ignore[arg-type]
            what="lag",
            description="",
            evaluation_periods=3,
            datapoints_to_alarm=3,
        )


def test_every_function_is_watched(stack: Synthesized) -> None:
    alarms = stack.resources("aws_cloudwatch_metric_alarm").values()
    for function in stack.resources("aws_lambda_function").values():
        metrics = {
            alarm["metric_name"]
            for alarm in alarms
            if alarm.get("namespace") == "AWS/Lambda"
            and alarm["dimensions"] == {"FunctionName": function["function_name"]}
        }
        assert metrics - {"IteratorAge"} == FUNCTION_METRICS, (
            f"{function['function_name']}: errors, throttles and duration"
        )


def test_sign_ins_that_are_not_noted_are_watched(stack: Synthesized) -> None:
    """The sign-in trigger lets people in even if it cannot note them, so Lambda's own metrics show no error."""
    assert metrics_of_functions(stack)[NOT_NOTED] == f"education-identity-triggers-{stack.environment}"


def test_what_the_sweep_must_not_do_alone_is_watched(stack: Synthesized) -> None:
    """It erases nobody where too many users are gone, and cannot bring an administrator back."""
    for metric in (TOO_MANY_GONE, NO_ADMINISTRATOR):
        assert metrics_of_functions(stack)[metric] == f"education-sweep-{stack.environment}"


def metrics_of_functions(stack: Synthesized) -> dict[str, str]:
    """The metrics that functions write themselves and an alarm watches, and the name of the function of each."""
    return {
        alarm["metric_name"]: alarm["dimensions"]["FunctionName"]
        for alarm in stack.resources("aws_cloudwatch_metric_alarm").values()
        if alarm.get("namespace") == NAMESPACE
    }


def test_every_function_behind_a_stream_is_watched_for_its_lag(stack: Synthesized) -> None:
    mappings = stack.resources("aws_lambda_event_source_mapping").values()
    behind_streams = {reference(mapping["function_name"]).partition(".")[2] for mapping in mappings}
    named = {stack.resources("aws_lambda_function")[name]["function_name"] for name in behind_streams}
    watched_for_lag = {
        alarm["dimensions"]["FunctionName"]
        for alarm in stack.resources("aws_cloudwatch_metric_alarm").values()
        if alarm.get("metric_name") == "IteratorAge"
    }
    assert watched_for_lag == named != set(), "a function that is stuck reports no error"


def test_the_api_the_tables_the_dead_letters_and_the_edge_are_watched(stack: Synthesized) -> None:
    counted = watched(stack)
    tables, queues = len(stack.resources("aws_dynamodb_table")), len(stack.resources("aws_sqs_queue"))
    assert counted["AWS/ApiGateway", "5XXError"] == 1
    assert counted["AWS/ApiGateway", "Latency"] == 1
    indexes = sum(
        len(table.get("global_secondary_index", ()))
        for table in stack.resources("aws_dynamodb_table").values()
    )
    assert (
        counted["AWS/DynamoDB", "ReadThrottleEvents"]
        == counted["AWS/DynamoDB", "WriteThrottleEvents"]
        == tables + indexes
    ), "an index counts its own throttles"
    for name, alarm in stack.resources("aws_cloudwatch_metric_alarm").items():
        metrics = [query for query in alarm.get("metric_query", ()) if "metric" in query]
        assert len(metrics) <= 10, f"{name}: CloudWatch takes ten metrics in one alarm"
    assert counted["AWS/SQS", "ApproximateNumberOfMessagesVisible"] == queues
    assert counted["AWS/CloudFront", "5xxErrorRate"] == len(stack.resources("aws_cloudfront_distribution"))


def test_topics_are_encrypted_and_take_alarms_of_this_account(stack: Synthesized) -> None:
    topics = stack.resources("aws_sns_topic")
    for name, topic in topics.items():
        assert reference(topic["kms_master_key_id"]).startswith("aws_kms_key."), name
    governed = {reference(policy["arn"]) for policy in stack.resources("aws_sns_topic_policy").values()}
    assert governed == {f"aws_sns_topic.{name}" for name in topics}


def test_alerts_have_subscribers_where_students_are_real(synthesized_of: SynthesizedOf) -> None:
    for environment in ("staging", "prod"):
        stack = synthesized_of(environment)
        subscribers = {body["endpoint"] for body in stack.resources("aws_sns_topic_subscription").values()}
        assert subscribers == set(stack.settings.monitoring.alert_emails) != set()


def test_the_alarm_on_cloudfront_is_where_its_metrics_are(synthesized_of: SynthesizedOf) -> None:
    """CloudFront reports to us-east-1 only, and an alarm watches no other region."""
    stack = synthesized_of("pr-123")
    (edge,) = [provider for provider in stack.providers if provider.get("alias") == "edge"]
    assert edge["region"] == "us-east-1"
    alarms = [
        body
        for body in stack.resources("aws_cloudwatch_metric_alarm").values()
        if body.get("namespace") == "AWS/CloudFront"
    ]
    assert len(alarms) == 2, "the course files, and the portal"
    for alarm in alarms:
        topic = stack.resources("aws_sns_topic")[reference(alarm["alarm_actions"][0]).partition(".")[2]]
        assert alarm["provider"] == topic["provider"] == "aws.edge", (
            "an alarm notifies no topic of another region"
        )


def test_the_dashboard_shows_every_function_and_table(stack: Synthesized) -> None:
    body = stack.one("aws_cloudwatch_dashboard")["dashboard_body"]
    assert list(values_of(body, "metrics")), "the dashboard is empty"
    for type in ("aws_lambda_function", "aws_dynamodb_table"):
        missing = [name for name in stack.resources(type) if f"{type}.{name}." not in body]
        named = [name for name in missing if str(stack.resources(type)[name].get("name", "")) not in body]
        assert not named, f"{named}: the dashboard must show it"
