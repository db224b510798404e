// SPDX-License-Identifier: Apache-2.0

package capability

import (
	"strings"
)

// Need is what a task asks of an agent. The zero Need is met by every agent.
type Need struct {
	name   string
	below  bool // any name below this one will do
	bounds []bound
}

// bound is one condition on a version.
type bound struct {
	op string
	v  version
}

// ops are the conditions; those that begin alike have the longer one first.
var ops = [...]string{">=", "<=", ">", "<", "="}

// ParseNeed reads a need; white space around its parts does not matter. "" is the zero Need.
func ParseNeed(text string) (Need, error) {
	if strings.TrimSpace(text) == "" {
		return Need{}, nil
	}
	if len(text) > MaxText {
		return Need{}, tooLong(text)
	}
	cut := strings.IndexAny(text, "<>=")
	if cut < 0 {
		cut = len(text)
	}
	n := Need{name: strings.TrimSpace(text[:cut])}
	n.name, n.below = strings.CutSuffix(n.name, "/*")
	if at, wrong := checkName(n.name); wrong != "" {
		return Need{}, &SyntaxError{text, at, wrong}
	}
	for at := cut; at < len(text); {
		end := len(text)
		if comma := strings.IndexByte(text[at:], ','); comma >= 0 {
			end = at + comma
		}
		b, wrong := parseBound(strings.TrimSpace(text[at:end]))
		if wrong != "" {
			return Need{}, &SyntaxError{text, at, wrong}
		}
		n.bounds = append(n.bounds, b)
		if at = end + 1; at == len(text) {
			return Need{}, &SyntaxError{text, end, "a condition is missing"}
		}
	}
	return n, nil
}

func parseBound(text string) (b bound, wrong string) {
	for _, op := range ops {
		if rest, ok := strings.CutPrefix(text, op); ok {
			b.op = op
			b.v, wrong = parseVersion(strings.TrimSpace(rest))
			return b, wrong
		}
	}
	return b, "want one of >= <= > < = and a version"
}

// Name returns the name asked for; "" for the zero Need.
func (n Need) Name() string { return n.name }

// Plain reports whether the need is a name and nothing else, or nothing at all.
func (n Need) Plain() bool { return !n.below && len(n.bounds) == 0 }

// String writes the need in its one form.
func (n Need) String() string {
	var b strings.Builder
	b.WriteString(n.name)
	if n.below {
		b.WriteString("/*")
	}
	for i, x := range n.bounds {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(x.op + x.v.String())
	}
	return b.String()
}

// MetBy reports whether an offer is what the need asks for.
func (n Need) MetBy(o Offer) bool {
	if n.name == "" {
		return true
	}
	if n.below {
		if rest, ok := strings.CutPrefix(o.Name, n.name); !ok || !strings.HasPrefix(rest, "/") {
			return false
		}
	} else if o.Name != n.name {
		return false
	}
	if len(n.bounds) == 0 {
		return true
	}
	v, wrong := parseVersion(o.Version)
	if wrong != "" {
		return false
	}
	for _, b := range n.bounds {
		if !b.holds(v) {
			return false
		}
	}
	return true
}

func (b bound) holds(v version) bool {
	c := v.compare(b.v)
	switch b.op {
	case ">=":
		return c >= 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	case "<":
		return c < 0
	}
	return c == 0
}
