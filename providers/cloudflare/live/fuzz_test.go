package live_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/estray/estray/internal/cloudflarefake"
)

// FuzzAnswers gives any bytes as the result of one of the calls. Whatever they are,
// every cell is spoken of, each Worker is told, and no value of a binding is kept.
func FuzzAnswers(f *testing.F) {
	for i, result := range []string{
		`[]`, `null`, `{}`, `"text"`, `[{}]`, `[null]`, `[{"id":5}]`, `{"items":[{"id":"v","number":1}]}`, `{"deployments":[{"id":"d","versions":[{"version_id":"v","percentage":100}]}]}`,
		`{"schedules":[{"cron":"* * * * *"}]}`, `{"bindings":[{"type":"plain_text","name":"A","text":"` + canary + `"}],"placement":{"mode":"smart"}}`,
		`{"bindings":[{"type":["` + canary + `"],"name":{"a":"` + canary + `"},"namespace_id":["` + canary + `"]}]}`,
		`{"resources":{"bindings":[{"type":"json","name":"J","json":{"id":"` + canary + `"}}],"script":{"etag":"e"},"script_runtime":null}}`,
		`[{"id":"x","name":"x","urls":["https://h.example"]}]`, `[{"id":"r","pattern":"*/*","script":"api"}]`, `[{"id":"d","hostname":"h","service":"api"}]`,
		`[{"queue_id":"q","consumers":[{"script":"api"}]}]`, `[{"id":"a","type":"self_hosted","domain":"*.*/*"}]`,
		`[{"id":"p","name":"p","deployment_configs":{"production":{"env_vars":{"A":{"type":"plain_text","value":"` + canary + `"}}}},"canonical_deployment":{"id":"x"}}]`,
	} {
		f.Add(i, result)
	}
	calls := append(spoilable(), spoiled{path: "/accounts/:a/workers/scripts/:s/versions/:v"}, spoiled{path: "/accounts/:a/tokens/:t"})
	f.Fuzz(func(t *testing.T, which int, result string) {
		if !json.Valid([]byte(result)) {
			t.Skip("an answer that is no JSON is asked for again, which takes a second")
		}
		call := calls[uint(which)%uint(len(calls))]
		s, cfg := serve(t, company())
		s.SetFaults(cloudflarefake.Fault{Path: call.path, Effect: cloudflarefake.Answer(200, "application/json", `{"success":true,"errors":[],"messages":[],"result":`+result+`}`)})
		for _, text := range texts(t, scan(t, cfg, found{}).facts) {
			if strings.Contains(text, canary) && !strings.Contains(result, "name\":\""+canary) && planted(result) {
				t.Errorf("the canary is in %.300s", text)
			}
		}
	})
}

// planted reports whether a result holds the canary where a value may stand, and
// nowhere where a name does: that would be kept.
func planted(result string) bool {
	for _, value := range []string{`"text":"` + canary, `"value":"` + canary, `["` + canary, `"a":"` + canary, `"json":{"id":"` + canary} {
		result = strings.ReplaceAll(result, value, "")
	}
	return !strings.Contains(result, canary)
}
