package configs

import (
	"fmt"
	"strings"
)

// part is a stretch of a value: text as it stands, or a variable's name.
type part struct {
	text     string
	variable bool
}

// parts takes a value apart at each ${NAME}. "$${" stands for "${".
func parts(raw string) ([]part, error) {
	var out []part
	for {
		i := strings.Index(raw, "${")
		if i < 0 {
			return append(out, part{text: raw}), nil
		}
		if i > 0 && raw[i-1] == '$' {
			out = append(out, part{text: raw[:i-1] + "${"})
			raw = raw[i+2:]
			continue
		}
		end := strings.IndexByte(raw[i:], '}')
		if end < 0 {
			return nil, fmt.Errorf("${ has no closing }; write $${ for the characters themselves")
		}
		name := raw[i+2 : i+end]
		if !variableName(name) {
			return nil, fmt.Errorf("${...} must hold the name of a variable, in letters, digits and _; write $${ for the characters themselves")
		}
		out = append(out, part{text: raw[:i]}, part{text: name, variable: true})
		raw = raw[i+end+1:]
	}
}

// variableName holds for what a shell takes for a name.
func variableName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// expand fills the variables in. What a variable holds is not expanded again.
func expand(raw string, environ map[string]string) (string, error) {
	ps, err := parts(raw)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range ps {
		if !p.variable {
			b.WriteString(p.text)
			continue
		}
		v, ok := environ[p.text]
		if !ok {
			return "", fmt.Errorf("variable %s is not set; set it, or write the value", p.text)
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

// written gives what stands in a value besides its variables.
func written(raw string) string {
	ps, err := parts(raw)
	if err != nil {
		return raw
	}
	var b strings.Builder
	for _, p := range ps {
		if !p.variable {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// references lists the names of all variables that a text mentions, also
// where the text is otherwise unreadable.
func references(text string) []string {
	var out []string
	for _, after := range strings.Split(text, "${")[1:] {
		if name, _, ok := strings.Cut(after, "}"); ok && variableName(name) {
			out = append(out, name)
		}
	}
	return out
}
