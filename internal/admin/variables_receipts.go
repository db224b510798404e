// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"sync"
	"time"
)

// receipts keeps what became of batches with a key, so that a repetition is answered and not counted again.
type receipts struct {
	mu struct {
		sync.Mutex
		order []receiptKey // oldest first
		all   map[receiptKey]FeedbackReceipt
		until map[receiptKey]time.Time
	}
}

type receiptKey struct{ variable, key string }

// once reports a batch, unless one of the key was: then it answers what became of that. Two at once are one after the other. A batch that failed may come again.
func (r *receipts) once(now time.Time, variable, key string, report func() (FeedbackReceipt, error)) (FeedbackReceipt, error) {
	if key == "" {
		return report()
	}
	r.mu.Lock()
	defer r.mu.Unlock() // a report waits for nobody
	r.forgetLocked(now)
	k := receiptKey{variable, key}
	if got, known := r.mu.all[k]; known {
		got.Again = true
		return got, nil
	}
	got, err := report()
	if err != nil {
		return got, err
	}
	if r.mu.all == nil {
		r.mu.all, r.mu.until = map[receiptKey]FeedbackReceipt{}, map[receiptKey]time.Time{}
	}
	r.mu.all[k], r.mu.until[k] = got, now.Add(keptReceipts)
	r.mu.order = append(r.mu.order, k)
	return got, nil
}

// forgetLocked drops what is too old, and the oldest of what is too much.
func (r *receipts) forgetLocked(now time.Time) {
	for len(r.mu.order) > 0 {
		first := r.mu.order[0]
		if len(r.mu.order) < mostReceipts && now.Before(r.mu.until[first]) {
			return
		}
		delete(r.mu.all, first)
		delete(r.mu.until, first)
		r.mu.order = r.mu.order[1:]
	}
}
