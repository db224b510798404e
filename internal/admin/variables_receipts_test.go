// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestABatchWithAKeyCountsOnce(t *testing.T) {
	r, at, count := &receipts{}, time.Unix(0, 0), 0
	report := func() (FeedbackReceipt, error) { count++; return FeedbackReceipt{Taken: count}, nil }
	once := func(variable, key string) FeedbackReceipt {
		got, err := r.once(at, variable, key, report)
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, FeedbackReceipt{Taken: 1}, once("a", "k"))
	assert.Equal(t, FeedbackReceipt{Taken: 1, Again: true}, once("a", "k"))
	assert.Equal(t, FeedbackReceipt{Taken: 2}, once("b", "k"), "of another variable")
	assert.Equal(t, FeedbackReceipt{Taken: 3}, once("a", ""), "without a key")
	assert.Equal(t, FeedbackReceipt{Taken: 4}, once("a", ""))
	_, err := r.once(at, "a", "fails", func() (FeedbackReceipt, error) { return FeedbackReceipt{}, errors.New("no") })
	require.Error(t, err)
	assert.Equal(t, FeedbackReceipt{Taken: 5}, once("a", "fails"), "what has failed may come again")
	at = at.Add(keptReceipts)
	assert.Equal(t, FeedbackReceipt{Taken: 6}, once("a", "k"), "too long ago")
	for i := range 2 * mostReceipts {
		once("a", fmt.Sprint(i))
	}
	assert.Len(t, r.mu.all, mostReceipts)
	assert.Len(t, r.mu.until, mostReceipts)
}
