package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/cloudflare/session"
)

// page answers with a list and what the envelope tells of it.
func page(info string, items ...string) http.HandlerFunc {
	return says(200, `{"success":true,"errors":[],"result":[`+strings.Join(items, ",")+`],"result_info":`+info+`}`)
}

func told(page, per, count, total int) string {
	return fmt.Sprintf(`{"page":%d,"per_page":%d,"count":%d,"total_count":%d,"total_pages":99}`, page, per, count, total)
}

func TestAListingIsReadToItsEnd(t *testing.T) {
	for _, test := range []struct {
		name     string
		pages    []http.HandlerFunc
		want     []string
		state    inventory.State // zero: it is whole
		message  string
		requests int
	}{
		{"one page", []http.HandlerFunc{page(told(1, 2, 1, 1), "1")}, []string{"1"}, 0, "", 1},
		{"nothing", []http.HandlerFunc{page(told(1, 2, 0, 0))}, nil, 0, "", 1},
		{"full pages", []http.HandlerFunc{page(told(1, 2, 2, 4), "1", "2"), page(told(2, 2, 2, 4), "3", "4")}, []string{"1", "2", "3", "4"}, 0, "", 2},
		{"the vendor's own size", []http.HandlerFunc{page(told(1, 1, 1, 3), "1"), page(told(2, 1, 1, 3), "2"), page(told(3, 1, 1, 3), "3")}, []string{"1", "2", "3"}, 0, "", 3},
		{"no count, a page that is not full", []http.HandlerFunc{page(`{"page":1}`, "1", "2"), page(`{"page":2}`, "3")}, []string{"1", "2", "3"}, 0, "", 2},
		{"no count, an empty page", []http.HandlerFunc{page(`null`, "1", "2"), page(`null`)}, []string{"1", "2"}, 0, "", 2},
		{"a count of pages alone, and a size that is not kept to", []http.HandlerFunc{page(`{"per_page":100,"total_pages":2}`, "1", "2"), page(`{"per_page":100,"total_pages":2}`, "3")}, []string{"1", "2", "3"}, 0, "", 2},
		{"fewer pages than are told", []http.HandlerFunc{page(`{"total_pages":3}`, "1", "2"), page(`{"total_pages":3}`)}, []string{"1", "2"}, inventory.Partial, "2 were listed on 2 of 3 pages", 2},
		{"a cursor where pages are counted", []http.HandlerFunc{page(`{"cursor":"next"}`, "1")}, []string{"1"}, inventory.Partial, "1 were listed, and the last page tells of more", 1},
		{"no pages at all", []http.HandlerFunc{page(`null`, "1", "2", "3")}, []string{"1", "2", "3"}, 0, "", 1},
		{"a page that is not full, in the middle", []http.HandlerFunc{page(told(1, 2, 1, 3), "1"), page(told(2, 2, 2, 3), "2", "3")}, []string{"1", "2", "3"}, 0, "", 2},
		{"it ends before its count", []http.HandlerFunc{page(told(1, 2, 2, 5), "1", "2"), page(told(2, 2, 0, 5))}, []string{"1", "2"}, inventory.Partial, "2 of 5 were listed", 2},
		{"one is missing", []http.HandlerFunc{page(told(1, 2, 2, 4), "1", "2"), page(told(2, 2, 1, 4), "3")}, []string{"1", "2", "3"}, inventory.Partial, "3 of 4 were listed", 2},
		{"more than its count", []http.HandlerFunc{page(told(1, 2, 2, 1), "1", "2"), page(told(2, 2, 1, 1), "3")}, []string{"1", "2", "3"}, 0, "", 2},
		{"it grew", []http.HandlerFunc{page(told(1, 2, 2, 3), "1", "2"), page(told(2, 2, 2, 4), "2", "3")}, []string{"1", "2", "2", "3"}, 0, "", 2},
		{"it grew shorter", []http.HandlerFunc{page(told(1, 2, 2, 5), "1", "2"), page(told(2, 2, 2, 4), "4", "5")}, []string{"1", "2", "4", "5"}, inventory.Partial, "4 of 5 were listed, and the list grew shorter meanwhile", 2},
		{"it repeats", []http.HandlerFunc{page(told(1, 2, 2, 6), "1", "2")}, []string{"1", "2"}, inventory.Malformed, "the listing repeats: page 2 begins as an earlier one", 2},
		{"it repeats later", []http.HandlerFunc{page(`null`, "1", "2"), page(`null`, "3", "4"), page(`null`, "1", "2")}, []string{"1", "2", "3", "4"}, inventory.Malformed, "the listing repeats: page 3 begins as an earlier one", 3},
		{"the second page fails with status 200", []http.HandlerFunc{page(told(1, 2, 2, 6), "1", "2"), says(200, wrong(10000, "Authentication error"))}, []string{"1", "2"}, inventory.Denied, "Authentication error" + granted, 2},
		{"the second page has no list", []http.HandlerFunc{page(told(1, 2, 2, 6), "1", "2"), says(200, `{"success":true,"result":{}}`)}, []string{"1", "2"}, inventory.Malformed, "the result is no list", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, session.Options{}, inTurn(test.pages...), func(w *world) {
				got, err := w.pages(2, "")
				w.is(test.want, got)
				w.is(test.requests, w.requests())
				for i, r := range w.asked {
					w.is(fmt.Sprintf("/list?page=%d&per_page=2", i+1), r.path)
				}
				if test.state == 0 {
					w.is(nil, err)
					return
				}
				e := failed(t, err)
				w.is([]any{test.state, test.message}, []any{e.State, e.Message})
			})
		})
	}
}

// TestEachMemberIsListedOnce holds for every length, size and bound of the vendor.
func TestEachMemberIsListedOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(rt, "members")
		size := rapid.IntRange(1, 12).Draw(rt, "size")
		bound := rapid.IntRange(1, 12).Draw(rt, "bound")
		counts := rapid.Bool().Draw(rt, "counts")
		var want []string
		for i := range n {
			want = append(want, strconv.Itoa(i))
		}
		answer := func(rw http.ResponseWriter, r *http.Request) {
			at, _ := strconv.Atoi(r.URL.Query().Get("page"))
			per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
			per = min(per, bound)
			list := want[min(n, (at-1)*per):min(n, at*per)]
			info := fmt.Sprintf(`{"per_page":%d}`, per)
			if counts {
				info = told(at, per, len(list), n)
			}
			page(info, list...)(rw, r)
		}
		in(t, session.Options{}, answer, func(w *world) {
			got, err := w.pages(size, "")
			w.is(nil, err)
			w.is(want, got)
		})
	})
}

func TestAListingThatDoesNotEndIsMalformed(t *testing.T) {
	n := 0
	endless := func(w http.ResponseWriter, r *http.Request) {
		n++
		page(`null`, strconv.Itoa(n))(w, r)
	}
	in(t, session.Options{}, endless, func(w *world) {
		_, err := w.pages(1, "")
		e := failed(t, err)
		w.is([]any{inventory.Malformed, "the listing does not end"}, []any{e.State, e.Message})
		w.is(10_001, w.requests())
	})
}

func TestAListMayLieInAMember(t *testing.T) {
	answer := says(200, `{"success":true,"result":{"items":[1,{"a":null}],"Items":[2]},"result_info":null}`)
	in(t, session.Options{}, answer, func(w *world) {
		got, err := w.pages(5, "items")
		w.is(nil, err)
		w.is([]string{"1", `{"a":null}`}, got)
	})
	for _, result := range []string{`[]`, `{}`, `{"items":null}`, `{"items":{}}`, `"x"`} {
		_, err := session.Items(session.Op{Name: "x"}, json.RawMessage(result), "items")
		if failed(t, err).State != inventory.Malformed {
			t.Errorf("%s: %v", result, err)
		}
	}
}

func TestAnErrorOfTheCallerComesBackUnchanged(t *testing.T) {
	mine := errors.New("mine")
	refuse := func(json.RawMessage) error { return mine }
	in(t, session.Options{}, page(told(1, 2, 2, 6), "1", "2"), func(w *world) {
		op := session.Op{Name: "x"}
		if err := w.client.Pages(w.Context(), op, 2, "", w.client.Untyped("x"), refuse); err != mine {
			t.Error(err)
		}
		if err := w.client.List(w.Context(), op, "", w.client.Untyped("x"), refuse); err != mine {
			t.Error(err)
		}
		w.is(2, w.requests())
	})
}

func TestAListOfOnePageTellsOfWhatItLacks(t *testing.T) {
	for info, want := range map[string]string{
		`null`: "",
		`{"count":2,"total_count":2,"total_pages":1}`: "",
		`{"total_count":5}`:                           "2 of 5 were listed",
		`{"total_pages":2}`:                           "2 were listed on the first page, and there are more pages",
		`{"cursor":"C"}`:                              "2 were listed on the first page, and there are more pages",
	} {
		in(t, session.Options{}, page(info, "1", "2"), func(w *world) {
			var got []string
			err := w.client.List(w.Context(), session.Op{Name: "GET /x"}, "", w.client.Untyped("x"), keep(&got))
			w.is([]string{"1", "2"}, got)
			if want == "" {
				w.is(nil, err)
				return
			}
			w.is(session.Error{State: inventory.Partial, Operation: "GET /x", Message: want}, failed(t, err))
		})
	}
	in(t, session.Options{}, says(200, `{"success":true,"result":{}}`), func(w *world) {
		err := w.client.List(w.Context(), session.Op{}, "", w.client.Untyped("x"), keep(new([]string)))
		w.is(inventory.Malformed, failed(t, err).State)
	})
}
