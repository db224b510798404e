// SPDX-License-Identifier: Apache-2.0

package node

import (
	"net/http"

	"mabeam.dev/internal/admin"
)

// assembly serves coordination besides everything else.
func (n *Node) assembly(all http.Handler) http.Handler {
	o := admin.CoordinationOptions{
		Engine: n.council.engine, Spaces: n.council.spaces, Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body),
	}
	if l := n.council.learned; l != nil {
		o.Truths = l
	}
	if c := n.o.Config.Coordination; c != nil {
		o.Deadline = c.Deadline
	}
	return admin.WithCoordination(all, admin.Coordination(o))
}
