// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"

	"mabeam.dev/market/ledger"
)

// Settled reports whether the ledger has a transaction of this key: Settlements for trackers of reputation. It changes nothing.
func (l *Ledger) Settled(ctx context.Context, transaction string) (bool, error) {
	// Nothing can be applied that closes a hold that nobody opened; a key that is taken is refused before that is looked at.
	_, err := l.Post(ctx, ledger.Transaction{Key: transaction, Close: []ledger.Close{{ID: "no/such/hold"}}})
	switch {
	case errors.Is(err, ledger.ErrIdempotencyConflict):
		return true, nil
	case errors.Is(err, ledger.ErrUnknownHold), errors.Is(err, ledger.ErrInvalidTransaction):
		return false, nil
	}
	return false, err
}
