package configs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/viper"
)

// Value is one setting as "estray config show" prints it.
type Value struct {
	// Key is the dotted name.
	Key string
	// Value is written as in a variable: lists with commas, an empty one "".
	// Secrets are masked.
	Value string
	// Source is "default", "FILE:LINE", the variable's name or "flag --NAME", and
	// "default, not read" in the block of a provider that nobody asked for.
	Source string
}

// Values lists every key in the order of the documentation.
func (c *Config) Values() []Value { return slices.Clone(c.values) }

func (r *reading) rendered(v *viper.Viper) []Value {
	var out []Value
	for _, k := range keys() {
		out = append(out, Value{Key: k.name, Value: render(k, v.Get(k.name)), Source: r.shownSource(k)})
	}
	return out
}

// shownSource keeps the defaults of a block that nobody asked for from looking
// like something that is done.
func (r *reading) shownSource(k key) string {
	if _, asked := r.asked[blockOf(k.name)]; !asked && blockOf(k.name) != "" {
		return r.source[k.name] + ", not read"
	}
	return r.source[k.name]
}

func render(k key, value any) string {
	switch v := value.(type) {
	case string:
		switch {
		case k.name == "state":
			return mask(v)
		case k.secret && v != "":
			return "***"
		}
		return v
	case []string:
		return strings.Join(v, ",")
	case map[string]string:
		var pairs []string
		for _, rule := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, rule+"="+v[rule])
		}
		return strings.Join(pairs, ",")
	case []Archive:
		var pairs []string
		for _, a := range v {
			pairs = append(pairs, a.String())
		}
		return strings.Join(pairs, ",")
	case time.Duration:
		return short(v)
	default:
		return fmt.Sprint(v)
	}
}
