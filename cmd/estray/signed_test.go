package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/estray/estray/internal/trailsign"
)

// signed DIR [FAULT] writes an archive below DIR/logs, as a trail delivers it in
// four hours of 2026-03-01 with a digest each, and the public keys to
// DIR/keys.json. The faults: see faults.
func signed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: signed DIR [FAULT]")
	}
	key, err := trailsign.NewKey(false)
	ts.Check(err)
	stranger, err := trailsign.NewKey(false)
	ts.Check(err)
	trail := &trailsign.Trail{To: trailsign.Archive{}, Key: key, Account: "111122223333", Region: "eu-west-1", Name: "org", Home: "us-east-1", Bucket: "org-trail"}
	d := delivered{Archive: trail.To, trail: trail, stranger: stranger}
	for hour := range 4 {
		for _, minute := range []int{5, 35} {
			d.logs = append(d.logs, trail.Log(d.at(hour, minute), fmt.Appendf(nil, `{"Records":[%s]}`, d.record(hour, minute))))
		}
		d.digests = append(d.digests, trail.Digest(d.at(hour, 0), d.at(hour+1, 0)))
	}
	if len(args) > 1 {
		fault := faults()[args[1]]
		if fault == nil {
			ts.Fatalf("there is no fault %q, but %s", args[1], strings.Join(slices.Sorted(maps.Keys(faults())), ", "))
		}
		fault(&d)
	}
	dir := ts.MkAbs(args[0])
	ts.Check(errors.Join(d.Write(filepath.Join(dir, "logs")), os.WriteFile(filepath.Join(dir, "keys.json"), trailsign.KeyFile(key), 0o644)))
}

// delivered is an archive to be tampered with.
type delivered struct {
	trailsign.Archive
	trail         *trailsign.Trail
	stranger      *trailsign.Key
	digests, logs []string
}

func (*delivered) at(hour, minute int) time.Time {
	return time.Date(2026, 3, 1, hour, minute, 0, 0, time.UTC)
}

// record is a change of a function, a minute before it is delivered.
func (d *delivered) record(hour, minute int) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","eventID":"%02d-%02d","eventTime":%q,"eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionCode20150331v2",`+
		`"awsRegion":"eu-west-1","recipientAccountId":"111122223333","readOnly":false,"requestParameters":{"functionName":"pay"},"responseElements":null,`+
		`"eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ann"}}`,
		hour, minute, d.at(hour, minute-1).Format(time.RFC3339))
}

// faults are the ways to tamper with an archive.
func faults() map[string]func(*delivered) {
	return map[string]func(*delivered){
		"log-changed": func(d *delivered) {
			d.Edit(d.logs[3], func(b []byte) []byte { return bytes.Replace(b, []byte("user/ann"), []byte("user/bob"), 1) })
		},
		"log-removed":     func(d *delivered) { delete(d.Archive, d.logs[3]) },
		"log-added":       func(d *delivered) { d.trail.Unnamed(d.at(1, 20), []byte(`{"Records":[]}`)) },
		"log-young":       func(d *delivered) { d.trail.Unnamed(d.at(4, 10), []byte(`{"Records":[]}`)) },
		"digest-removed":  func(d *delivered) { delete(d.Archive, d.digests[1]) },
		"digest-resigned": func(d *delivered) { d.Resign(d.digests[1], d.stranger) },
		"unsigned": func(d *delivered) {
			d.Archive[d.digests[1]] = trailsign.Object{Content: d.Archive[d.digests[1]].Content}
		},
		"no-digests": func(d *delivered) {
			for _, key := range d.digests {
				delete(d.Archive, key)
			}
		},
	}
}
