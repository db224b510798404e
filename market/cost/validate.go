// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	maxName  = 200
	maxDepth = 8
)

// Validate checks what can be checked without a book and returns every problem, joined, each an *InvalidError.
func (c *Command) Validate() error {
	var p problems
	parts := 0
	for _, there := range []bool{c.Usage != nil, c.Price != nil, c.Limit != nil, c.Reserve != nil, c.Commit != nil, c.Release != "", !c.Forget.IsZero()} {
		if there {
			parts++
		}
	}
	if parts > 1 {
		p.add("command", "%d parts, at most 1", parts)
	}
	if c.At.IsZero() {
		p.add("at", "missing")
	}
	if u := c.Usage; u != nil {
		p.name("usage.id", u.ID, true)
		p.segment("usage.tenant", u.Tenant, false)
		p.segment("usage.team", u.Team, true)
		p.segment("usage.agent", u.Agent, false)
		p.name("usage.task", u.Task, false)
		p.name("usage.kind", u.Kind, true)
		p.name("usage.model", u.Model, false)
		p.name("usage.reservation", u.Reservation, false)
		if u.Quantity <= 0 {
			p.add("usage.quantity", "%d", u.Quantity)
		}
	}
	if x := c.Price; x != nil {
		p.name("price.kind", x.Kind, true)
		p.name("price.model", x.Model, false)
		if x.Amount < 0 {
			p.add("price.amount", "%v", x.Amount)
		}
		if x.Per <= 0 {
			p.add("price.per", "%d", x.Per)
		}
	}
	if l := c.Limit; l != nil {
		p.path("limit.path", l.Path)
		if l.Amount < 0 {
			p.add("limit.amount", "%v", l.Amount)
		}
		if l.Soft < 0 || l.Soft > l.Amount {
			p.add("limit.soft", "%v, want 0 to %v", l.Soft, l.Amount)
		}
		if l.Window < 0 || l.Window%time.Second != 0 {
			p.add("limit.window", "%v, want whole seconds", l.Window)
		}
	}
	if r := c.Reserve; r != nil {
		p.name("reserve.id", r.ID, true)
		p.path("reserve.path", r.Path)
		if r.Amount <= 0 {
			p.add("reserve.amount", "%v", r.Amount)
		}
	}
	if x := c.Commit; x != nil {
		p.name("commit.id", x.ID, true)
		if x.Actual < 0 {
			p.add("commit.actual", "%v", x.Actual)
		}
	}
	p.name("release", c.Release, false)
	return errors.Join(p...)
}

// problems collects what is wrong.
type problems []error

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, &InvalidError{field, fmt.Sprintf(format, args...)})
}

// name checks 1 to 200 printable ASCII characters, or none where it may be missing.
func (p *problems) name(field, s string, must bool) {
	if s == "" && must {
		p.add(field, "missing")
	}
	if len(s) > maxName {
		p.add(field, "%d bytes, at most %d", len(s), maxName)
		return
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			p.add(field, "%q has a character that no name has", s)
			return
		}
	}
}

// segment checks one name of a path.
func (p *problems) segment(field, s string, optional bool) {
	p.name(field, s, !optional)
	if strings.Contains(s, "/") {
		p.add(field, "%q has a slash", s)
	}
}

// path checks a path of budgets.
func (p *problems) path(field, s string) {
	p.name(field, s, true)
	names := strings.Split(s, "/")
	if len(names) > maxDepth {
		p.add(field, "%d names deep, at most %d", len(names), maxDepth)
	}
	for _, n := range names {
		if n == "" && s != "" {
			p.add(field, "%q has an empty name", s)
			break
		}
	}
}
