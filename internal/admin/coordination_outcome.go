// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"math"
	"net/http"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// SessionOutcome is how good a decision turned out.
type SessionOutcome struct {
	Version int      `json:"version,omitempty"` // of this format: 1; a request may leave it out
	Session string   `json:"session,omitempty"` // that has decided; of an answer
	Quality *float64 `json:"quality"`           // from 0 to 1
}

func (v *coordinationViews) rate(w http.ResponseWriter, r *http.Request) error {
	var o SessionOutcome
	if err := v.strictly(w, r, &o); err != nil {
		return err
	}
	id := r.PathValue("id")
	if o.Quality == nil || !(*o.Quality >= 0 && *o.Quality <= 1) || o.Session != "" && o.Session != id || o.Version > 1 {
		return refuse(http.StatusBadRequest, CodeBody, "want a quality from 0 to 1")
	}
	quality := int64(math.Round(*o.Quality * machine.One))
	if err := v.o.Engine.Rate(r.Context(), protocols.SessionID(id), quality); err != nil {
		return err
	}
	said := share(quality)
	answerWith(w, http.StatusOK, SessionOutcome{1, id, &said})
	return nil
}
