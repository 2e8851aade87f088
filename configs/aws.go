package configs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

func typedAWS(v *viper.Viper) *AWS {
	a := &AWS{
		Accounts:    value[[]string](v, accountsKey),
		Role:        v.GetString(roleKey),
		ExternalID:  v.GetString(externalKey),
		Regions:     value[[]string](v, regionsKey),
		Rate:        v.GetFloat64(awsKey + ".rate"),
		Lookup:      v.GetBool(awsKey + ".events.lookup"),
		GetFunction: v.GetBool(awsKey + ".get_function"),
		Parallel:    v.GetInt(awsKey + ".parallel"),
	}
	if slices.Equal(a.Accounts, []string{"organization"}) {
		a.Organization, a.Accounts = true, nil
	}
	if slices.Equal(a.Regions, []string{"all"}) {
		a.Regions = nil
	}
	return a
}

// checkAWS holds the keys of the block against each other, wherever each of
// them comes from.
func (r *reading) checkAWS(v *viper.Viper) {
	if v.GetString(roleKey) != "" || r.wrongWith(roleKey) {
		return
	}
	accounts := value[[]string](v, accountsKey)
	switch {
	case slices.Equal(accounts, []string{"organization"}):
		r.wrong(r.at[accountsKey], "%s: the accounts of an organization are read through a role in each; name it in %s", accountsKey, roleKey)
	case len(accounts) > 1:
		r.wrong(r.at[accountsKey], "%s: accounts beyond that of the credentials are read through a role in each; name it in %s", accountsKey, roleKey)
	}
	if v.GetString(externalKey) != "" {
		r.wrong(r.at[externalKey], "%s: it is used when a role is taken, and none is; name one in %s", externalKey, roleKey)
	}
}

// wrongWith: a mistake in the value of the key itself is told already.
func (r *reading) wrongWith(name string) bool {
	return slices.ContainsFunc(r.mistakes, func(m Mistake) bool {
		rest, ok := strings.CutPrefix(m.Message, name)
		return ok && (rest[0] == ':' || rest[0] == ' ')
	})
}

// wordOrList checks the key's word, or a list of others.
func (r *reading) wordOrList(e entry) []string {
	k := e.key
	if e.bare && len(e.texts) == 1 && e.texts[0].value == k.word {
		return []string{k.word}
	}
	if e.bare && len(e.texts) > 0 {
		r.wrong(e.at, "%s: %s must be the word %s, or a list, as in [%s]", k.name, quoted(e.texts[0]), k.word, quoted(e.texts[0]))
		return nil
	}
	if len(e.texts) == 0 && len(k.initial) > 0 {
		r.wrong(e.at, "%s: the list is empty; write the word %s, or what to read", k.name, k.word)
	}
	var out []string
	for _, t := range e.texts {
		v, err := k.check(t, r.in)
		switch {
		case t.value == k.word:
			r.wrong(t.at, "%s: %s stands alone, not in a list", k.name, quoted(t))
		case err != nil:
			r.wrong(t.at, "%s: %v", k.name, err)
		case slices.Contains(out, v):
			r.wrong(t.at, "%s: %s is given twice; remove one", k.name, quoted(t))
		default:
			out = append(out, v)
		}
	}
	return out
}

const (
	// Bounds of IAM (CreateRole: RoleName, Path; AssumeRole: ExternalId).
	longestRole     = 64
	longestPath     = 512
	longestExternal = 1224
)

// checkRole takes what stands behind "role/" in the ARN of a role.
func checkRole(t text, _ Inputs) (string, error) {
	const signs = "+=,.@-_"
	switch {
	case t.value == "":
		return "", nil
	case strings.HasPrefix(t.value, "arn:"):
		return "", fmt.Errorf("%s is an ARN; write what stands behind :role/ in it, since the role is taken in every account", quoted(t))
	}
	parts := strings.Split(t.value, "/")
	name := parts[len(parts)-1]
	for _, p := range parts {
		if !made(p, func(c byte) bool { return wordByte(c) || strings.IndexByte(signs, c) >= 0 }) {
			return "", fmt.Errorf("%s is no role; write its name, or PATH/NAME, in letters, digits and %s", quoted(t), signs)
		}
	}
	if len(name) > longestRole || len(t.value)-len(name) > longestPath {
		return "", fmt.Errorf("%s is longer than the name of a role can be, %d characters", quoted(t), longestRole)
	}
	return t.value, nil
}

// checkExternalID never repeats the value.
func checkExternalID(t text, _ Inputs) (string, error) {
	const signs = "+=,.@:/-_"
	if t.value == "" {
		return "", nil
	}
	if len(t.value) < 2 || len(t.value) > longestExternal ||
		!made(t.value, func(c byte) bool { return wordByte(c) || strings.IndexByte(signs, c) >= 0 }) {
		return "", errors.New("must be 2 to 1224 letters, digits and " + signs)
	}
	return t.value, nil
}

// checkRegion checks the form alone, since AWS opens regions as years go by.
func checkRegion(t text, _ Inputs) (string, error) {
	parts := strings.Split(t.value, "-")
	last := len(parts) - 1
	words := slices.IndexFunc(parts[:last], func(p string) bool { return !made(p, isLower) }) < 0
	if last < 2 || !words || !digits(parts[last]) || len(parts[last]) > 2 || len(parts[0]) < 2 {
		return "", fmt.Errorf("%s is no region; write it as in eu-west-1", quoted(t))
	}
	return t.value, nil
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

func wordByte(c byte) bool { return isLowerOrDigit(c) || c >= 'A' && c <= 'Z' }
