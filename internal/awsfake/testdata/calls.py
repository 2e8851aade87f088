"""Make the calls of calls.json through the vendor's Python SDK.

Usage: calls.py CALLS ENDPOINT... Prints a JSON list with one entry per endpoint:
a list with one entry per call. That is

    pages    the pages that were answered, or
    error    the code of the error, with its message and the status, or
    unknown  true: this version of the SDK does not know the operation;

and beside pages, strange: the members of the bodies that the SDK's model of the
API does not have. Both SDKs drop those without a word, so that a member that is
misspelt looks the same to both.
"""

import base64
import datetime
import json
import sys
from xml.etree import ElementTree

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    """Write what JSON has no form for."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no form for {type(value)}")


def strange(shape, value, path=""):
    """Name the members of a JSON body that its shape does not have."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        for name, part in value.items():
            if name not in members:
                yield f"{path}.{name}"
            else:
                yield from strange(members[name], part, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for part in value:
            yield from strange(shape.member, part, path)
    elif shape.type_name == "map" and isinstance(value, dict):
        for part in value.values():
            yield from strange(shape.value, part, path)


def tag(node):
    return node.tag.rpartition("}")[2]


def strange_xml(shape, node, path=""):
    """Name the elements of an XML body that its shape does not have."""
    if shape.type_name == "structure":
        members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        for part in node:
            member = members.get(tag(part))
            if member is None:
                yield f"{path}.{tag(part)}"
            elif member.type_name == "list" and member.serialization.get("flattened"):
                yield from strange_xml(member.member, part, f"{path}.{tag(part)}")
            else:
                yield from strange_xml(member, part, f"{path}.{tag(part)}")
    elif shape.type_name == "list":
        for part in node:
            if tag(part) != shape.member.serialization.get("name", "member"):
                yield f"{path}.{tag(part)}"
            yield from strange_xml(shape.member, part, path)


def check(model, body):
    """Name what a body has and the model of its operation does not."""
    shape = model.output_shape
    if shape is None or not body:
        return []
    if body.lstrip()[:1] == b"{":
        return list(strange(shape, json.loads(body)))
    node = ElementTree.fromstring(body)
    wrapper = shape.serialization.get("resultWrapper")
    if wrapper:
        node = next(part for part in node if tag(part) == wrapper)
    return list(strange_xml(shape, node))


def answer(client, call):
    operation = call["operation"]
    if operation not in client.meta.service_model.operation_names:
        return {"unknown": True}
    model = client.meta.service_model.operation_model(operation)
    parameters, token = dict(call.get("parameters", {})), call.get("token")
    pages, bodies = [], []
    client.meta.events.register("response-received", lambda response_dict, **_: bodies.append(response_dict["body"]), unique_id="keep")
    try:
        while True:
            page = getattr(client, xform_name(operation))(**parameters)
            page.pop("ResponseMetadata", None)
            pages.append(page)
            if not token or not page.get(token["out"]):
                return {"pages": pages, "strange": sorted({s for b in bodies for s in check(model, b)})}
            parameters[token["in"]] = page[token["out"]]
    except ClientError as error:
        answered = error.response
        return {"error": answered["Error"]["Code"], "message": answered["Error"].get("Message"), "status": answered["ResponseMetadata"]["HTTPStatusCode"]}
    finally:
        client.meta.events.unregister("response-received", unique_id="keep")


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
