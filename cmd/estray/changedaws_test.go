package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/findings/report"
	"github.com/estray/estray/internal/awsfake"
	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store/sqlstore"
)

const (
	changingAccount = "111122223333"
	changingRegion  = "us-east-1"
	partnerAccount  = "999900001111"
)

// changing is a world at one of three instants, an hour apart: before, after
// changes of three functions and many calls that concern a fourth, and after one
// more. So many events come before the functions that a batch of facts is full
// amid these.
func changing(t *testing.T, hours int) *awsfake.World {
	t.Helper()
	begin := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	r := &awsfake.Region{}
	for i := range 40 {
		f := &awsfake.Function{Name: fmt.Sprintf("f-%02d", i), Settings: awsfake.Settings{RevisionID: "r1", CodeSHA256: "old", LastModified: at(-60 * 24)},
			Aliases: []*awsfake.Alias{{Name: "live", Version: "1"}}, Policies: map[string]*awsfake.Policy{}}
		r.Functions = append(r.Functions, f)
		r.Events = append(r.Events, made(t, changingAccount, changingRegion, f.Name, f.LastModified))
	}
	act := func(when time.Time, name string, f *awsfake.Function, more map[string]any) {
		more["functionName"] = f.Name
		r.Events = append(r.Events, record(t, logged{at: when, account: changingAccount, region: changingRegion, name: name, id: name + f.Name + when.String(),
			who: pipeline(changingAccount), request: more, answer: map[string]any{"functionArn": arnOf(f.Name)}}))
	}
	url := func(when time.Time, f *awsfake.Function) {
		f.URLs = []*awsfake.URL{{Qualifier: "live", ID: "new" + f.Name, AuthType: "NONE", Created: when}}
		act(when, "CreateFunctionUrlConfig", f, map[string]any{"qualifier": "live", "authType": "NONE"})
	}
	if hours > 0 {
		url(at(5), r.Functions[1])
		r.Functions[20].Policies["live"] = &awsfake.Policy{Statements: []awsfake.Statement{{Sid: "them", Principal: map[string]string{"AWS": partnerAccount}}}}
		act(at(6), "AddPermission20150331v2", r.Functions[20], map[string]any{"qualifier": "live", "statementId": "them", "principal": partnerAccount, "action": "lambda:InvokeFunction"})
		r.Functions[38].RevisionID, r.Functions[38].CodeSHA256, r.Functions[38].LastModified = "r2", "new", at(7)
		act(at(7), "UpdateFunctionCode20150331v2", r.Functions[38], map[string]any{})
		for i := range 990 {
			act(at(10).Add(time.Duration(i)*time.Second), "UpdateFunctionConfiguration20150331v2", r.Functions[39], map[string]any{})
		}
	}
	if hours > 1 {
		url(at(90), r.Functions[5])
	}
	return &awsfake.World{Now: at(60 * hours), Home: changingAccount, Accounts: []*awsfake.Account{
		{ID: changingAccount, Places: map[string]*awsfake.Region{changingRegion: r}}}}
}

func arnOf(name string) string {
	return "arn:aws:lambda:" + changingRegion + ":" + changingAccount + ":function:" + name
}

// asked counts the functions whose policies the fake was asked for.
func (c *cloud) asked() int {
	names := map[string]bool{}
	for _, call := range c.fake.Calls() {
		if call.Operation == "GetPolicy" {
			names[call.Resource] = true
		}
	}
	return len(names)
}

// TestAnEndLeavesNoChangeUnread ends a scan that reads only what changed, at its
// calls: between the event history and the functions, amid the functions, whose
// facts are stored in part, and before the words on them. What changed before
// and after it is found by the next scan, which reads only what changed, too.
func TestAnEndLeavesNoChangeUnread(t *testing.T) {
	testparts.Heavy(t, "a process to kill")
	before, then, after := changing(t, 0), changing(t, 1), changing(t, 2)
	c := newCloud(t, before)
	c.write(t, "estray.yaml", []byte("providers: {aws: {rate: 0, parallel: 1}}\n"))
	base := filepath.Join(c.dir, "base.db")
	c.whole(t, "sqlite:"+base, before.Now)
	copied := func(name string) string {
		b, err := os.ReadFile(base)
		if err != nil {
			t.Fatal(err)
		}
		c.write(t, name, b)
		return "sqlite:" + filepath.Join(c.dir, name)
	}
	undisturbed := copied("undisturbed.db")
	c.fake = awsfake.New(after)
	_, want := c.whole(t, undisturbed, after.Now)
	c.isFound(t, want)
	if n := c.asked(); n > 6 {
		t.Fatalf("%d functions were asked again: not only what changed", n)
	}
	logged := events(t, undisturbed, after.Now)

	c.fake = awsfake.New(then)
	c.whole(t, copied("counted.db"), then.Now)
	total, amid := c.calls.Load(), 0
	for i, n := range instants(total) {
		for _, signal := range []os.Signal{syscall.SIGKILL, os.Interrupt} {
			if signal == os.Interrupt && i%2 > 0 {
				continue
			}
			state := copied(fmt.Sprintf("%s-%d.db", signal, n))
			c.fake = awsfake.New(then)
			c.ended(t, signal, n, state, then.Now)
			if signal == syscall.SIGKILL && knows(t, state, then.Now, arnOf("f-01"), "newf-01") {
				amid++
			}
			c.fake = awsfake.New(after)
			_, got := c.whole(t, state, after.Now)
			if d := cmp.Diff(want.unjudged(), got.unjudged()); d != "" {
				t.Errorf("%s at call %d of %d: the assets differ:\n%s", signal, n, total, d)
			}
			if d := cmp.Diff(logged, events(t, state, after.Now)); d != "" {
				t.Errorf("%s at call %d of %d: the events differ:\n%s", signal, n, total, d)
			}
		}
	}
	if amid == 0 {
		t.Error("no scan was killed between the facts of functions and the words on them: the test shows too little")
	}
}

// instants are a few calls of the first half and many of the end, where the
// functions are read.
func instants(total int64) []int64 {
	out := []int64{total / 4, total / 2}
	for n := max(total-24, total/2+1); n <= total; n += 2 {
		out = append(out, n)
	}
	return out
}

// unjudged is the assets of a report without the ids of findings: a scan that was
// stopped found some of its own.
func (s scan) unjudged() []report.Asset {
	out := slices.Clone(s.doc.Assets)
	for i := range out {
		out[i].Findings = nil
	}
	return out
}

// isFound: every change is in the report.
func (c *cloud) isFound(t *testing.T, s scan) {
	t.Helper()
	text := fmt.Sprintf("%+v", s.doc.Assets)
	for _, change := range []string{"newf-01.lambda-url", "newf-05.lambda-url", "Reach:partner", "CodeDigest:new"} {
		if !strings.Contains(text, change) {
			t.Errorf("%s is not in the report", change)
		}
	}
}

// knows reports whether a store tells of a URL of a function that was read.
func knows(t *testing.T, state string, now time.Time, id, host string) bool {
	t.Helper()
	st, err := sqlstore.Open(t.Context(), state, sqlstore.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	v, err := st.View(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range v.Assets {
		if a.ID == inventory.AssetID(id) {
			ways, _ := a.Exposure[inventory.CapURLs].Get()
			return strings.Contains(fmt.Sprintf("%+v", ways), host)
		}
	}
	return false
}
