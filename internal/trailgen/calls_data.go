package trailgen

// dataCalls are what stores, keys, queues, logs and identities log.
func dataCalls() []call {
	const s3, kms, sts, db, logs = "s3.amazonaws.com", "kms.amazonaws.com", "sts.amazonaws.com", "dynamodb.amazonaws.com", "logs.amazonaws.com"
	const key = `[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<uuid:20>"}]`
	const trust = `[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}]`
	const keys = `{"credentials":{"accessKeyId":"ASIA<id:16>","sessionToken":"IQoJb3JpZ2luX2Vj<b64:120>==","expiration":"Feb 1, 2026, 10:00:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROA<id:17>:<hex:32>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<hex:32>"}}`
	const bucket = `[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<word>/<uuid>.json"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]`
	const sent = `{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:75>=","bytesTransferredOut":<int:100-99999>}`
	const table = `[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<word>"}]`
	assume := func(weight int, host string) call {
		return call{service: sts, name: "AssumeRole", weight: weight, by: services, host: host,
			request: `{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<hex:32>"}`, response: keys, resources: trust}
	}
	decrypt := func(weight int, by who, context string) call {
		return call{service: kms, name: "Decrypt", weight: weight, by: by, request: `{"encryptionContext":` + context + `,"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}`, resources: key}
	}
	return []call{
		assume(26, "ec2.amazonaws.com"), assume(24, "lambda.amazonaws.com"), assume(16, "ecs-tasks.amazonaws.com"),
		{service: sts, name: "AssumeRole", weight: 10, fails: 3, request: `{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<word>-<hex:8>","durationSeconds":3600}`, response: keys, resources: trust},
		{service: sts, name: "GetCallerIdentity", weight: 22, by: anyone},
		decrypt(60, anyone, `{"aws:s3:arn":"arn:aws:s3:::<bucket>/<word>/<uuid>.json"}`),
		decrypt(24, functions, `{"aws:lambda:FunctionArn":"arn:aws:lambda:<region>:<account>:function:<function>"}`),
		decrypt(14, roles, `{"PARAMETER_ARN":"arn:aws:ssm:<region>:<account>:parameter/<word>/<word>"}`),
		{service: kms, name: "GenerateDataKey", weight: 24, by: services, host: "sqs.amazonaws.com", request: `{"keyId":"<uuid:20>","keySpec":"AES_256","encryptionContext":{"aws:sqs:arn":"arn:aws:sqs:<region>:<account>:<word>"}}`, resources: key},
		{service: kms, name: "GenerateDataKey", weight: 24, by: anyone, request: `{"keyId":"arn:aws:kms:<region>:<account>:key/<uuid:20>","keySpec":"AES_256","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"}}`, resources: key},
		{service: s3, name: "GetObject", weight: 22, by: anyone, data: true, fails: 3, request: `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<word>/<uuid>.json"}`, extra: sent, resources: bucket},
		{service: s3, name: "PutObject", weight: 8, by: anyone, data: true, write: true, request: `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<word>/<uuid>.json","x-amz-server-side-encryption":"aws:kms"}`, response: `{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<uuid:20>"}`, extra: sent, resources: bucket},
		{service: s3, name: "GetBucketAcl", weight: 16, by: services, host: "cloudtrail.amazonaws.com", request: `{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}`, extra: sent},
		{service: s3, name: "ListBuckets", weight: 4, request: `{"Host":"s3.<region>.amazonaws.com"}`, extra: sent},
		{service: db, name: "GetItem", weight: 40, by: functions, data: true, request: `{"tableName":"<word>","key":{"id":"<uuid>"},"consistentRead":false}`, resources: table},
		{service: db, name: "UpdateItem", weight: 14, by: functions, data: true, write: true, fails: 5, request: `{"tableName":"<word>","key":{"id":"<uuid>"},"updateExpression":"SET #s = :s, #t = :t ADD #n :one","expressionAttributeNames":{"#s":"state","#t":"time","#n":"count"}}`, resources: table},
		{service: db, name: "DescribeTable", weight: 10, request: `{"tableName":"<word>"}`},
		{service: logs, name: "CreateLogStream", weight: 30, by: functions, write: true, fails: 2, request: `{"logGroupName":"/aws/lambda/<function>","logStreamName":"2026/02/01/[$LATEST]<hex:32>"}`},
		{service: logs, name: "DescribeLogGroups", weight: 10, request: `{"logGroupNamePrefix":"/aws/lambda/<word>","limit":50}`},
		{service: "monitoring.amazonaws.com", name: "GetMetricData", weight: 26, request: `{"metricDataQueries":[<many:1-10>{"id":"m<int:1-999>","metricStat":{"metric":{"namespace":"AWS/Lambda","metricName":"Errors","dimensions":[{"name":"FunctionName","value":"<function>"}]},"period":60,"stat":"Sum"},"returnData":true}<end>],"startTime":"<time>","endTime":"<time>"}`},
		{service: "monitoring.amazonaws.com", name: "DescribeAlarms", weight: 6, request: `{"maxRecords":100,"alarmNamePrefix":"<word>"}`},
		{service: "secretsmanager.amazonaws.com", name: "GetSecretValue", weight: 12, by: anyone, fails: 3, request: `{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<word>/<word>-<id:6>"}`},
		{service: "sqs.amazonaws.com", name: "GetQueueAttributes", weight: 8, request: `{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<word>","attributeNames":["All"]}`},
		{service: "ecr.amazonaws.com", name: "BatchGetImage", weight: 6, request: `{"registryId":"<account>","repositoryName":"<word>","imageIds":[{"imageTag":"<hex:40>"}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json"]}`, resources: `[{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<word>"}]`},
		{service: "cloudformation.amazonaws.com", name: "DescribeStacks", weight: 8, request: `{"stackName":"arn:aws:cloudformation:<region>:<account>:stack/<word>/<uuid>"}`},
		{service: "config.amazonaws.com", name: "PutEvaluations", weight: 6, by: functions, write: true, request: `{"evaluations":[<many:1-20>{"complianceResourceType":"AWS::EC2::Instance","complianceResourceId":"<res:i-0:90>","complianceType":"COMPLIANT","orderingTimestamp":"<time>"}<end>],"resultToken":"<b64:80>","testMode":false}`, response: `{"failedEvaluations":[]}`},
	}
}

// identityCalls hold policies, which are long texts within a text.
func identityCalls() []call {
	const iam = "iam.amazonaws.com"
	const policy = `"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [<many:1-130>{\"Sid\": \"<word><int:1-999>\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\", \"lambda:InvokeFunction\"], \"Resource\": \"arn:aws:s3:::<bucket>/<word>/*\", \"Condition\": {\"StringEquals\": {\"aws:SourceAccount\": \"<account>\"}}}<end>]\n}"`
	return []call{
		{service: iam, name: "GetRole", weight: 14, fails: 3, request: `{"roleName":"<role>"}`},
		{service: iam, name: "ListAttachedRolePolicies", weight: 8, request: `{"roleName":"<role>"}`},
		{service: iam, name: "GetPolicyVersion", weight: 8, request: `{"policyArn":"arn:aws:iam::<account>:policy/<word>","versionId":"v<int:1-5>"}`},
		{service: iam, name: "PutRolePolicy", weight: 2, write: true, rare: true, request: `{"roleName":"<role>","policyName":"<word>","policyDocument":` + policy + `}`},
		{service: iam, name: "CreatePolicyVersion", weight: 1, write: true, rare: true, request: `{"policyArn":"arn:aws:iam::<account>:policy/<word>","policyDocument":` + policy + `,"setAsDefault":true}`, response: `{"policyVersion":{"versionId":"v<int:2-9>","isDefaultVersion":true,"createDate":"Feb 1, 2026, 9:00:00 AM"}}`},
		{service: iam, name: "CreateAccessKey", weight: 1, write: true, rare: true, request: `{"userName":"<word>-bot"}`, response: `{"accessKey":{"userName":"<word>-bot","accessKeyId":"AKIA<id:16>","status":"Active","createDate":"Feb 1, 2026, 9:00:00 AM"}}`},
		{service: "organizations.amazonaws.com", name: "DescribeOrganization", weight: 3},
		{service: "health.amazonaws.com", name: "DescribeEventAggregates", weight: 2, request: `{"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}`},
	}
}
