// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"time"
)

// Look is one variable as an agent sees it.
type Look struct {
	Seen
	// At is when its value was committed.
	At time.Time
}

// See returns one variable as an agent sees it, without the others; the zero Agent sees what there is for everybody. ErrNotFound says that there is none of the name.
func (s *Space) See(name string, who Agent) (Look, error) {
	e := s.root.Load().find(name)
	if e == nil {
		return Look{}, fmt.Errorf("cognitive: variable %q: %w", name, ErrNotFound)
	}
	l := Look{Seen: Seen{Variable: name, Value: e.value, Version: e.version, Flags: e.flags, Why: e.why}, At: e.commit.At}
	if e.overrides != nil {
		if c, ok := e.forScopes(who.scopes()); ok {
			l.Value, l.Version, l.Flags, l.At = c.Value, c.Version, l.Flags|Overridden, c.At
		}
	}
	return l, nil
}
