package cloudflarefake_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/estray/estray/internal/cloudflarefake"
)

func TestTokenMustBeTheWorlds(t *testing.T) {
	w := company()
	w.Token.Text = "right"
	s, base := serve(t, w)
	for _, tc := range []struct {
		name, header string
		status, code int
	}{
		{"none", "", 400, 9106},
		{"malformed", "Basic x", 400, 6003},
		{"empty", "Bearer ", 400, 6003},
		{"another", "Bearer wrong", 403, 9109},
		{"its own", "Bearer right", 200, 0},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/accounts", nil)
		if err != nil {
			t.Fatal(err)
		}
		if tc.header != "" {
			r.Header.Set("Authorization", tc.header)
		}
		got, err := send(r)
		if err != nil || got.status != tc.status || got.code() != tc.code {
			t.Errorf("%s: %v %d %s", tc.name, err, got.status, got.body)
		}
		calls := s.Calls()
		if last := calls[len(calls)-1]; last.Authorization != strings.TrimSpace(tc.header) || last.Status != tc.status {
			t.Errorf("%s: log %+v", tc.name, last)
		}
	}
}

func TestTokenIsVerifiedWhereItBelongs(t *testing.T) {
	for _, tc := range []struct {
		name   string
		token  cloudflarefake.Token
		path   string
		code   int
		status string
		others int // status of another call
	}{
		{name: "a user's by the user", token: cloudflarefake.Token{ID: "t"}, path: "/user/tokens/verify", status: "active", others: 200},
		{name: "a user's by the account", token: cloudflarefake.Token{ID: "t"}, path: "/accounts/" + home + "/tokens/verify", code: 1000, others: 200},
		{name: "an account's by the user", token: cloudflarefake.Token{ID: "t", Kind: cloudflarefake.AccountToken, Account: home}, path: "/user/tokens/verify", code: 1000, others: 200},
		{name: "an account's by the account", token: cloudflarefake.Token{ID: "t", Kind: cloudflarefake.AccountToken, Account: home}, path: "/accounts/" + home + "/tokens/verify", status: "active", others: 200},
		{name: "an account's by another account", token: cloudflarefake.Token{ID: "t", Kind: cloudflarefake.AccountToken, Account: home},
			path: "/accounts/00000000000000000000000000000a02/tokens/verify", code: 1000, others: 200},
		{name: "a disabled one", token: cloudflarefake.Token{ID: "t", Status: "disabled"}, path: "/user/tokens/verify", status: "disabled", others: 401},
		{name: "one whose time is over", token: cloudflarefake.Token{ID: "t", ExpiresOn: now()}, path: "/user/tokens/verify", status: "expired", others: 401},
		{name: "one whose time has not come", token: cloudflarefake.Token{ID: "t", NotBefore: now().Add(time.Second)}, path: "/user/tokens/verify", status: "disabled", others: 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := company()
			w.Token = tc.token
			_, base := serve(t, w)
			r := get(t, base, tc.path)
			if r.code() != tc.code {
				t.Fatalf("got %s", r.body)
			}
			if tc.code == 0 {
				if got := r.object(t); got["id"] != "t" || got["status"] != tc.status {
					t.Errorf("got %v", got)
				}
			}
			if other := get(t, base, "/accounts"); other.status != tc.others {
				t.Errorf("another call: %d, want %d", other.status, tc.others)
			}
		})
	}
}

func TestTokenSeesOnlyWhatItMay(t *testing.T) {
	w := company()
	w.Token.Accounts, w.Token.Zones, w.Token.Workers = []string{home}, []string{}, []string{"00000000000000000000000000000e02"}
	_, base := serve(t, w)
	for path, want := range map[string]string{
		"/accounts": home, "/zones": "", "/zones?account.id=" + home: "", "/accounts/" + home + "/workers/scripts": "consumer",
		workersPath: "00000000000000000000000000000e02",
	} {
		r := get(t, base, path)
		if got := r.names(t, "id"); !r.Success || got != want {
			t.Errorf("%s: got %q, want %q without an error", path, got, want)
		}
	}
	for path, code := range map[string]int{
		"/zones/" + zone + "/workers/routes":                           9109,
		"/accounts/00000000000000000000000000000a02/workers/scripts":   9109,
		"/accounts/nobody/workers/scripts":                             9109,
		"/accounts/" + home + "/workers/scripts/api/settings":          10000,
		workersPath + "/" + tag + "/versions":                          10000,
		"/accounts/" + home + "/workers/scripts/nobody/settings":       10007,
		"/accounts/00000000000000000000000000000a02/workers/subdomain": 9109,
	} {
		if r := get(t, base, path); r.Success || r.code() != code {
			t.Errorf("%s: got %s, want code %d", path, r.body, code)
		}
	}
}

func TestWhatIsNotThereHasTheVendorsCode(t *testing.T) {
	w := company()
	a := w.Accounts[0]
	a.Subdomain, a.NoDispatch, a.NoPreviews, a.Namespaces[0].NoList = "", true, true, true
	_, base := serve(t, w)
	in := "/accounts/" + home
	for path, want := range map[string][2]int{
		in + "/workers/subdomain":                             {404, 10007},
		in + "/workers/dispatch/namespaces":                   {200, 10121},
		in + "/workers/dispatch/namespaces/customers/scripts": {404, 7003},
		workersPath + "/" + tag + "/previews":                 {404, 7003},
		in + "/pages/projects/nothing":                        {404, 8000007},
		in + "/workers/scripts/api/versions/nothing":          {404, 10092},
		in + "/nothing":                                       {404, 7003},
	} {
		if r := get(t, base, path); r.status != want[0] || r.code() != want[1] || r.Success {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

func TestOwnTokenIsAmongThoseOfItsAccount(t *testing.T) {
	w := company()
	w.Token.Policies = []cloudflarefake.Policy{{ID: "p", Effect: "allow"}}
	_, base := serve(t, w)
	if got := get(t, base, "/accounts/"+home+"/tokens").names(t, "name"); got != "deploy estray" {
		t.Errorf("got %q", got)
	}
	if got := get(t, base, "/accounts/"+home+"/tokens/"+w.Token.ID).object(t); len(got["policies"].([]any)) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestCodeIsNeverServedAndItsCallIsMarked(t *testing.T) {
	s, base := serve(t, company())
	paths := []string{"/workers/scripts/api", "/workers/scripts/api/content", "/workers/scripts/api/content/v2",
		"/workers/workers/" + tag + "/versions/" + first + "?include=modules", "/workers/dispatch/namespaces/customers/scripts/one/content"}
	for _, path := range paths {
		if r := get(t, base, "/accounts/"+home+path); r.body != cloudflarefake.Code {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	get(t, base, workersPath)
	for i, c := range s.Calls() {
		if c.Forbidden != (i < len(paths)) {
			t.Errorf("log: %+v", c)
		}
	}
}

func TestOnlyReadingIsServed(t *testing.T) {
	s, base := serve(t, company())
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		r, err := http.NewRequestWithContext(t.Context(), method, base+workersPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer text")
		if got, err := send(r); err != nil || got.status != 405 {
			t.Errorf("%s: %d, %v", method, got.status, err)
		}
	}
	if c := s.Calls()[1]; c.Method != http.MethodPut || c.Path != "/accounts/:a/workers/workers" {
		t.Errorf("log: %+v", c)
	}
}
