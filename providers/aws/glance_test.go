package aws_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/jsonscan"
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws"
)

// checkAlike holds that one reader, which remembers, tells of records what a new
// one tells of each.
func checkAlike(t *testing.T, records []string) (told int) {
	t.Helper()
	read := aws.Uses(inventory.CountRoles)()
	for _, r := range records {
		var use, alone aws.Use
		ok, err := read(jsonscan.Mark([]byte(r)), &use)
		ok2, err2 := uses(inventory.CountRoles)([]byte(r), &alone)
		if ok != ok2 || (err == nil) != (err2 == nil) {
			t.Fatalf("%s\nafter others: %v %v, alone: %v %v", r, ok, err, ok2, err2)
		}
		if !ok {
			continue
		}
		told++
		if diff := cmp.Diff(inWords(alone), inWords(use)); diff != "" {
			t.Fatalf("%s\n(-alone +after others):\n%s", r, diff)
		}
	}
	return told
}

// TestIdentitiesThatDifferInOneByteAreTold: whatever byte of a userIdentity is
// another, before and behind those by which it is looked for.
func TestIdentitiesThatDifferInOneByteAreTold(t *testing.T) {
	record := byRole("dynamodb.amazonaws.com", "GetItem", inScope)
	from := strings.Index(record, `{"type"`)
	to := strings.Index(record, `,"eventTime"`)
	var all []string
	for at := from; at < to; at++ {
		for _, c := range []string{"x", `"`, "}", " ", `\`, "\xff"} {
			if other := record[:at] + c + record[at+1:]; other != record {
				all = append(all, record, other)
			}
		}
	}
	if told := checkAlike(t, all); told < len(all)/2 {
		t.Errorf("%d of %d were told", told, len(all))
	}
}

// TestIdentitiesInOnePlaceAreKeptApart: those that differ behind the bytes by
// which they are looked for are looked for in one place, and of more than are
// remembered some are.
func TestIdentitiesInOnePlaceAreKeptApart(t *testing.T) {
	record := byRole("dynamodb.amazonaws.com", "GetItem", inScope)
	with := func(old, new string) string { return strings.Replace(record, old, new, 1) }
	all := []string{
		record, with("role/service/pay-role", "role/service/pay-rolf"), with("function:pay", "function:pax"), with(`"userName":"pay-role"`, `"userName":"pay-role","x":1`),
		with(`"pay-role"},"attributes"`, `"pay-role"} ,"attributes"`), with(`"111122223333","userName"`, `"111122223334","userName"`),
		with(`"AssumedRole"`, `"IAMUser"`), with(`"principalId"`, `"invokedBy":"x","principalId"`), with(`,"eventTime"`, `,"userIdentity":{"type":"IAMUser"},"eventTime"`),
		with(`"arn":"arn:aws:iam`, `"Arn":"arn:aws:iam`), with(`,"inScopeOf"`, `,"text":"`+strings.Repeat("y", 3000)+`","inScopeOf"`), with(inScope, ""),
		with(`"userIdentity":{`, `"userIdentity" : {`), with("role/service/pay-role", "role/service/p\xff"),
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		id := make([]byte, 8)
		for i := range id {
			id[i] = byte('a' + r.IntN(26))
		}
		all = append(all, with("ASIAEXAMPLEEXAMPLE01", "ASIAEXAMPLE"+string(id)+"1"))
	}
	var drawn []string
	for range 20_000 {
		drawn = append(drawn, all[r.IntN(len(all))])
	}
	if told := checkAlike(t, append(all, drawn...)); told < len(drawn)/2 {
		t.Errorf("%d of %d were told", told, len(drawn))
	}
}

// TestReadersOfUseShareNothing: each remembers by itself.
func TestReadersOfUseShareNothing(t *testing.T) {
	record := jsonscan.Mark([]byte(byRole("dynamodb.amazonaws.com", "GetItem", inScope)))
	maker := aws.Uses(inventory.CountRoles)
	done := make(chan bool)
	for range 4 {
		go func() {
			read := maker()
			good := true
			for range 1000 {
				var use aws.Use
				ok, err := read(record, &use)
				good = good && ok && err == nil && string(use.Asset) == fn
			}
			done <- good
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("a record is not told")
		}
	}
}

// TestUseAndDecodeRefuseTheSameNesting.
func TestUseAndDecodeRefuseTheSameNesting(t *testing.T) {
	for levels, want := range map[int]bool{100: true, 990: true, 1010: true, 9_990: true, 10_010: false} {
		nested := strings.Repeat(`{"a":[`, levels/2) + strings.Repeat(`]}`, levels/2)
		record := strings.Replace(byRole("lambda.amazonaws.com", "GetFunction20150331v2", inScope), `"responseElements":null`, `"responseElements":`+nested, 1)
		_, err := aws.NewDecoder("s").Decode([]byte(record), inventory.Provenance{})
		if (err == nil) != want {
			t.Errorf("%d levels: Decode says %v", levels, err)
		}
		for name, text := range map[string]jsonscan.Text{"marked": jsonscan.Mark([]byte(record)), "as it is": {Bytes: []byte(record)}} {
			var use aws.Use
			if ok, err := aws.Uses(inventory.CountRoles)()(text, &use); ok != want || (err == nil) != want {
				t.Errorf("%d levels, %s: %v %v", levels, name, ok, err)
			}
		}
	}
}
