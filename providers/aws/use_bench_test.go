package aws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// byRole is a call by a role as CloudTrail writes it, with some 1,200 bytes.
func byRole(service, name, more string) string {
	return fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE01:pay","arn":"arn:aws:sts::111122223333:assumed-role/pay-role/pay",`+
		`"accountId":"111122223333","accessKeyId":"ASIAEXAMPLEEXAMPLE01","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE01",`+
		`"arn":"arn:aws:iam::111122223333:role/service/pay-role","accountId":"111122223333","userName":"pay-role"},"attributes":{"creationDate":"2026-03-01T09:58:12Z","mfaAuthenticated":"false"}}%s},`+
		`"eventTime":"2026-03-01T10:00:00Z","eventSource":%q,"eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7",`+
		`"userAgent":"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_Lambda_go1.x api/dynamodb#1.34.4",`+
		`"requestParameters":{"tableName":"orders","key":{"id":"8d7c2f"},"consistentRead":true},"responseElements":null,"requestID":"7b1f0d1a-6a0e-4a7e-9a51-1c2c7f1f3c11",`+
		`"eventID":"5d0f6f6a-9c0b-4f33-8a1e-3d2f5c9b7a10","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management",`+
		`"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"dynamodb.eu-west-1.amazonaws.com"}}`,
		more, service, name)
}

const inScope = `,"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"` + fn + `"}`

func BenchmarkUse(b *testing.B) {
	role := byRole("dynamodb.amazonaws.com", "DescribeTable", "")
	for name, c := range map[string]struct {
		record string
		of     inventory.Counted
	}{
		"role":          {role, inventory.CountRoles},
		"function":      {byRole("dynamodb.amazonaws.com", "DescribeTable", inScope), inventory.CountFunctions},
		"no function":   {role, inventory.CountFunctions},
		"with escapes":  {strings.Replace(role, `"orders"`, `"a \"quoted\" word"`, 1), inventory.CountRoles},
		"read in whole": {strings.Replace(role, `"eu-west-1"`, `"eu\u002dwest-1"`, 1), inventory.CountRoles},
	} {
		b.Run(name, func(b *testing.B) {
			read, record := aws.Uses(c.of)(), jsonscan.Mark([]byte(c.record))
			b.SetBytes(int64(len(c.record)))
			b.ReportAllocs()
			var use aws.Use
			for b.Loop() {
				if _, err := read(record, &use); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
