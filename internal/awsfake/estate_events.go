package awsfake

import (
	"fmt"
	"time"
)

// record writes the CloudTrail records of a function's making: its creation, by
// the deployer, its URLs and its policies, and one call that only reads.
func (s *site) record(m *made) {
	arn := s.arn("lambda", "function:"+m.Name)
	at := m.LastModified
	s.event(at, "CreateFunction20150331", false,
		fmt.Sprintf(`{"functionName":%q,"runtime":"python3.13","role":%q,"environment":{},"publish":false}`, m.Name, m.Role),
		fmt.Sprintf(`{"functionName":%q,"functionArn":%q,"codeSha256":%q,"version":"$LATEST","environment":{}}`, m.Name, arn, m.CodeSHA256))
	for i, u := range m.URLs {
		qualifier := ""
		if u.Qualifier != "" {
			qualifier = fmt.Sprintf(`"qualifier":%q,`, u.Qualifier)
		}
		s.event(at.Add(time.Duration(i+1)*time.Second), "CreateFunctionUrlConfig", false,
			fmt.Sprintf(`{"functionName":%q,%s"authType":%q}`, m.Name, qualifier, u.AuthType),
			fmt.Sprintf(`{"functionArn":%q,"functionUrl":"https://%s/","authType":%q}`, arn, u.Host(s.name), u.AuthType))
	}
	s.event(at.Add(time.Minute), "GetFunctionConfiguration20150331v2", true, fmt.Sprintf(`{"functionName":%q}`, m.Name), "null")
}

// event adds one record to the region.
func (s *site) event(at time.Time, name string, readOnly bool, request, response string) {
	id := hash(s.account.ID + s.name + name + request + at.String())
	role := "arn:aws:iam::" + s.account.ID + ":role/deployer"
	s.region.Events = append(s.region.Events, fmt.Appendf(nil, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole",`+
		`"principalId":"AROAEXAMPLEDEPLOYER01:pipeline","arn":"arn:aws:sts::%[1]s:assumed-role/deployer/pipeline","accountId":"%[1]s",`+
		`"accessKeyId":"ASIAEXAMPLEDEPLOYER1","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEDEPLOYER01",`+
		`"arn":%[2]q,"accountId":"%[1]s","userName":"deployer"},"attributes":{"creationDate":%[3]q,"mfaAuthenticated":"false"}}},`+
		`"eventTime":%[3]q,"eventSource":"lambda.amazonaws.com","eventName":%[4]q,"awsRegion":%[5]q,"sourceIPAddress":"192.0.2.10",`+
		`"userAgent":"aws-cli/2","requestParameters":%[6]s,"responseElements":%[7]s,"requestID":"00000000-0000-4000-8000-%012[8]x",`+
		`"eventID":"00000000-0000-4000-9000-%012[8]x","readOnly":%[9]t,"eventType":"AwsApiCall","managementEvent":true,`+
		`"recipientAccountId":"%[1]s","eventCategory":"Management"}`,
		s.account.ID, role, isoTime(at), name, s.name, request, response, id>>16, readOnly))
}
