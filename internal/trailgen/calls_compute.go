package trailgen

// computeCalls are what machines, containers and those who scale them log.
func computeCalls() []call {
	const ec2, ecs, ssm, scaling = "ec2.amazonaws.com", "ecs.amazonaws.com", "ssm.amazonaws.com", "autoscaling.amazonaws.com"
	const instance = `{"instanceId":"<res:i-0:90>","imageId":"ami-0<hex:16>","currentState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-<int:0-40>-<int:0-255>-<int:1-254>.<region>.compute.internal",` +
		`"instanceType":"m7g.large","launchTime":<ms>,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"subnetId":"<res:subnet-0:12>","vpcId":"<res:vpc-0:2>",` +
		`"groupSet":{"items":[{"groupId":"<res:sg-0:30>","groupName":"<word>"}]},"networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-0<hex:16>","privateIpAddress":"10.<int:0-40>.<int:0-255>.<int:1-254>"}]},` +
		`"tagSet":{"items":[{"key":"Name","value":"<word>-<word>"},{"key":"team","value":"<word>"}]}}`
	const family = `"containerDefinitions":[<many:1-6>{"name":"<word>","image":"<account>.dkr.ecr.<region>.amazonaws.com/<word>:<hex:40>","cpu":256,"memory":512,"essential":true,` +
		`"environment":"HIDDEN_DUE_TO_SECURITY_REASONS","portMappings":[{"containerPort":8080,"protocol":"tcp"}],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/<word>","awslogs-region":"<region>"}},"secrets":[<many:1-20>{"name":"<word>","valueFrom":"arn:aws:ssm:<region>:<account>:parameter/<word>/<word>"}<end>]}<end>]`
	return []call{
		{service: ec2, name: "DescribeInstances", weight: 60, by: anyone, request: `{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"tag:team","valueSet":{"items":[{"value":"<word>"}]}}]}}`},
		{service: ec2, name: "DescribeInstances", weight: 14, request: `{"instancesSet":{"items":[<many:1-40>{"instanceId":"<res:i-0:90>"}<end>]},"filterSet":{}}`},
		{service: ec2, name: "DescribeNetworkInterfaces", weight: 30, request: `{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"<res:vpc-0:2>"}]}},{"name":"status","valueSet":{"items":[{"value":"in-use"}]}}]}}`},
		{service: ec2, name: "DescribeVolumes", weight: 14, request: `{"volumeSet":{},"filterSet":{"items":[{"name":"tag:Gr\u00f6\u00dfe","valueSet":{"items":[{"value":"gro\u00df"}]}}]}}`},
		{service: ec2, name: "DescribeSecurityGroups", weight: 12, request: `{"securityGroupSet":{},"securityGroupIdSet":{"items":[<many:1-30>{"groupId":"<res:sg-0:30>"}<end>]},"filterSet":{}}`},
		{service: ec2, name: "DescribeTags", weight: 1, request: `{"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[<many:1-1600>{"value":"<res:i-0:900>"}<end>]}}]}}`},
		{service: ec2, name: "RunInstances", weight: 4, by: linked, host: scaling, role: "AWSServiceRoleForAutoScaling", write: true, fails: 6,
			request:  `{"instancesSet":{"items":[{"imageId":"ami-0<hex:16>","minCount":1,"maxCount":1}]},"instanceType":"m7g.large","subnetId":"<res:subnet-0:12>","userData":"<hidden>","clientToken":"fleet-<uuid>-0"}`,
			response: `{"requestId":"<uuid>","reservationId":"r-0<hex:16>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[<many:1-8>` + instance + `<end>]}}`},
		{service: ec2, name: "CreateNetworkInterface", weight: 5, by: linked, host: "ecs.amazonaws.com", role: "AWSServiceRoleForECS", write: true,
			request:  `{"subnetId":"<res:subnet-0:12>","description":"arn:aws:ecs:<region>:<account>:attachment/<uuid>","groupSet":{"items":[{"groupId":"<res:sg-0:30>"}]},"clientToken":"<uuid>"}`,
			response: `{"requestId":"<uuid>","networkInterface":{"networkInterfaceId":"eni-0<hex:16>","subnetId":"<res:subnet-0:12>","vpcId":"<res:vpc-0:2>","availabilityZone":"<region>a","ownerId":"<account>","requesterId":"<hex:12>","requesterManaged":true,"status":"pending","macAddress":"06:<hex:2>:<hex:2>:<hex:2>:<hex:2>:<hex:2>","privateIpAddress":"10.<int:0-40>.<int:0-255>.<int:1-254>","sourceDestCheck":true}}`},
		{service: scaling, name: "DescribeAutoScalingGroups", weight: 22, request: `{"autoScalingGroupNames":["<word>-<word>"],"maxRecords":100}`},
		{service: scaling, name: "DescribeScalingActivities", weight: 6, request: `{"autoScalingGroupName":"<word>-<word>","maxRecords":20}`},
		{service: "elasticloadbalancing.amazonaws.com", name: "DescribeTargetHealth", weight: 24, request: `{"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<word>/<hex:16>"}`},
		{service: ecs, name: "DescribeServices", weight: 14, request: `{"cluster":"arn:aws:ecs:<region>:<account>:cluster/<word>","services":[<many:1-10>"<word>-<word>"<end>],"include":["TAGS"]}`},
		{service: ecs, name: "DescribeTasks", weight: 10, request: `{"cluster":"<word>","tasks":[<many:1-12>"arn:aws:ecs:<region>:<account>:task/<word>/<hex:32>"<end>]}`},
		{service: ecs, name: "SubmitTaskStateChange", weight: 6, write: true, request: `{"cluster":"<word>","task":"arn:aws:ecs:<region>:<account>:task/<word>/<hex:32>","status":"RUNNING","containers":[{"containerName":"<word>","runtimeId":"<hex:64>","status":"RUNNING"}]}`, response: `{"acknowledgment":"<uuid>"}`},
		{service: ecs, name: "RegisterTaskDefinition", weight: 2, write: true, request: `{"family":"<word>",` + family + `}`, response: `{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:<region>:<account>:task-definition/<word>:<int:1-900>",` + family + `,"status":"ACTIVE","registeredBy":"<self>"}}`},
		{service: ssm, name: "UpdateInstanceInformation", weight: 60, write: true, request: `{"instanceId":"<res:i-0:90>","agentVersion":"3.3.3050.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"10.<int:0-40>.<int:0-255>.<int:1-254>","computerName":"ip-10-<int:0-40>-<int:0-255>-<int:1-254>.<region>.compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"<region>a","availabilityZoneId":"az1","sSMConnectionChannel":"ssmmessages"}`},
		{service: ssm, name: "ListInstanceAssociations", weight: 12, request: `{"instanceId":"<res:i-0:90>","maxResults":20}`},
		{service: ssm, name: "GetParameters", weight: 16, by: anyone, fails: 2, request: `{"names":[<many:1-10>"/<word>/<word>/<word>"<end>],"withDecryption":true}`},
		{service: ssm, name: "SendCommand", weight: 1, write: true, request: `{"documentName":"AWS-RunShellScript","instanceIds":[<many:1-50>"<res:i-0:90>"<end>],"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","interactive":false}`, response: `{"command":{"commandId":"<uuid>","documentName":"AWS-RunShellScript","requestedDateTime":"Feb 1, 2026, 9:00:00 AM","status":"Pending","comment":"<prose:60>","outputS3BucketName":"","notificationConfig":{"notificationArn":"","notificationEvents":[],"notificationType":""},"targetCount":1,"completedCount":0}}`},
	}
}
