// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/supervision"
)

// Options set up a registry. The zero value works.
type Options struct {
	// Name is that of the registry's process in the system; its tables are NAME.rows, NAME.view and NAME.past. "" is "registry".
	Name string
	// Source knows agents by itself, and the registry follows it; nil is none. See [Source].
	Source Source
	// Retention is how long the registry remembers an agent that has ended, so that its next incarnation goes on with its history; 10 min.
	Retention time.Duration
	// Coalesce is the time between two writes of what one agent reports; 250 ms.
	Coalesce time.Duration
	// MaxPast is how many such agents are remembered at once: of a mass of them some begin anew; 100,000.
	MaxPast int
	// Intensity limits the restarts of the registry's processes; the zero value is 5 in 5 s.
	Intensity supervision.Intensity
	// MaxAgents limits the rows, MaxWatches the watches; 0 is no limit.
	MaxAgents, MaxWatches int
}

// Source is where agents are known already, such as package agents' Directory: rows that it has are entered, kept up and taken out by the
// registry, which asks it whenever it says that there is news. What it says of an agent's life, health and figures cannot be changed by
// others; what an agent declares of itself can, until the next incarnation declares it anew.
type Source interface {
	// Row returns an agent as it is now, whether it lives or has ended; ok is false when it is to be forgotten. It must not block.
	Row(id string) (row *index.Row, ok bool)
	// Rows yields all.
	Rows() iter.Seq[*index.Row]
	// Observe has news called with an agent's id whenever Row may have something new to say. It is called once, before agents start.
	Observe(news func(id string))
}

// Validate returns every mistake of the options.
func (o Options) Validate() error {
	var all []error
	wrong := func(field string, v any) {
		all = append(all, fmt.Errorf("registry: check options: %s: %v is negative", field, v))
	}
	if o.Retention < 0 {
		wrong("retention", o.Retention)
	}
	if o.Coalesce < 0 {
		wrong("coalesce", o.Coalesce)
	}
	if o.MaxPast < 0 {
		wrong("max past", o.MaxPast)
	}
	if o.MaxAgents < 0 {
		wrong("max agents", o.MaxAgents)
	}
	if o.MaxWatches < 0 {
		wrong("max watches", o.MaxWatches)
	}
	return errors.Join(all...)
}

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "registry")
	o.Retention = cmp.Or(o.Retention, 10*time.Minute)
	o.MaxPast = cmp.Or(o.MaxPast, 100_000)
	o.Coalesce = cmp.Or(o.Coalesce, 250*time.Millisecond)
	if o.Intensity.Max == 0 {
		o.Intensity.Max = 5
	}
	return o
}
