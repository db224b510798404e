// SPDX-License-Identifier: Apache-2.0

package node

import (
	"net/http"

	"mabeam.dev/actors"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// upkeepService removes what no class of retention keeps. A node without a class has none.
var upkeepService = service{
	Service: phase.Service{
		Name: "upkeep", Phase: phase.Journal, Need: phase.Optional, Loss: phase.Alone, After: []string{"journal"},
		Without: "Old events are kept for longer than the retention says.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Journal
		keep := retention(c.Retention)
		if len(keep.Classes) == 0 {
			return nil, nil
		}
		if err := keep.Validate(); err != nil {
			return nil, err
		}
		o := events.UpkeepOptions{Retention: keep, Every: c.Sweep}
		return []supervision.Child{supervision.Worker("upkeep", func() actors.Behavior[events.UpkeepMessage] {
			return events.NewUpkeep(n.journal, o)
		}, actors.Kind("upkeep"))}, nil
	},
}

// retention converts what a file says.
func retention(classes []config.Retention) (r events.Retention) {
	for _, c := range classes {
		r.Classes = append(r.Classes, events.Class{
			Name: c.Class, Prefixes: c.Streams, MaxAge: c.Age, MaxEvents: uint64(c.Events), MaxBytes: int64(c.Size), Unowned: c.Unowned, Forced: c.Forced,
		})
	}
	return r
}

// past is what the node shows of its journal.
func (n *Node) past() http.Handler {
	return admin.Events(admin.EventsOptions{Journal: n.journal, Catalog: n.catalog, System: n.sys, Token: n.o.Config.Surfaces.Token.Reveal()})
}
