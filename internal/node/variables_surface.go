// SPDX-License-Identifier: Apache-2.0

package node

import (
	"net/http"

	"mabeam.dev/internal/admin"
)

// dials serves variables besides everything else.
func (n *Node) dials(all http.Handler) http.Handler {
	o := admin.VariableOptions{Spaces: n.tuning.spaces, Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body), System: n.sys}
	return n.tunes(admin.WithVariables(all, admin.Variables(o)), o)
}
