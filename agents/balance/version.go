// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// version is dotted numbers, and perhaps a word behind a hyphen, which makes it older than the same without: 1.2.0-rc1 < 1.2.
type version struct {
	n   [4]uint64
	len int
	pre string
}

func parseVersion(text string) (v version, ok bool) {
	text = strings.TrimPrefix(text, "v")
	text, _, _ = strings.Cut(text, "+")
	numbers, pre, _ := strings.Cut(text, "-")
	v.pre = pre
	for part := range strings.SplitSeq(numbers, ".") {
		n, err := strconv.ParseUint(part, 10, 63)
		if err != nil || v.len == len(v.n) {
			return version{}, false
		}
		v.n[v.len] = n
		v.len++
	}
	return v, true
}

func (v version) compare(w version) int {
	for i := range v.n {
		if c := cmp.Compare(v.n[i], w.n[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.pre == w.pre:
		return 0
	case v.pre == "":
		return 1
	case w.pre == "":
		return -1
	}
	return cmp.Compare(v.pre, w.pre)
}

// above is the least version that differs in the number at position i.
func (v version) above(i int) version {
	w := version{len: i + 1}
	copy(w.n[:], v.n[:i+1])
	w.n[i]++
	return w
}

// Constraint says which versions will do. The zero Constraint takes any, and none.
type Constraint struct{ all []bound }

// bound is one comparison.
type bound struct {
	op string
	version
}

// ParseConstraint reads comparisons that are parted by commas and must all hold: =1.2.3, !=1.2, >1, >=1.2, <2, <=1.9, and three for families
// of versions: 1.2 alone or ~1.2 takes every 1.2.x, ^1.2 takes 1.2 and what is newer up to 2, and of ^0.3 every 0.3.x. "" and * take any.
// Versions are up to four dotted numbers, with a word behind a hyphen that makes them older.
func ParseConstraint(text string) (Constraint, error) {
	var c Constraint
	if t := strings.TrimSpace(text); t == "" || t == "*" {
		return c, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		number := strings.TrimLeft(part, "=!<>~^")
		op := part[:len(part)-len(number)]
		v, ok := parseVersion(strings.TrimSpace(number))
		if !ok {
			return Constraint{}, fmt.Errorf("balance: read version constraint %q: %q is no version", text, number)
		}
		switch op {
		case "=", "!=", "<", "<=", ">", ">=":
			c.all = append(c.all, bound{op, v})
		case "", "~":
			c.all = append(c.all, bound{">=", v}, bound{"<", v.above(min(v.len-1, 1))})
		case "^":
			at := 0
			if v.n[0] == 0 && v.len > 1 {
				at = 1
			}
			c.all = append(c.all, bound{">=", v}, bound{"<", v.above(at)})
		default:
			return Constraint{}, fmt.Errorf("balance: read version constraint %q: no comparison %q", text, op)
		}
	}
	return c, nil
}

// Accepts reports whether a version will do. A capability without a version, or with one that is no version, satisfies no comparison.
func (c Constraint) Accepts(text string) bool {
	if len(c.all) == 0 {
		return true
	}
	v, ok := parseVersion(text)
	return ok && c.accepts(v)
}

func (c Constraint) accepts(v version) bool {
	for _, b := range c.all {
		d := v.compare(b.version)
		ok := false
		switch b.op {
		case "=":
			ok = d == 0
		case "!=":
			ok = d != 0
		case "<":
			ok = d < 0
		case "<=":
			ok = d <= 0
		case ">":
			ok = d > 0
		case ">=":
			ok = d >= 0
		}
		if !ok {
			return false
		}
	}
	return true
}
