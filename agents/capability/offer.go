// SPDX-License-Identifier: Apache-2.0

package capability

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mabeam.dev/agents/balance"
)

// MaxText is the longest offer or need, in bytes.
const MaxText = 256

// Offer is one thing that an agent can do.
type Offer struct {
	Name    string // a path such as nlp/summarise
	Version string // such as 1.2; "" is none
}

// ParseOffer reads a name, or a name and a version with an @ between them.
func ParseOffer(text string) (Offer, error) {
	name, version, versioned := strings.Cut(text, "@")
	o := Offer{Name: strings.TrimSpace(name), Version: strings.TrimSpace(version)}
	if at, wrong := checkName(o.Name); wrong != "" {
		return Offer{}, &SyntaxError{text, at, wrong}
	}
	if versioned && !isVersion(o.Version) {
		return Offer{}, &SyntaxError{text, len(name) + 1, "want a version such as 1.2"}
	}
	if len(text) > MaxText {
		return Offer{}, tooLong(text)
	}
	return o, nil
}

// String writes what ParseOffer reads.
func (o Offer) String() string {
	if o.Version == "" {
		return o.Name
	}
	return o.Name + "@" + o.Version
}

// Validate returns what is wrong with the offer, or nil.
func (o Offer) Validate() error {
	_, err := ParseOffer(o.String())
	return err
}

// marks have a meaning of their own in offers and needs, so no name holds them.
const marks = "@,*" + comparisons

// isVersion reports whether needs can compare it.
func isVersion(text string) bool {
	if strings.ContainsAny(text, marks) {
		return false
	}
	_, err := balance.ParseConstraint("=" + text)
	return err == nil
}

// checkName tells where a name is wrong and why.
func checkName(name string) (at int, wrong string) {
	if name == "" {
		return 0, "the name is missing"
	}
	if !utf8.ValidString(name) {
		return 0, "the name is not valid UTF-8"
	}
	before := '/'
	for i, c := range name {
		switch {
		case c == '/' && before == '/':
			return i, "a part of the name is missing"
		case strings.ContainsRune(marks, c), unicode.IsControl(c):
			return i, "a name cannot hold " + string(c)
		}
		before = c
	}
	if before == '/' {
		return len(name) - 1, "a part of the name is missing"
	}
	return 0, ""
}

func tooLong(text string) error {
	return &SyntaxError{text[:32] + "...", MaxText, "the text is too long"}
}
