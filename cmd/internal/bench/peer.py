# The peer of the benchmark: reads the policy of each function with the vendor's
# SDK for Python, and keeps nothing.
import json

import boto3

client = boto3.client("lambda")
public = 0
for page in client.get_paginator("list_functions").paginate():
    for function in page["Functions"]:
        try:
            policy = json.loads(client.get_policy(FunctionName=function["FunctionName"])["Policy"])
        except client.exceptions.ResourceNotFoundException:
            continue
        public += any(s.get("Principal") in ("*", {"AWS": "*"}) for s in policy["Statement"])
print(public)
