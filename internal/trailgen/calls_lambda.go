package trailgen

const lambdaHost = "lambda.amazonaws.com"

// lambdaCalls are calls of Lambda's own API, most of them reads.
func lambdaCalls() []call {
	const host = lambdaHost
	const named = `{"functionName":"<function>"}`
	const arn = `arn:aws:lambda:<region>:<account>:function:<function>`
	const state = `{"functionName":"<function>","functionArn":"` + arn + `","runtime":"python3.13","role":"arn:aws:iam::<account>:role/<role>",` +
		`"handler":"app.handler","codeSize":<int:300-900000>,"description":"<prose:20>","timeout":30,"memorySize":512,` +
		`"lastModified":"2026-02-01T10:00:00.000+0000","codeSha256":"<b64:43>=","version":"$LATEST","environment":{},"tracingConfig":{"mode":"PassThrough"},` +
		`"revisionId":"<uuid>","layers":[<many:1-5>{"arn":"arn:aws:lambda:<region>:<account>:layer:<word>:<int:1-60>","codeSize":<int:1000-90000>,"uncompressedCodeSize":0}<end>],` +
		`"state":"Active","lastUpdateStatus":"InProgress","lastUpdateStatusReason":"The function is being created.","packageType":"Zip",` +
		`"architectures":["arm64"],"ephemeralStorage":{"size":512},"snapStart":{"applyOn":"None","optimizationStatus":"Off"},` +
		`"runtimeVersionConfig":{"runtimeVersionArn":"arn:aws:lambda:<region>::runtime:<hex:64>"},"loggingConfig":{"logFormat":"JSON","logGroup":"/aws/lambda/<function>"}}`
	return []call{
		{service: host, name: "GetFunction20150331v2", weight: 30, fails: 4, request: named},
		{service: host, name: "GetFunctionConfiguration20150331v2", weight: 14, request: named},
		{service: host, name: "ListFunctions20150331", weight: 8},
		{service: host, name: "ListTags20170331", weight: 8, request: `{"resource":"` + arn + `"}`},
		{service: host, name: "GetPolicy20150331v2", weight: 8, fails: 30, request: named},
		{service: host, name: "ListVersionsByFunction20150331", weight: 6, request: `{"functionName":"<function>","maxItems":50}`},
		{service: host, name: "ListEventSourceMappings20150331", weight: 4, by: anyone, request: named},
		{service: host, name: "Invoke", weight: 12, by: anyone, write: true, data: true,
			request: `{"functionName":"` + arn + `","invocationType":"Event"}`, extra: `{"functionVersion":"` + arn + `:$LATEST"}`,
			resources: `[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"` + arn + `"}]`},
		{service: host, name: "UpdateFunctionCode20150331v2", weight: 5, write: true,
			request: `{"functionName":"` + arn + `","s3Bucket":"<bucket>","s3Key":"builds/<hex:40>.zip","publish":false,"dryRun":false,` +
				`"fullyQualifiedArn":{"arnPrefix":{"partition":"aws","region":"<region>","account":"<account>"},"relativeId":{"functionName":"<function>"},"functionQualifier":{}}}`,
			response: state},
		{service: host, name: "UpdateFunctionConfiguration20150331v2", weight: 2, write: true,
			request: `{"functionName":"<function>","environment":{},"memorySize":512,"timeout":30}`, response: state},
		{service: host, name: "CreateFunction20150331", weight: 1, write: true,
			request: `{"functionName":"<function>","runtime":"python3.13","role":"arn:aws:iam::<account>:role/<role>","handler":"app.handler","code":{"s3Bucket":"<bucket>","s3Key":"builds/<hex:40>.zip"},` +
				`"publish":true,"tags":{"team":"<word>","note":"Gr\u00f6\u00dfe \"<word>\""},"packageType":"Zip","architectures":["arm64"]}`,
			response: state},
		{service: host, name: "AddPermission20150331v2", weight: 1, write: true,
			request:  `{"functionName":"<function>","statementId":"allow-<word>","action":"lambda:InvokeFunction","principal":"events.amazonaws.com","sourceArn":"arn:aws:events:<region>:<account>:rule/<word>"}`,
			response: `{"statement":"{\"Sid\":\"allow-<word>\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"` + arn + `\"}"}`},
		{service: host, name: "PublishVersion20150331", weight: 1, write: true, request: `{"functionName":"<function>","description":""}`, response: state},
	}
}
