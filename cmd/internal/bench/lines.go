package main

import (
	"context"
	"os"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/archive"
	"github.com/estray/estray/providers/aws"
)

// readLines reads an archive whose objects hold one record a line, as exports
// of other logs do.
func readLines(ctx context.Context, j job, counted inventory.Counted) (found, error) {
	cfg := archive.Config{Source: "lines:bench", Root: archive.Folder(os.DirFS(j.Dir)), Usage: counted}
	return readSources(ctx, archive.Logs(cfg, linesFormat(counted)), counted)
}

// linesFormat is a format of records of CloudTrail, one a line, at the places
// of CloudTrail's own.
func linesFormat(counted inventory.Counted) archive.Format {
	decoder, uses := aws.NewDecoder("lines:bench"), aws.Uses(counted)
	f := archive.Format{
		Kind: "lines", Provider: inventory.AWS, Layout: "AWSLogs/...", Revision: 1, Late: 15 * time.Minute,
		Recognise: func(path string) archive.Object {
			key, ok := aws.ObjectKey(path)
			if !ok {
				return archive.Object{}
			}
			scope := inventory.Scope{Provider: inventory.AWS, Account: key.Account, Region: key.Region}
			return archive.Object{Class: archive.Log, Scope: scope, Delivered: key.Delivered}
		},
		Filter: archive.Filter{
			Members: []string{"eventSource", "eventName"},
			Matters: func(values [][]byte) bool { return decoder.Matters(values[0], values[1]) },
		},
		Decode: func(record []byte, from inventory.Provenance) (archive.Decoded, error) {
			d, err := decoder.Decode(record, from)
			if err != nil || !d.Keep {
				return archive.Decoded{}, err
			}
			return archive.Decoded{Event: &d.Event, Assets: d.Assets}, nil
		},
		Silences: aws.Silences,
	}
	if uses != nil {
		f.Uses = adapt(uses)
	}
	return f
}

// adapt lets what reads a record's use into AWS's type read it into the
// archive's, which has the same fields.
func adapt[R any](reader func() func(R, *aws.Use) (bool, error)) func() func(R, *archive.Use) (bool, error) {
	return func() func(R, *archive.Use) (bool, error) {
		read := reader()
		return func(record R, use *archive.Use) (bool, error) { return read(record, (*aws.Use)(use)) }
	}
}
