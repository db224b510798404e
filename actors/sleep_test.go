// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

func TestSleepEndsWithItsTimeOrItsContext(t *testing.T) {
	why := errors.New("enough")
	for name, tc := range map[string]struct {
		d     time.Duration
		after time.Duration
		want  error
	}{
		"time":     {time.Second, time.Second, nil},
		"context":  {time.Hour, time.Minute, why},
		"for ever": {-1, time.Minute, why},
		"none":     {0, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := actors.New(actors.Options{})
				defer func() { assert.NoError(t, sys.Close(context.Background())) }()
				ctx, cancel := context.WithCancelCause(context.Background())
				time.AfterFunc(time.Minute, func() { cancel(why) })
				begin := time.Now()
				assert.Equal(t, tc.want, sys.Sleep(ctx, tc.d))
				assert.Equal(t, tc.after, time.Since(begin))
			})
		})
	}
}

func TestAKillEndsASleepInTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer func() { assert.NoError(t, sys.Close(context.Background())) }()
		var got error
		ref := actors.MustSpawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
			got = c.System().Sleep(c, -1)
			return nil
		}))
		ref.Tell(1)
		synctest.Wait()
		ref.PID().Kill()
		synctest.Wait()
		assert.ErrorIs(t, got, actors.ErrFenced)
	})
}
