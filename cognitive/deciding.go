// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"slices"
	"time"
)

// Deciding returns the ids of the questions that are open, in order. One that was asked and is not among them is over: committed if the history has its
// id, or without a change.
func (s *Space) Deciding(ctx context.Context) (ids []string, err error) {
	_, err = s.order(ctx, func(b *book, _ time.Time) (answer, error) {
		ids = nil
		for _, q := range b.open {
			ids = append(ids, q.ID)
		}
		return answer{}, nil
	})
	slices.Sort(ids)
	return ids, err
}
