// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/admin"
)

// crammed is a store whose disk can be full.
type crammed struct {
	events.Store
	full atomic.Bool
}

func (c *crammed) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	if c.full.Load() {
		return nil, events.ErrNoSpace
	}
	return c.Store.AppendGroup(ctx, group)
}

// The queue itself waits for room: whoever asks over the network is answered in time, and may ask again.
func TestRequestsAreAnsweredInTimeWhileTheDiskIsFull(t *testing.T) {
	store := &crammed{}
	fresh := func() events.Store {
		store.Store = memory.New(memory.Options{})
		return store
	}
	inOfficeOn(t, fresh, plan.Spec{Duplicates: plan.Merge}, admin.TaskOptions{Wait: 3 * time.Second}, func(t *testing.T, o *office) {
		store.full.Store(true)
		const task = `{"id":"a","kind":"k","input":1}`
		for _, c := range [][3]string{
			{"/v1/tasks", task, "POST"}, {"/v1/tasks/a", "", "GET"}, {"/v1/tasks/a", "", "DELETE"},
		} {
			began := time.Now()
			w := o.ask(c[2], c[0], c[1], request{})
			assert.LessOrEqual(t, time.Since(began), 3*time.Second, c[2])
			if c[2] != "POST" {
				continue // whether the others have to wait depends on what the queue has heard before
			}
			assert.Equal(t, "1", w.Header().Get("Retry-After"))
			code, why := refused(o, w)
			assert.Equal(t, http.StatusServiceUnavailable, code)
			assert.Equal(t, admin.CodeUnavailable, why)
			assert.Contains(t, w.Body.String(), "within 3s, as when the disk is full")
		}
		store.full.Store(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		code, _ := post[admin.ReceiptsAnswer](o, "/v1/tasks", task, nil)
		assert.Contains(t, []int{http.StatusOK, http.StatusAccepted}, code)
	})
}
