// SPDX-License-Identifier: Apache-2.0

package agents

import "context"

// selfKey finds the agent in the context of one of its tasks.
type selfKey struct{}

// Self returns the agent that does a task; ctx is that of the task, or derived from it. It reports false for every other context.
func Self(ctx context.Context) (Spec, bool) {
	s, ok := ctx.Value(selfKey{}).(*Spec)
	if !ok {
		return Spec{}, false
	}
	return *s, true
}
