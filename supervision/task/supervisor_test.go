// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
	"mabeam.dev/supervision/task"
)

// A task that nobody waits for runs under its supervisor, unlinked, and is forgotten when it ends.
func TestStartChildIsFireAndForget(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		ran := 0
		owner := w.spawn(t)
		var pid actors.PID
		in(owner, func(c *cx) {
			var err error
			pid, err = w.tasks.StartChild(c, func(ctx *task.Context) error {
				ran++
				return ctx.System().Sleep(ctx, time.Second)
			})
			assert.NoError(t, err)
			_, err = w.tasks.StartChild(c, func(*task.Context) error { return errOops })
			assert.NoError(t, err)
		})
		assert.Equal(t, []actors.PID{pid}, w.children(t))
		assert.Equal(t, w.tasks.PID(), pid.Parent())
		assert.True(t, owner.PID().Alive(), "a crash is nobody's matter")
		owner.PID().Kill()
		time.Sleep(time.Second)
		assert.Equal(t, "normal", why(t, pid))
		assert.Empty(t, w.children(t))
		assert.Equal(t, 1, ran)
	})
}

// RestartAs makes a task one that is restarted, as its type says.
func TestATaskMayBeRestarted(t *testing.T) {
	for _, c := range []struct {
		restart   supervision.Restart
		end       error
		restarted bool
	}{
		{supervision.Permanent, nil, true},
		{supervision.Transient, nil, false},
		{supervision.Transient, errOops, true},
		{supervision.Temporary, errOops, false},
	} {
		bubble(t, task.Spec{}, func(t *testing.T, w *world) {
			runs := 0
			pid, err := w.tasks.StartChild(t.Context(), func(ctx *task.Context) error {
				if runs++; runs == 1 {
					_ = ctx.System().Sleep(ctx, time.Second)
					return c.end
				}
				<-ctx.Done()
				return actors.StopShutdown
			}, task.RestartAs(c.restart))
			require.NoError(t, err)
			time.Sleep(time.Second)
			pids := w.children(t)
			if c.restarted {
				require.Len(t, pids, 1, "%v", c)
				assert.NotEqual(t, pid, pids[0])
				assert.Equal(t, 2, runs)
			} else {
				assert.Empty(t, pids, "%v", c)
				assert.Equal(t, 1, runs)
			}
		})
	}
}

// A task that is stopped by an exit signal is restarted too, if it is permanent.
func TestAPermanentTaskThatIsStoppedIsRestarted(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		pid, err := w.tasks.StartChild(t.Context(), func(ctx *task.Context) error {
			<-ctx.Done()
			return nil
		}, task.RestartAs(supervision.Permanent))
		require.NoError(t, err)
		pid.Exit(exit.ReasonShutdown)
		assert.Equal(t, "shutdown", why(t, pid))
		require.Len(t, w.children(t), 1)
	})
}

// StopWithin holds for tasks that nobody waits for.
func TestStartChildWithAnotherShutdown(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		pid, err := w.tasks.StartChild(t.Context(), func(ctx *task.Context) error {
			<-ctx.Done()
			return nil
		}, task.StopWithin(supervision.Brutal))
		require.NoError(t, err)
		synctest.Wait()
		w.tasks.PID().Stop()
		assert.Equal(t, "killed", why(t, pid))
	})
}

// TerminateChild stops a task; once it has ended it is no child.
func TestTerminateChildStopsATask(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		pid, err := w.tasks.StartChild(t.Context(), func(ctx *task.Context) error {
			<-ctx.Done()
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, []actors.PID{pid}, w.children(t))
		require.NoError(t, w.tasks.TerminateChild(t.Context(), pid))
		assert.Equal(t, "shutdown", why(t, pid))
		assert.Empty(t, w.children(t))
		require.ErrorIs(t, w.tasks.TerminateChild(t.Context(), pid), dynamic.ErrNotFound)
	})
}

// Counts are those of a supervisor whose children are its tasks.
func TestASupervisorCountsItsTasks(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		counts := func() supervision.Counts {
			synctest.Wait()
			n, err := w.tasks.Count(t.Context())
			require.NoError(t, err)
			general, err := w.tasks.Supervisor().Count(t.Context())
			require.NoError(t, err)
			assert.Equal(t, general, n)
			return n
		}
		assert.Empty(t, w.children(t))
		assert.Zero(t, counts())
		for range 2 {
			_, err := task.Async(t.Context(), w.tasks, after(time.Second, 1))
			require.NoError(t, err)
		}
		assert.Equal(t, supervision.Counts{Specs: 2, Active: 2, Workers: 2}, counts())
		time.Sleep(time.Second)
		assert.Zero(t, counts())
	})
}

// Supervisors of tasks are children like others: several, with and without a registered name, restarted when they end.
func TestSupervisorsOfTasksInATree(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		root, err := supervision.Start(w, "root", supervision.Spec{Children: []supervision.Child{
			task.Child("a", task.Spec{}), task.Child("b", task.Spec{MaxChildren: 1}),
		}})
		require.NoError(t, err)
		for _, id := range []string{"a", "b"} {
			tasks, err := task.Of(root.Child(id))
			require.NoError(t, err)
			assert.Equal(t, "/root/"+id, tasks.PID().Path())
			tk, err := task.Async(t.Context(), tasks, answer(1))
			require.NoError(t, err)
			_, err = task.Await(t.Context(), tk)
			require.NoError(t, err)
		}
		_, err = root.StartChild(t.Context(), task.Child("b", task.Spec{}))
		var already *supervision.AlreadyStartedError
		require.ErrorAs(t, err, &already)
		assert.Equal(t, root.Child("b"), already.PID)

		old := root.Child("a")
		tasks, err := task.Of(old)
		require.NoError(t, err)
		tk, err := task.AsyncNoLink(t.Context(), tasks, forever)
		require.NoError(t, err)
		n, err := supervision.Tree(t.Context(), root, 0)
		require.NoError(t, err)
		assert.Equal(t, "tasks", n.Children[0].Kind)
		require.Len(t, n.Children[0].Children, 1)
		assert.Equal(t, "task", n.Children[0].Children[0].Kind)
		old.Kill()
		assert.Equal(t, "killed", why(t, tk.PID()), "tasks end with their supervisor")
		assert.NotEqual(t, old, root.Child("a"))
		assert.True(t, root.Child("a").Alive())

		_, err = task.Of(w.spawn(t).PID())
		require.ErrorIs(t, err, actors.ErrWrongType)
	})
}

// A supervisor under its own name is found by it; the name is unique.
func TestASupervisorOfTasksHasAName(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		assert.Equal(t, w.tasks.PID(), w.WhereIs("tasks"))
		_, err := task.Start(w, "tasks", task.Spec{})
		var taken *actors.NameTakenError
		require.ErrorAs(t, err, &taken)
		_, err = task.Start(w, "", task.Spec{MaxChildren: -7})
		var faults supervision.Faults
		require.ErrorAs(t, err, &faults)
	})
}

// A supervisor that is linked to who starts it ends with it, and its tasks with both.
func TestALinkedSupervisorEndsWithItsParent(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		owner := w.spawn(t)
		var tk *task.Task[int]
		in(owner, func(c *cx) {
			tasks, err := task.StartLink(c, "own", task.Spec{})
			assert.NoError(t, err)
			assert.Equal(t, c.PID(), tasks.PID().Parent())
			tk, err = task.AsyncNoLink(c, tasks, forever)
			assert.NoError(t, err)
		})
		owner.PID().Stop()
		assert.Equal(t, "shutdown", why(t, tk.PID()))
	})
}
