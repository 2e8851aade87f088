package configs

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/viper"
)

// separator parts the words of a viper key. Ours hold dots and stay whole:
// viper then sees a flat map and never looks into a value, whose own keys (the
// rule ids of rules.severity) it would turn to lower case.
const separator = "\x00"

// Load reads the configuration file, if there is one, and merges it with
// variables and flags. Its error is [Mistakes], also where the file could not
// be read; a configuration is then not returned.
func Load(in Inputs) (*Config, error) {
	r := newReading(in)
	f, err := find(in)
	if err != nil {
		r.wrong(place{file: f.shown}, "%v", err)
		return nil, r.mistakes
	}
	v := viper.NewWithOptions(viper.KeyDelimiter(separator))
	for name, value := range r.values(r.defaults()) {
		v.SetDefault(name, value)
	}
	for _, layer := range [][]entry{r.file(f), r.variables(references(string(f.raw)))} {
		if err := v.MergeConfigMap(r.values(layer)); err != nil {
			return nil, fmt.Errorf("merge configuration: %w", err)
		}
	}
	for name, value := range r.values(r.flags()) {
		v.Set(name, value)
	}
	r.checkAWS(v)
	r.checkCloudflare(v)
	if len(r.mistakes) > 0 {
		r.mistakes.sort()
		return nil, r.mistakes
	}
	c := typed(v)
	if _, asked := r.asked[awsKey]; asked {
		c.Providers.AWS = typedAWS(v)
	}
	if _, asked := r.asked[cloudflareKey]; asked {
		c.Providers.Cloudflare = typedCloudflare(v, r.token)
	}
	c.Path, c.Looked = f.path, f.looked
	c.values = r.rendered(v)
	return c, nil
}

func typed(v *viper.Viper) *Config {
	return &Config{
		State: v.GetString("state"),
		Registry: Registry{
			Files: value[[]string](v, "registry.files"),
			Tags:  Tags{Owner: v.GetString("registry.tags.owner"), TrustApproval: v.GetBool("registry.tags.trust_approval")},
		},
		Providers: Providers{Archives: value[[]Archive](v, archivesKey)},
		Rules: Rules{
			Disable:           value[[]string](v, "rules.disable"),
			Severity:          value[map[string]string](v, severityKey),
			Organization:      v.GetString("rules.organization"),
			Accounts:          value[[]string](v, "rules.accounts"),
			Partners:          value[[]string](v, "rules.partners"),
			Deployers:         value[[]string](v, "rules.deployers"),
			IAMAdministrators: value[[]string](v, "rules.iam_administrators"),
			VendorLayers:      value[[]string](v, "rules.vendor_layers"),
			MailDomains:       value[[]string](v, "rules.mail_domains"),
			ShortLived:        v.GetDuration("rules.short_lived"),
			LogRetentionDays:  v.GetInt("rules.log_retention_days"),
			FourEyes:          v.GetBool("rules.four_eyes"),
		},
		Report: Report{
			Outputs:         value[[]string](v, "report.outputs"),
			FailOn:          v.GetString("report.fail_on"),
			AllowIncomplete: v.GetBool("report.allow_incomplete"),
		},
		Log: Log{Level: v.GetString("log.level"), Format: v.GetString("log.format")},
	}
}

// value gives a merged value as our own type, which viper passes through.
func value[T []string | []Archive | map[string]string](v *viper.Viper, name string) T {
	out, _ := v.Get(name).(T)
	return out
}

// reading is one Load under way.
type reading struct {
	in       Inputs
	environ  map[string]string
	mistakes Mistakes
	// source says for each key which place gave the value that holds.
	source map[string]string
	// at says for each key where that value stands.
	at map[string]place
	// asked says where somebody asked for a provider, by its block, which may be
	// empty.
	asked map[string]place
	// token is that of Cloudflare. It stands in no message.
	token string
}

func newReading(in Inputs) *reading {
	return &reading{in: in, environ: environ(in.Environ), source: map[string]string{}, at: map[string]place{}, asked: map[string]place{}}
}

func (r *reading) wrong(at place, format string, args ...any) {
	r.mistakes = append(r.mistakes, Mistake{File: at.file, Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...)})
}

// place is where something stands. Without line: a variable or a flag.
type place struct {
	file         string
	line, column int
}

// text is one text of a value.
type text struct {
	// raw is what was written, value what it says with its variables filled in.
	raw, value string
	at         place
	// base is the folder that relative paths are relative to.
	base string
	// inFile: the text stands in the configuration file.
	inFile bool
}

// entry is the value of one key from one place, decoded and unchecked.
type entry struct {
	key    key
	source string
	at     place
	texts  []text
	// bare: the texts stand outside of a list, as a word does.
	bare bool
	// rules holds the rule ids of rules.severity, beside texts.
	rules    []text
	archives []archiveText
}

func (r *reading) defaults() []entry {
	var out []entry
	for _, k := range keys() {
		e := entry{key: k, source: "default", bare: true}
		for _, s := range k.initial {
			e.texts = append(e.texts, text{raw: s, value: s, base: r.in.Dir})
		}
		if k.kind == kindText && len(e.texts) == 0 {
			e.texts = []text{{base: r.in.Dir}}
		}
		out = append(out, e)
	}
	return out
}

// values checks the entries of one layer. What is wrong is left out; the
// mistake ends Load.
func (r *reading) values(layer []entry) map[string]any {
	out := map[string]any{}
	for _, e := range layer {
		out[e.key.name] = r.convert(e)
		r.source[e.key.name], r.at[e.key.name] = e.source, e.at
		// A variable asks for the block as the file does: one that is set and
		// comes to nothing would be passed over. An empty one says nothing.
		written := slices.ContainsFunc(e.texts, func(t text) bool { return t.raw != "" })
		if b := blockOf(e.key.name); b != "" && written && e.source != "default" {
			r.ask(b, e.at)
		}
	}
	return out
}

// ask notes that somebody wants a provider; the first place stays.
func (r *reading) ask(block string, at place) {
	if _, twice := r.asked[block]; !twice {
		r.asked[block] = at
	}
}

func (r *reading) convert(e entry) any {
	switch e.key.kind {
	case kindList:
		return r.list(e)
	case kindSeverities:
		return r.severities(e)
	case kindArchives:
		return r.archives(e.archives)
	case kindWordOrList:
		return r.wordOrList(e)
	default:
		return r.single(e)
	}
}

func (r *reading) single(e entry) any {
	if len(e.texts) != 1 {
		r.wrong(e.at, "%s must be %s, given once", e.key.name, e.key.kind)
		return nil
	}
	v, err := e.key.one(e.texts[0], r.in)
	if err != nil {
		r.wrong(e.at, "%s: %v", e.key.name, err)
	}
	return v
}

func (r *reading) list(e entry) []string {
	var out []string
	for _, t := range e.texts {
		v, err := e.key.check(t, r.in)
		if err != nil {
			r.wrong(t.at, "%s: %v", e.key.name, err)
		}
		out = append(out, v)
	}
	return out
}

func (r *reading) severities(e entry) map[string]string {
	var out map[string]string
	for i, t := range e.texts {
		rule, ruleErr := checkRule(e.rules[i], r.in)
		severity, err := checkSeverity(t, r.in)
		if ruleErr != nil {
			r.wrong(e.rules[i].at, "%s: %v", e.key.name, ruleErr)
		}
		if err != nil {
			r.wrong(t.at, "%s: %v", e.key.name, err)
		}
		if _, twice := out[rule]; twice && ruleErr == nil {
			r.wrong(e.rules[i].at, "%s: %s is given twice", e.key.name, rule)
		}
		if out == nil {
			out = map[string]string{}
		}
		out[rule] = severity
	}
	return out
}

// longestRetention is ten years: the longest that CloudWatch Logs can be told
// to keep (PutRetentionPolicy, retentionInDays).
const longestRetention = 3653

// shortLivedAtMost keeps a slip of the unit from calling everything short-lived.
const shortLivedAtMost = 30 * 24 * time.Hour
