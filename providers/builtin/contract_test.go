package builtin_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/snapshot"
	"github.com/estray/estray/providers"
	"github.com/estray/estray/providers/builtin"
	"github.com/estray/estray/providers/providertest"
)

const canary = "CANARY-5f1e"

func one(t *testing.T, a builtin.Archive) providers.Planner {
	t.Helper()
	planners, err := builtin.Planners(builtin.Config{Archives: []builtin.Archive{a}})
	if err != nil {
		t.Fatal(err)
	}
	return planners[0]
}

// TestCloudTrailContract holds the promises of a source for folders of
// CloudTrail.
func TestCloudTrailContract(t *testing.T) {
	secret := call("e1", "2026-05-04T02:58:00Z", "lambda.amazonaws.com", "UpdateFunctionConfiguration20150331v2",
		`{"functionName":"shop","environment":{"variables":{"TOKEN":"`+canary+`"}}}`)
	of := func(objects map[string][]byte) func(*testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			root := t.TempDir()
			for key, content := range objects {
				put(t, root, key, content)
			}
			return one(t, builtin.Archive{Kind: "cloudtrail", Path: root, Name: "logs"})
		}
	}
	first, second := dir+"0300Z_aaaaaaaaaaaaaaaa.json.gz", dir+"0900Z_bbbbbbbbbbbbbbbb.json.gz"
	whole := zipped(t, wrap(secret, call("e2", "2026-05-04T02:59:00Z", "lambda.amazonaws.com", "DeleteFunction20150331", `{"functionName":"shop"}`)))
	providertest.Run(t, providertest.Harness{
		Canary: canary,
		Whole: of(map[string][]byte{first: whole,
			second: zipped(t, wrap(call("e3", "2026-05-04T08:59:00Z", "iam.amazonaws.com", "CreateAccessKey", `{"userName":"ana"}`)))}),
		Flawed: map[string]func(*testing.T) providers.Planner{
			"an empty folder":    of(nil),
			"a truncated object": of(map[string][]byte{first: whole[:len(whole)-20]}),
			"a foreign object":   of(map[string][]byte{first: whole, canary[:3] + ".txt": []byte(canary)}),
			"a broken record":    of(map[string][]byte{first: zipped(t, `{"Records":[{"x":"`+canary+`"},"`+canary+`",{"eventTime":"`+canary+`"}]}`)}),
			"no JSON":            of(map[string][]byte{first: []byte(canary)}),
		},
	})
}

// TestSnapshotContract holds the promises of a source for snapshot files.
func TestSnapshotContract(t *testing.T) {
	of := func(content string) func(*testing.T) providers.Planner {
		return func(t *testing.T) providers.Planner {
			root := t.TempDir()
			put(t, root, "s.jsonl", []byte(content))
			return one(t, builtin.Archive{Kind: "snapshot", Path: filepath.Join(root, "s.jsonl"), Name: "s.jsonl"})
		}
	}
	whole := sample(t)
	providertest.Run(t, providertest.Harness{
		Canary: canary,
		Whole:  of(whole),
		Flawed: map[string]func(*testing.T) providers.Planner{
			"empty":           of(""),
			"no header":       of(fmt.Sprintf(`{"schema":%q}`, canary)),
			"a broken line":   of(whole + "{" + canary + "\n"),
			"a truncated one": of(whole[:len(whole)-20]),
			"a wrong type":    of(whole + fmt.Sprintf(`{"id":"x","provider":"aws","created":%q}`, canary) + "\n"),
		},
	})
}

// sample is a snapshot of one asset in two cells, with a field that is not
// known and holds a secret.
func sample(t *testing.T) string {
	t.Helper()
	taken := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	w, err := snapshot.NewWriter(&b, snapshot.Header{Taken: taken})
	if err != nil {
		t.Fatal(err)
	}
	scope := inventory.Scope{Provider: inventory.AWS, Account: "111122223333", Region: "eu-west-1"}
	cell := inventory.Cell{Source: "aws-lambda", Scope: scope, Capability: inventory.CapFunctions}
	if err := w.WriteCoverage(inventory.Coverage{Cell: cell, State: inventory.Complete, Read: taken, Seen: 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteAsset(inventory.Asset{ID: function, Scope: scope, Sightings: []inventory.Sighting{{Cell: cell, At: taken}}}, snapshot.Verdict{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String() + fmt.Sprintf(`{"id":"other","provider":"aws","environment":{"TOKEN":%q}}`, canary) + "\n"
}
