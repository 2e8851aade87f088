package htmlfmt_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/estray/estray/internal/testparts"
)

// browser starts one Chromium for t and its sub-tests.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath(testparts.Chromium(t)), chromedp.WindowSize(1280, 900))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// tab is one page open in the browser, and what it complained of.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string // as the browser tells them
	served     []string // as the server saw them
}

// open serves the page over HTTP, so that every request for more can be seen,
// and opens it in a tab of its own.
func open(parent context.Context, t *testing.T, html string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(parent, 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.note(&p.served, r.URL.Path)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, html)
	}))
	t.Cleanup(server.Close)
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	// Smooth scrolling would move what a click is aimed at.
	p.do(media("prefers-reduced-motion", "reduce"))
	p.do(before...)
	p.do(chromedp.Navigate(server.URL + "/report"))
	return p
}

func (p *tab) note(list *[]string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, text)
}

func (p *tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		p.note(&p.complaints, "console "+string(e.Type))
	case *runtime.EventExceptionThrown:
		p.note(&p.complaints, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *cdplog.EventEntryAdded:
		p.note(&p.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			p.note(&p.requests, e.Request.URL)
		}
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// eval runs an expression in the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// names lists the assets that the table shows, from the top.
func (p *tab) names() []string {
	p.t.Helper()
	return eval[[]string](p, `Array.from(document.querySelectorAll('#assets-table tbody:not([hidden]) td:nth-child(2) b'), (b) => b.textContent)`)
}

// quiet fails if the page complained, or asked for anything but itself.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.complaints) > 0 {
		p.t.Errorf("console and policy complaints:\n%s", strings.Join(p.complaints, "\n"))
	}
	if diff := cmp.Diff([]string{"/report"}, p.served); diff != "" {
		p.t.Errorf("requests that the server saw (-want +got):\n%s", diff)
	}
	if len(p.requests) != 1 {
		p.t.Errorf("requests that the browser made: %q, want the page alone", p.requests)
	}
}

func TestPageInABrowser(t *testing.T) {
	ctx, html := browser(t), render(t, sample())
	for _, tc := range []struct {
		name string
		use  func(t *testing.T, p *tab)
	}{
		{"sorts by a column, up and down", sortsByColumn},
		{"sorts severities by rank, not by letters", sortsByRank},
		{"filters by text and choice and says how many are left", filters},
		{"finds the members of a group by severity", filtersMembers},
		{"is usable by keyboard", usesKeyboard},
		{"changes the theme", changesTheme},
		{"a link leads to a row that a filter hides", revealsHidden},
		{"a link leads into a fold", revealsFolded},
		{"opens every fold for print", opensForPrint},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := open(ctx, t, html)
			tc.use(t, p)
			p.quiet()
		})
	}
}

func sortsByColumn(t *testing.T, p *tab) {
	const button = `#assets-table th:nth-child(2) button`
	before := p.names()
	p.do(chromedp.Click(chromedp.CSS(button)))
	up := []string{"api-gateway", "backfill-2026-10", "geo-redirect", "image-proxy", "invoice-mailer", "ledger-sync", "load-generator",
		"nightly-export", "old-cron", "old-landing", "partner-hook", "scratch-test-2", "thumbnails"}
	if diff := cmp.Diff(up, p.names()); diff != "" {
		t.Errorf("sorted by name (-want +got):\n%s", diff)
	}
	p.do(chromedp.Click(chromedp.CSS(button)))
	if got := p.names(); got[0] != "thumbnails" || got[12] != "api-gateway" {
		t.Errorf("sorted down: %q", got)
	}
	if got := eval[string](p, `document.querySelector('#assets-table th:nth-child(2)').ariaSort`); got != "descending" {
		t.Errorf("aria-sort %q, want descending", got)
	}
	p.do(chromedp.Click(chromedp.CSS(`#assets .reset`)))
	if diff := cmp.Diff(before, p.names()); diff != "" {
		t.Errorf("after reset (-want +got):\n%s", diff)
	}
}

func sortsByRank(t *testing.T, p *tab) {
	p.do(chromedp.Click(chromedp.CSS(`#findings-table th:nth-child(1) button`)))
	got := eval[[]string](p, `Array.from(document.querySelectorAll('#findings-table tbody tr:first-child td:first-child .badge:first-child'), (b) => b.textContent)`)
	want := []string{"critical", "high", "high", "high", "medium", "medium", "medium", "medium", "medium", "medium", "medium", "low"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("severities (-want +got):\n%s", diff)
	}
}

func filters(t *testing.T, p *tab) {
	p.do(chromedp.SendKeys(chromedp.CSS(`#assets input`), "WORKER example.com"))
	if diff := cmp.Diff([]string{"api-gateway", "old-landing", "geo-redirect"}, p.names()); diff != "" {
		t.Errorf("filtered by text (-want +got):\n%s", diff)
	}
	choose(p, `#assets select[data-key=standing]`, "owned")
	if diff := cmp.Diff([]string{"old-landing"}, p.names()); diff != "" {
		t.Errorf("filtered by standing too (-want +got):\n%s", diff)
	}
	if got := eval[string](p, `document.querySelector('#assets .status').textContent`); got != "1 of 13 rows shown" {
		t.Errorf("status %q", got)
	}
	choose(p, `#findings select[data-key=state]`, "resolved")
	if got := eval[int](p, `document.querySelectorAll('#findings-table tbody:not([hidden])').length`); got != 1 {
		t.Errorf("%d resolved findings shown, want 1", got)
	}
}

func filtersMembers(t *testing.T, p *tab) {
	choose(p, `#findings select[data-key=state]`, "acknowledged")
	got := eval[[]string](p, `Array.from(document.querySelectorAll('#findings-table tbody:not([hidden]) td .rule'), (r) => r.textContent)`)
	if diff := cmp.Diff([]string{"AWS-01", "AWS-02", "AWS-05"}, got); diff != "" {
		t.Errorf("rules of the act shown (-want +got):\n%s", diff)
	}
}

// choose picks an option as a person does: the page hears of the change.
func choose(p *tab, selector, option string) {
	p.t.Helper()
	eval[chromedp.Void](p, fmt.Sprintf(`{const s = document.querySelector(%q); s.value = %q; s.dispatchEvent(new Event('change', {bubbles: true}))}`, selector, option))
}

func usesKeyboard(t *testing.T, p *tab) {
	const focused = `document.activeElement.textContent`
	p.do(chromedp.KeyEvent(kb.Tab))
	if got := eval[string](p, focused); got != "Skip to the report" {
		t.Errorf("first stop %q, want the skip link", got)
	}
	if !eval[bool](p, `document.activeElement.getBoundingClientRect().width > 40`) {
		t.Error("the skip link does not show when it has the focus")
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	if got := eval[string](p, `location.hash`); got != "#main" {
		t.Errorf("skip link leads to %q", got)
	}
	p.do(chromedp.Focus(chromedp.CSS(`#assets .reset`)), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
	if got := eval[string](p, focused); got != "Name" {
		t.Fatalf("stop %q, want the button that sorts by name", got)
	}
	if got := eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`); got != "solid" {
		t.Errorf("outline of the focus %q, want one that shows", got)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	if got := p.names()[0]; got != "api-gateway" {
		t.Errorf("first row after Enter %q", got)
	}
	p.do(chromedp.KeyEvent(" "))
	if got := p.names()[0]; got != "thumbnails" {
		t.Errorf("first row after the space bar %q", got)
	}
}

func changesTheme(t *testing.T, p *tab) {
	const ground = `getComputedStyle(document.body).backgroundColor`
	light := eval[string](p, ground)
	if got := eval[string](p, `document.getElementById('theme').textContent`); got != "Dark theme" {
		t.Errorf("button says %q", got)
	}
	p.do(chromedp.Click(chromedp.ID("theme")))
	dark := eval[string](p, ground)
	if light == dark || light != "rgb(246, 247, 249)" {
		t.Errorf("ground light %s, dark %s", light, dark)
	}
	p.do(chromedp.Click(chromedp.ID("theme")))
	if got := eval[string](p, ground); got != light {
		t.Errorf("ground %s after two clicks, want %s", got, light)
	}
	p.do(media("prefers-color-scheme", "dark"), chromedp.Click(chromedp.ID("theme")))
	if got := eval[string](p, ground); got != dark {
		t.Errorf("ground %s when chosen, want %s", got, dark)
	}
}

func revealsHidden(t *testing.T, p *tab) {
	p.do(chromedp.SendKeys(chromedp.CSS(`#assets input`), "no such asset"))
	if got := p.names(); len(got) != 0 {
		t.Fatalf("still shown: %q", got)
	}
	p.do(chromedp.Click(chromedp.CSS(`#findings-table tbody tr:first-child td.name a`)))
	p.wait(`document.querySelector('#assets-table tbody:target')?.hidden === false`)
}

func revealsFolded(_ *testing.T, p *tab) {
	p.do(chromedp.Click(chromedp.CSS(`#findings-table tbody tr:first-child a.rule`)))
	p.wait(`document.querySelector('#rules tr:target')?.checkVisibility()`)
}

func (p *tab) wait(condition string) {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(30*time.Second))); err != nil {
		p.t.Errorf("wait for %s: %v", condition, err)
	}
}

func opensForPrint(t *testing.T, p *tab) {
	const folded = `document.querySelectorAll('details:not([open])').length`
	before := eval[int](p, folded)
	eval[chromedp.Void](p, `dispatchEvent(new Event('beforeprint'))`)
	if got := eval[int](p, folded); before == 0 || got != 0 {
		t.Errorf("%d folds closed before print, %d in print; want some and none", before, got)
	}
	eval[chromedp.Void](p, `dispatchEvent(new Event('afterprint'))`)
	if got := eval[int](p, folded); got != before {
		t.Errorf("%d folds closed after print, want %d", got, before)
	}
}

// media sets what the browser says that its user prefers.
func media(feature, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	})
}

// noScripts turns scripts off for the page.
func noScripts() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// TestTheWatchSeesWhatItWatchesFor shows that quiet pages are quiet: a style
// attribute, a handler and a picture from outside are all noticed.
func TestTheWatchSeesWhatItWatchesFor(t *testing.T) {
	ctx, html := browser(t), render(t, sample())
	for name, fault := range map[string]string{
		"style attribute":  `<p style="color:red">x</p>`,
		"script":           `<script>document.title = 'x'</script>`,
		"outside picture":  `<img src="/picture.png" alt="">`,
		"exception inside": ``,
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(html, "</footer>", "</footer>"+fault, 1)
			p := open(ctx, t, bad)
			if fault == "" {
				eval[chromedp.Void](p, `setTimeout(() => { throw new Error('x') })`)
			}
			for range 100 {
				p.mu.Lock()
				n := len(p.complaints)
				p.mu.Unlock()
				if n > 0 {
					return
				}
				p.do(chromedp.Sleep(20 * time.Millisecond))
			}
			t.Error("nobody complained")
		})
	}
}

// TestPageOfTwentyThousandAssetsOpens and finds one that is in brief only.
func TestPageOfTwentyThousandAssetsOpens(t *testing.T) {
	p := open(browser(t), t, render(t, large(20000)))
	if got := len(p.names()); got != 2000 {
		t.Errorf("%d assets in full, want 2000", got)
	}
	eval[chromedp.Void](p, `{const i = document.querySelector('#assets input'); i.value = 'function-12346'; i.dispatchEvent(new Event('input'))}`)
	if got := eval[string](p, `document.querySelector('#assets .status').textContent`); got != "0 of 2,000 rows, 1 of 18,000 in brief shown" {
		t.Errorf("status %q", got)
	}
	p.wait(`document.querySelector('#assets-brief tbody tr:not([hidden])')?.checkVisibility()`)
	p.quiet()
}

func TestPageIsReadableWithScriptsOff(t *testing.T) {
	p := open(browser(t), t, render(t, sample()), noScripts())
	text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"10 open findings at or above medium",
		"partner-hook can be called by anyone on the internet", "The same act also raised AWS-02 (high)",
		"attempt", "acknowledged", "exception by lead@example.com until 2027-01-31",
		"aws/444455556666/events: partial in us-east-1",
		"no claim selects it", "unknown: exposure, triggers", "complete, log broken",
		"audit-2026-10-03.json.gz: truncated gzip", "Not asked for", "blind spot accepted by lead@example.com",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("text without scripts lacks %q", want)
		}
	}
	for _, dead := range []string{".filters", "#theme"} {
		shown, err := chromedp.Run(p.ctx, chromedp.Attributes(chromedp.CSS(dead)))
		if err != nil {
			t.Fatal(err)
		}
		if _, hidden := shown["hidden"]; !hidden {
			t.Errorf("%s shows although it can do nothing", dead)
		}
	}
	p.quiet()
}

// TestPageFitsTheScreen also leaves pictures of the page among the artifacts
// of the test (go test -artifacts).
func TestPageFitsTheScreen(t *testing.T) {
	ctx := browser(t)
	pages := map[string]string{"sample": render(t, sample()), "hostile": render(t, hostile())}
	for _, tc := range []struct {
		page, theme string
		width       int64
	}{
		{"sample", "light", 1280}, {"sample", "dark", 1280}, {"sample", "light", 390}, {"sample", "dark", 390},
		{"hostile", "light", 1280}, {"hostile", "light", 390}, {"sample", "light", 768},
	} {
		name := fmt.Sprintf("%s_%s_%d", tc.page, tc.theme, tc.width)
		t.Run(name, func(t *testing.T) {
			p := open(ctx, t, pages[tc.page], chromedp.EmulateViewport(tc.width, 900), media("prefers-color-scheme", tc.theme))
			if tc.page == "sample" {
				shoot(t, p, name+".png")
			}
			for _, step := range []string{`document.readyState`, `document.querySelectorAll('details').forEach((d) => { d.open = true })`} {
				eval[chromedp.Void](p, step)
				if got := eval[int64](p, `document.documentElement.scrollWidth`); got > tc.width {
					t.Errorf("page is %d wide after %s, screen %d; wide: %s", got, step, tc.width, eval[string](p, widest))
				}
			}
			p.quiet()
		})
	}
}

// widest names the elements that stick out, for the message of a failure.
const widest = `Array.from(document.querySelectorAll('body *')).filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, nav')).slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).join('\n')`

func shoot(t *testing.T, p *tab, file string) {
	t.Helper()
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), file), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
