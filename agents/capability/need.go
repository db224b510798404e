// SPDX-License-Identifier: Apache-2.0

package capability

import (
	"strings"

	"mabeam.dev/agents/balance"
)

// comparisons are what a condition on the version begins with.
const comparisons = "<>=!~^"

// Need is what a task asks of an agent. The zero Need is met by every agent.
type Need struct {
	name     string
	below    bool   // names below this one will do, too
	versions string // the condition as it is written, without white space
	accepts  balance.Constraint
}

// ParseNeed reads a need; white space around its parts does not matter. "" is the zero Need.
func ParseNeed(text string) (Need, error) {
	if strings.TrimSpace(text) == "" {
		return Need{}, nil
	}
	if len(text) > MaxText {
		return Need{}, tooLong(text)
	}
	cut := strings.IndexAny(text, comparisons)
	if cut < 0 {
		cut = len(text)
	}
	n := Need{name: strings.TrimSpace(text[:cut]), versions: strings.Join(strings.Fields(text[cut:]), "")}
	n.name, n.below = strings.CutSuffix(n.name, "/*")
	if at, wrong := checkName(n.name); wrong != "" {
		return Need{}, &SyntaxError{text, at, wrong}
	}
	var err error
	if n.accepts, err = balance.ParseConstraint(n.versions); err != nil {
		return Need{}, &SyntaxError{text, cut, err.Error()}
	}
	return n, nil
}

// Named returns the need for exactly this name, whatever it holds.
func Named(name string) Need { return Need{name: name} }

// Below reports whether what stands below the name in the hierarchy will do, too.
func (n Need) Below() bool { return n.below }

// Name returns the name asked for; "" for the zero Need.
func (n Need) Name() string { return n.name }

// Plain reports whether the need is a name and nothing else, or nothing at all.
func (n Need) Plain() bool { return !n.below && n.versions == "" }

// String writes the need in its one form.
func (n Need) String() string {
	if n.below {
		return n.name + "/*" + n.versions
	}
	return n.name + n.versions
}

// MetBy reports whether an offer is what the need asks for.
func (n Need) MetBy(o Offer) bool {
	return n.name == "" || n.Names(o) && n.accepts.Accepts(o.Version)
}

// Names reports whether an offer is what the need asks for but perhaps for its version.
func (n Need) Names(o Offer) bool {
	if n.name == "" || o.Name == n.name {
		return true
	}
	rest, ok := strings.CutPrefix(o.Name, n.name)
	return n.below && ok && strings.HasPrefix(rest, "/")
}
