"""Make the calls of calls.json through the vendor's Python SDK.

Usage: calls.py CALLS ENDPOINT... Prints a JSON list with one entry per endpoint:
a list with one entry per call, which is the pages that were answered, or the
error's code and message. An operation that this version of the SDK does not know gives
{"unknown": true}.
"""

import datetime
import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    """Write what JSON has no form for."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"no form for {type(value)}")


def answer(client, call):
    operation = call["operation"]
    if operation not in client.meta.service_model.operation_names:
        return {"unknown": True}
    parameters, token = dict(call.get("parameters", {})), call.get("token")
    pages = []
    while True:
        try:
            page = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            return {"error": error.response["Error"]["Code"], "message": error.response["Error"].get("Message")}
        page.pop("ResponseMetadata", None)
        pages.append(page)
        if not token or not page.get(token["out"]):
            return {"pages": pages}
        parameters[token["in"]] = page[token["out"]]


def main(calls, *endpoints):
    session = boto3.session.Session("AKIAANYBODYSKEY00000", "secret", region_name="eu-west-1")
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    with open(calls, encoding="utf-8") as file:
        asked = json.load(file)
    answers = []
    for endpoint in endpoints:
        services = sorted({c["service"] for c in asked})
        clients = {s: session.client(s, endpoint_url=endpoint, config=config) for s in services}
        answers.append([answer(clients[c["service"]], c) for c in asked])
    print(json.dumps(answers, default=plain))


if __name__ == "__main__":
    main(*sys.argv[1:])
