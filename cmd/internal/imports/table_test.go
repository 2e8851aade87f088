package imports_test

// A row says what the Go files of one folder may import besides the standard
// library and the folder itself.
type row struct {
	folder string   // relative to the root of the module
	own    []string // packages of this module, relative; "..." is all of them
	others []string // paths of other modules, or of packages below them
	tests  []string // packages of this module that test files may import on top
}

// table lists every package folder. It is the import direction of the project.
func table() []row {
	return []row{
		{folder: "cmd/estray", own: []string{"cmd/internal/cli"},
			tests: []string{"findings/report", "internal/awsfake", "internal/cloudflarefake", "internal/trailgen", "inventory", "inventory/store", "inventory/store/sqlstore"}},
		{folder: "cmd/internal/bench", own: []string{"internal/awsfake", "internal/inflate", "internal/jsonscan", "internal/testparts", "internal/trailgen", "inventory", "providers", "providers/archive", "providers/aws", "providers/builtin"}},
		{folder: "cmd/internal/cli", own: []string{"..."},
			others: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}},
		{folder: "cmd/internal/demo", own: []string{"cmd/internal/demo/company", "internal/awsfake", "internal/cloudflarefake"}},
		{folder: "cmd/internal/demo/company", own: []string{"internal/awsfake", "internal/cloudflarefake", "inventory", "inventory/snapshot", "providers", "providers/cloudflare/live", "providers/cloudflare/session"}},
		{folder: "cmd/internal/imports"},
		{folder: "cmd/internal/output", own: []string{"..."},
			others: []string{"github.com/schollz/progressbar/v3", "golang.org/x/term"}},

		{folder: "configs", own: []string{"inventory", "findings", "internal/nearest", "internal/yamlform"},
			others: []string{"github.com/spf13/viper", "github.com/go-viper/mapstructure/v2", "go.yaml.in/yaml/v3"}},

		{folder: "inventory"},
		{folder: "inventory/registry", own: []string{"inventory"}},
		{folder: "inventory/registry/yamlfile", own: []string{"inventory", "inventory/registry", "internal/nearest", "internal/yamlform"},
			others: []string{"go.yaml.in/yaml/v3"}},
		{folder: "inventory/registry/wrangler", own: []string{"inventory", "inventory/registry"},
			others: []string{"github.com/pelletier/go-toml/v2", "github.com/tidwall/jsonc"}, tests: []string{"inventory/registry/yamlfile"}},
		{folder: "inventory/snapshot", own: []string{"inventory"}},
		{folder: "inventory/store", own: []string{"inventory"}},
		{folder: "inventory/store/storetest", own: []string{"inventory", "inventory/store"},
			others: []string{"github.com/google/go-cmp", "pgregory.net/rapid"}},
		{folder: "inventory/store/sqlstore", own: []string{"inventory", "inventory/store"},
			others: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"},
			tests:  []string{"inventory/store/storetest"}},

		{folder: "providers", own: []string{"inventory"}},
		{folder: "providers/providertest", own: []string{"inventory", "providers"},
			others: []string{"github.com/google/go-cmp", "go.uber.org/goleak"}},
		{folder: "providers/builtin", own: []string{"internal/jsonscan", "internal/nearest", "inventory", "providers", "providers/aws", "providers/archive", "providers/aws/bucket", "providers/aws/digest", "providers/aws/live", "providers/aws/session", "providers/cloudflare", "providers/cloudflare/live", "providers/google/bucket"},
			tests: []string{"internal/trailgen", "inventory/snapshot", "inventory/store", "providers/collect", "providers/providertest"}},
		{folder: "providers/collect", own: []string{"inventory", "inventory/store", "providers"}},
		{folder: "providers/aws", own: []string{"internal/jsonscan", "inventory", "providers"}, tests: []string{"providers/providertest"}},
		{folder: "providers/archive", own: []string{"internal/inflate", "internal/jsonscan", "inventory", "inventory/snapshot", "providers"},
			tests: []string{"providers/archive/archivetest", "providers/providertest"}},
		{folder: "providers/archive/archivetest", own: []string{"providers/archive"}, others: []string{"github.com/google/go-cmp"}},

		{folder: "providers/aws/session", own: []string{"inventory", "providers", "providers/tally"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "golang.org/x/time"}, tests: []string{"internal/awsfake"}},
		{folder: "providers/aws/live", own: []string{"internal/nearest", "inventory", "providers", "providers/again", "providers/aws", "providers/aws/session", "providers/aws/doors", "providers/aws/identity", "providers/aws/trail"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"},
			tests:  []string{"internal/awsfake", "inventory/store", "providers/collect", "providers/providertest"}},
		{folder: "providers/aws/doors", own: []string{"inventory", "providers/aws", "providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"internal/awsfake"}},
		{folder: "providers/aws/identity", own: []string{"inventory", "providers/aws", "providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"internal/awsfake"}},
		{folder: "providers/aws/trail", own: []string{"inventory", "providers/aws", "providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"internal/awsfake"}},
		{folder: "providers/aws/access", own: []string{"inventory", "providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"internal/awsfake"}},
		{folder: "providers/aws/bucket", own: []string{"providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"providers/archive", "providers/archive/archivetest"}},
		{folder: "providers/aws/digest", own: []string{"providers/aws", "providers/aws/session"},
			others: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}, tests: []string{"internal/awsfake", "providers/archive", "providers/aws/bucket"}},
		{folder: "providers/again", own: []string{"inventory"}},
		{folder: "providers/tally", own: []string{"inventory"}},

		{folder: "providers/cloudflare", own: []string{"internal/jsonscan", "inventory"}, tests: []string{"providers/providertest"}},
		{folder: "providers/cloudflare/session", own: []string{"inventory", "providers"},
			others: []string{"github.com/cloudflare/cloudflare-go/v7", "golang.org/x/time"}, tests: []string{"internal/cloudflarefake"}},
		{folder: "providers/cloudflare/live", own: []string{"inventory", "providers", "providers/again", "providers/cloudflare", "providers/cloudflare/audit", "providers/cloudflare/permits", "providers/cloudflare/session", "providers/tally"},
			others: []string{"github.com/cloudflare/cloudflare-go/v7"},
			tests:  []string{"internal/cloudflarefake", "inventory/store", "providers/collect", "providers/providertest"}},
		{folder: "providers/cloudflare/audit", own: []string{"inventory", "providers", "providers/cloudflare", "providers/cloudflare/session", "providers/tally"},
			others: []string{"github.com/cloudflare/cloudflare-go/v7"}, tests: []string{"internal/cloudflarefake"}},
		{folder: "providers/cloudflare/permits", own: []string{"inventory", "providers", "providers/cloudflare", "providers/cloudflare/session", "providers/tally"},
			others: []string{"github.com/cloudflare/cloudflare-go/v7"}, tests: []string{"internal/cloudflarefake"}},
		{folder: "providers/cloudflare/access", own: []string{"inventory", "providers/cloudflare", "providers/cloudflare/session"},
			others: []string{"github.com/cloudflare/cloudflare-go/v7"}, tests: []string{"internal/cloudflarefake"}},

		{folder: "providers/google/bucket", others: []string{"google.golang.org/api", "golang.org/x/oauth2"},
			tests: []string{"providers/archive", "providers/archive/archivetest"}},

		{folder: "findings", own: []string{"inventory", "inventory/registry"}, tests: []string{"findings/rules/rulestest"}},
		{folder: "findings/reconcile", own: []string{"inventory", "inventory/registry", "findings"},
			tests: []string{"findings/rules/rulestest"}},
		{folder: "findings/rules", own: []string{"inventory", "inventory/registry", "findings"},
			tests: []string{"findings/reconcile", "findings/rules/rulestest"}},
		{folder: "findings/rules/rulestest", own: []string{"inventory", "inventory/registry", "findings", "findings/reconcile"}},
		{folder: "findings/lifecycle", own: []string{"inventory", "findings"}},
		{folder: "findings/lifecycle/sqlledger", own: []string{"inventory", "findings", "findings/lifecycle"},
			others: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"},
			tests:  []string{"inventory/store/sqlstore"}},
		{folder: "findings/report", own: []string{"inventory", "inventory/registry", "findings", "findings/reconcile", "findings/lifecycle"},
			tests: []string{"findings/report/reporttest", "findings/report/text", "findings/report/jsonfmt", "findings/report/csvfmt", "findings/report/htmlfmt"}},
		{folder: "findings/report/reporttest", own: []string{"inventory", "inventory/registry", "findings", "findings/report"}},
		{folder: "findings/report/text", own: []string{"inventory", "findings", "findings/report"}, tests: []string{"findings/report/reporttest"}},
		{folder: "findings/report/jsonfmt", own: []string{"inventory", "findings", "findings/report"}, tests: []string{"findings/report/reporttest"}},
		{folder: "findings/report/csvfmt", own: []string{"inventory", "findings", "findings/report"}, tests: []string{"findings/report/reporttest"}},
		{folder: "findings/report/htmlfmt", own: []string{"inventory", "findings", "findings/report"}},

		{folder: "internal/awsfake"},
		{folder: "internal/cloudflarefake"},
		{folder: "internal/inflate", others: []string{"C", "github.com/klauspost/compress"}},
		{folder: "internal/jsonscan", others: []string{"golang.org/x/sys"}},
		{folder: "internal/nearest"},
		{folder: "internal/testparts", others: []string{"github.com/jackc/pgx/v5"}},
		{folder: "internal/trailgen"},
		{folder: "internal/trailsign"},
		{folder: "internal/yamlform", others: []string{"go.yaml.in/yaml/v3"}},
	}
}

// testHelpers are what test files of any folder may import on top of its row.
func testHelpers() row {
	return row{
		own: []string{"internal/testparts", "internal/trailsign"},
		others: []string{
			"github.com/chromedp/cdproto", "github.com/chromedp/chromedp", "github.com/google/go-cmp",
			"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/cloudflare/cloudflare-go/v7", "github.com/johannesboyne/gofakes3",
			"github.com/jackc/pgx/v5", "github.com/rogpeppe/go-internal", "github.com/santhosh-tekuri/jsonschema/v6",
			"go.uber.org/goleak", "go.yaml.in/yaml/v3", "pgregory.net/rapid",
		},
	}
}
