"""Mends the emulator's CloudFront Functions: they read key value stores, and they can be updated.

The emulator (1.5.33) has key value stores, but no module `cloudfront` with which a function reads the store that it is
associated with: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-custom-methods.html. And
it answers an update with a header `ETag`, where AWS writes `ETtag`, which its SDKs read.
"""

from typing import Any

# What a function may do with a store: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/kvs-with-functions.html
_MODULE = """
let storedValues = {};
const has = (key) => Object.prototype.hasOwnProperty.call(storedValues, key);
const keyValueStore = {
  get: async (key, options) => {
    if (!has(key)) throw new Error("KeyNotFound");
    return options && options.format === "json" ? JSON.parse(storedValues[key]) : storedValues[key];
  },
  exists: async (key) => has(key),
  count: async () => Object.keys(storedValues).length,
};
const cloudfront = { kvs: () => keyValueStore };
"""
_PLACES = (
    ("const _ALLOWED_MODULES = {", _MODULE + "const _ALLOWED_MODULES = { cloudfront,"),
    (
        "const { code, event } = req;",
        "const { code, event } = req; storedValues = event.storedValues || {}; delete event.storedValues;",
    ),
)


def let_functions_read_key_value_stores() -> None:
    """Change how the emulator, in this process, runs edge functions."""
    from ministack.core import cloudfront_js  # type: ignore[import-untyped]
    from ministack.services import cloudfront, cloudfront_keyvaluestore  # type: ignore[import-untyped]

    for there, instead in _PLACES:
        if there not in cloudfront_js._pool.script:
            raise RuntimeError("the emulator does not run edge functions as 1.5.33 does")
        cloudfront_js._pool.script = cloudfront_js._pool.script.replace(there, instead)
    run_function = cloudfront._run_function

    async def with_stored_values(function_arn: str, event: dict[str, Any]) -> Any:
        function = cloudfront._functions.get(function_arn.rpartition("/")[2], {})
        values: dict[str, str] = {}
        for store in (function.get("live_body") or {}).get("kvs_arns", []):
            values |= (cloudfront_keyvaluestore._stores.get(store) or {"items": {}})["items"]
        return await run_function(function_arn, {**event, "storedValues": values})

    cloudfront._run_function = with_stored_values


def answer_updates_as_aws_does() -> None:
    """Change how the emulator, in this process, answers UpdateFunction."""
    from ministack.services import cloudfront

    update = cloudfront._cf_update_function

    def with_the_header(name: str, headers: Any, body: Any) -> Any:
        status, answered, text = update(name, headers, body)
        if "ETag" in answered:
            answered = {**answered, "ETtag": answered["ETag"]}
        return status, answered, text

    cloudfront._cf_update_function = with_the_header
