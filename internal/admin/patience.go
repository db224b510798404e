// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"net/http"
)

// bounded has a request end when its queue does not answer in time. A queue tells nothing that a crash could take back, so while the disk is full it is silent;
// whoever asked over the network would take that for a node that hangs.
func (t *tasks) bounded(handle func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), t.o.Wait)
		defer cancel()
		err := handle(w, r.WithContext(ctx))
		if err == nil || r.Context().Err() != nil || ctx.Err() == nil {
			return err
		}
		p := refuse(http.StatusServiceUnavailable, CodeUnavailable,
			"the queue has not answered within %s, as when the disk is full; it may still do what was asked, so ask again with the same ids", t.o.Wait)
		p.cause = err
		return p
	}
}
