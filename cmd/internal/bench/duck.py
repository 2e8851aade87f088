# Asks DuckDB what the same logs hold. Arguments: the query, the folder, threads,
# the size of the largest object, and the file to write rows of usage to. Prints
# what the query took, without the start of Python and the import, as JSON.
import json
import resource
import sys
import time

import duckdb

query, folder, threads, largest, rows = sys.argv[1:]
objects = f"'{folder}/AWSLogs/**/*.json.gz', maximum_object_size={largest}"

# The fair way in: each object is one value, on a line of its own, and its records
# are taken out of it without a type for each.
records = f"""SELECT unnest(json_extract(json, '$.Records[*]')) AS r
    FROM read_json_objects({objects}, format='newline_delimited')"""

# A name without its version, as CloudTrail writes it.
bare = r"regexp_replace({}, '20[0-9]{{2}}_?[0-9]{{2}}_?[0-9]{{2}}(v[0-9]+)?$', '')"

# What a reader of documentation writes: a type for what is asked for.
identity = """STRUCT("type" VARCHAR, arn VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(arn VARCHAR)),
    inScopeOf STRUCT(credentialsIssuedTo VARCHAR))"""
columns = {
    "eventID": "VARCHAR", "eventTime": "VARCHAR", "eventSource": "VARCHAR", "eventName": "VARCHAR", "awsRegion": "VARCHAR",
    "recipientAccountId": "VARCHAR", "userIdentity": identity, "sourceIPAddress": "VARCHAR", "errorCode": "VARCHAR",
    "requestParameters": "JSON",
}
record = "STRUCT(" + ", ".join(f"{name} {kind}" for name, kind in columns.items()) + ")"

picked = """r.eventID AS id, r.eventTime, r.eventName, r.awsRegion, r.recipientAccountId, r.userIdentity.arn,
    r.sourceIPAddress, r.errorCode, r.requestParameters"""
extracted = """json_extract_string(r, '$.eventID') AS id, json_extract_string(r, '$.eventTime'), json_extract_string(r, '$.eventName'),
    json_extract_string(r, '$.awsRegion'), json_extract_string(r, '$.recipientAccountId'), json_extract_string(r, '$.userIdentity.arn'),
    json_extract_string(r, '$.sourceIPAddress'), json_extract_string(r, '$.errorCode'), json_extract(r, '$.requestParameters')"""

# All paths of a record at once: less than half the cost of one call for each.
paths = """['$.userIdentity.sessionContext.sessionIssuer.arn', '$.userIdentity.inScopeOf.credentialsIssuedTo', '$.eventSource',
    '$.eventName', '$.errorCode', '$.eventTime', '$.userIdentity.type']"""
grouped = "count(*), min({0}), max({0})"



def read_lines(names):
    kept = "{" + ", ".join(f"{name}: '{columns[name]}'" for name in names) + "}"
    return f"read_ndjson({objects}, columns={kept})"


queries = {
    "filter": f"SELECT {extracted} FROM ({records}) WHERE json_extract_string(r, '$.eventSource') = 'lambda.amazonaws.com'",
    "usage": f"""SELECT v[1], v[2], v[3], {bare.format('v[4]')}, v[5] IS NOT NULL, {grouped.format('v[6]')}
        FROM (SELECT json_extract_string(r, {paths}) AS v FROM ({records})) WHERE v[7] = 'AssumedRole' GROUP BY ALL""",
    "typed": f"""SELECT {picked} FROM (SELECT unnest(Records) AS r FROM read_json({objects}, columns={{Records: '{record}[]'}}))
        WHERE r.eventSource = 'lambda.amazonaws.com'""",
    "detected": f"""SELECT {picked.replace("r.eventTime", "r.eventTime::VARCHAR")} FROM (SELECT unnest(Records) AS r FROM read_json({objects}))
        WHERE r.eventSource = 'lambda.amazonaws.com'""",
    "lines": f"""SELECT eventID, eventTime, eventName, awsRegion, recipientAccountId, userIdentity.arn, sourceIPAddress, errorCode
        FROM {read_lines(name for name in columns if name != 'requestParameters')} WHERE eventSource = 'lambda.amazonaws.com'""",
    "lines-usage": f"""SELECT userIdentity.sessionContext.sessionIssuer.arn, userIdentity.inScopeOf.credentialsIssuedTo, eventSource,
        {bare.format('eventName')}, errorCode IS NOT NULL, {grouped.format('eventTime')}
        FROM {read_lines(['eventTime', 'eventSource', 'eventName', 'userIdentity', 'errorCode'])}
        WHERE userIdentity.type = 'AssumedRole' GROUP BY ALL""",
}


def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) << 10


database = duckdb.connect(config={"threads": int(threads), "memory_limit": "4GB", "preserve_insertion_order": False})
database.execute("SET enable_progress_bar = false")
began, before = time.monotonic(), spent()
found = database.execute(queries[query]).fetchall()
wall, cpu = time.monotonic() - began, spent() - before

out = {"Wall": int(wall * 1e9), "CPU": int(cpu * 1e9), "Peak": peak()}
if query.endswith("usage"):
    with open(rows, "w") as file:
        for role, function, service, name, failed, count, first, last in found:
            outcome = "failed" if failed else "succeeded"
            print(role, function or "", service, name, outcome, count, "-", first, last, sep="\t", file=file)
else:
    out["Lambda"] = len(found)
print(json.dumps(out))
