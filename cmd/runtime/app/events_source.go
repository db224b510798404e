// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/admin"
)

// errorWithHint adds what helps.
func errorWithHint(err error, hint string) error { return fmt.Errorf("%w (%s)", err, hint) }

// remote is the journal of a running node.
type remote struct{ client *admin.Client }

func (r remote) page(ctx context.Context, v url.Values, _ admin.EventQuery) (admin.EventsAnswer, error) {
	a, err := r.client.Events(ctx, v)
	return a, eventError(err)
}

func (r remote) export(ctx context.Context, v url.Values, _ admin.EventQuery, to *os.File) error {
	return eventError(r.client.ExportEvents(ctx, v, to))
}

func (r remote) verify(ctx context.Context) (admin.VerifiedAnswer, error) {
	a, err := r.client.VerifyEvents(ctx)
	return a, eventError(err)
}

func (r remote) close() error { return nil }

// eventError gives an error of the node its exit code.
func eventError(err error) error {
	var lost *admin.UnreachableError
	var refused *admin.StatusError
	switch {
	case errors.As(err, &lost):
		return exitWith(ExitUnreachable, err)
	case errors.As(err, &refused) && refused.Reason == admin.CodeQuery:
		return exitWith(ExitUsage, err)
	}
	return err
}

// local is the journal in a file.
type local struct{ store *sqlite.Store }

func (l local) page(ctx context.Context, _ url.Values, q admin.EventQuery) (admin.EventsAnswer, error) {
	if q.Explain {
		x, err := admin.ExplainOf(q)
		return admin.EventsAnswer{Version: 1, Explain: &x}, err
	}
	return admin.PageOf(ctx, l.store, q)
}

func (l local) export(ctx context.Context, v url.Values, q admin.EventQuery, to *os.File) error {
	from := l.store.ReadAll(ctx, 0)
	if len(v) > 0 {
		from = events.Select(ctx, l.store, q.Query)
	}
	_, err := events.Export(to, from)
	return err
}

func (l local) verify(ctx context.Context) (admin.VerifiedAnswer, error) {
	v, err := events.Verify(ctx, l.store)
	return admin.VerifiedAnswer{Version: 1, Streams: v.Streams, Events: v.Events, Head: v.Head}, err
}

func (l local) close() error { return l.store.Close() }
