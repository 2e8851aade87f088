package configs

import "strings"

// kind says what form the value of a key has.
type kind uint8

const (
	kindText       kind = iota // one text
	kindList                   // a list of texts
	kindSwitch                 // true or false
	kindCount                  // a whole number of at least 1
	kindSpan                   // a duration with its unit
	kindSeverities             // rule id to severity
	kindArchives               // a list of kind and url
	kindWordOrList             // the key's one word, or a list of texts
	kindNumber                 // a number of at least 0
)

// String says what is wanted, in the words of a message.
func (k kind) String() string {
	return [...]string{
		"text", "a list of texts", "true or false", "a whole number", "a duration such as 60m",
		"a map of rule ids to severities", "a list of kind and url",
		"a word or a list", "a number",
	}[k]
}

// key is one setting. The table of keys decides what a configuration may hold;
// the page and the schema in docs are held against it by tests.
type key struct {
	name string
	kind kind
	// initial is the default, as the texts that a user would write.
	initial []string
	// word stands for a list whose entries are found out: kindWordOrList.
	word string
	// most bounds a kindCount.
	most int
	// secret values are shown as ***, in messages not at all.
	secret bool
	// flag is the flag that sets the key, "" for none.
	flag string
	// check tells what to keep of one text, or what is wrong with it.
	check func(t text, in Inputs) (string, error)
}

// variable is the environment variable that sets the key.
func (k key) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_"))
}

const (
	prefix = "ESTRAY_"
	// testPrefix marks variables that steer the project's own tests.
	testPrefix = "ESTRAY_TEST_"

	archivesKey = "providers.archives"
	awsKey      = "providers.aws"
	accountsKey = awsKey + ".accounts"
	roleKey     = awsKey + ".role"
	externalKey = awsKey + ".external_id"
	regionsKey  = awsKey + ".regions"
	severityKey = "rules.severity"

	cloudflareKey         = "providers.cloudflare"
	cloudflareAccountsKey = cloudflareKey + ".accounts"
	cloudflareZonesKey    = cloudflareKey + ".zones"
	tokenKey              = cloudflareKey + ".token"
	tokenFileKey          = cloudflareKey + ".token_file"
	cloudflareRateKey     = cloudflareKey + ".rate"
	endpointKey           = cloudflareKey + ".endpoint"
)

func keys() []key {
	out := []key{
		{name: "state", initial: []string{"sqlite:estray.db"}, flag: "--state", check: checkState},
		{name: "registry.files", kind: kindList, check: checkPattern},
		{name: "registry.tags.owner", check: checkAny},
		{name: "registry.tags.trust_approval", kind: kindSwitch, initial: []string{"false"}},
	}
	out = append(out, awsKeys()...)
	out = append(out, cloudflareKeys()...)
	return append(out, []key{
		{name: archivesKey, kind: kindArchives},
		{name: "rules.disable", kind: kindList, check: checkRule},
		{name: severityKey, kind: kindSeverities},
		{name: "rules.organization", check: checkOrganization},
		{name: "rules.accounts", kind: kindList, check: checkAccount},
		{name: "rules.partners", kind: kindList, check: checkAccount},
		{name: "rules.deployers", kind: kindList, check: checkPrincipal},
		{name: "rules.iam_administrators", kind: kindList, check: checkPrincipal},
		{name: "rules.vendor_layers", kind: kindList, check: checkLayer},
		{name: "rules.mail_domains", kind: kindList, check: checkMailDomain},
		{name: "rules.short_lived", kind: kindSpan, initial: []string{"60m"}},
		{name: "rules.log_retention_days", kind: kindCount, initial: []string{"30"}, most: longestRetention},
		{name: "rules.four_eyes", kind: kindSwitch, initial: []string{"false"}},
		{name: "report.outputs", kind: kindList, initial: []string{"text=-"}, flag: "--output", check: checkOutput},
		{name: "report.fail_on", initial: []string{"high"}, flag: "--fail-on", check: checkSeverity},
		{name: "report.allow_incomplete", kind: kindSwitch, initial: []string{"false"}, flag: "--allow-incomplete"},
		{name: "log.level", initial: []string{"info"}, flag: "--log-level", check: checkLevel},
		{name: "log.format", initial: []string{"text"}, flag: "--log-format", check: checkLogFormat},
	}...)
}

// awsKeys are those of the block that makes AWS be read.
func awsKeys() []key {
	return []key{
		{name: accountsKey, kind: kindWordOrList, word: "organization", check: checkAccount},
		{name: roleKey, check: checkRole},
		{name: externalKey, secret: true, check: checkExternalID},
		{name: regionsKey, kind: kindWordOrList, word: "all", initial: []string{"all"}, check: checkRegion},
		{name: awsKey + ".rate", kind: kindNumber, initial: []string{"5"}},
		{name: awsKey + ".events.lookup", kind: kindSwitch, initial: []string{"true"}},
		{name: awsKey + ".get_function", kind: kindSwitch, initial: []string{"false"}},
		{name: awsKey + ".parallel", kind: kindCount, initial: []string{"16"}, most: 256},
	}
}

// cloudflareKeys are those of the block that makes Cloudflare be read.
func cloudflareKeys() []key {
	return []key{
		{name: cloudflareAccountsKey, kind: kindWordOrList, word: "all", initial: []string{"all"}, check: checkCloudflareAccount},
		{name: tokenKey, secret: true, check: checkToken},
		{name: tokenFileKey, check: checkTokenFile},
		{name: cloudflareZonesKey, kind: kindWordOrList, word: "all", initial: []string{"all"}, check: checkZone},
		{name: cloudflareRateKey, kind: kindNumber, initial: []string{"2.5"}},
		{name: endpointKey, check: checkEndpoint},
		{name: cloudflareKey + ".events.audit", kind: kindSwitch, initial: []string{"true"}},
		{name: cloudflareKey + ".dispatch_scripts", kind: kindSwitch, initial: []string{"false"}},
	}
}

// blocks are the blocks that make a provider be read, be they empty.
func blocks() []string { return []string{awsKey, cloudflareKey} }

// blockOf is the block that a key lies in, "" for none.
func blockOf(name string) string {
	for _, b := range blocks() {
		if strings.HasPrefix(name, b+".") {
			return b
		}
	}
	return ""
}

// Keys lists the name of every key that a configuration may hold, in the
// order of the documentation.
func Keys() []string {
	var out []string
	for _, k := range keys() {
		out = append(out, k.name)
	}
	return out
}

// Variable is the name of the environment variable that sets a key.
func Variable(name string) string { return key{name: name}.variable() }

func keyNamed(name string) (key, bool) {
	for _, k := range keys() {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

// isSection: some key lies below the name.
func isSection(name string) bool {
	for _, k := range keys() {
		if strings.HasPrefix(k.name, name+".") {
			return true
		}
	}
	return false
}

// unread explains keys that are documented for later versions. They are
// refused rather than passed over: what is not read must not look read.
func unread(name string) (message string, emptyAllowed, ok bool) {
	section, leaf := split(name)
	switch name {
	case "providers.google", "providers.lakes":
		return `provider "` + leaf + `" is not read by this version; remove the block`, false, true
	case "registry.backstage", "registry.terraform", "registry.csv":
		return section + ` loader "` + leaf + `" is not read by this version; remove the key or leave its list empty`, true, true
	case "rules.sigma":
		return "Sigma rules are not read by this version; remove the key or leave its list empty", true, true
	}
	return "", false, false
}
