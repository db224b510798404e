// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// named is a child that knows what it was started with.
type named struct{ args *string }

type ask struct{ reply actors.Reply[string] }

func newNamed(args *string) actors.Behavior[ask] { return &named{args} }

func (n *named) Init(*actors.Context[ask]) error {
	switch *n.args {
	case "ignore":
		return actors.Ignore
	case "error":
		return errFound
	}
	return nil
}

func (n *named) Receive(_ *actors.Context[ask], m ask) error {
	m.reply.Send(*n.args)
	return nil
}

func says(t *testing.T, ref actors.Ref[ask]) string {
	t.Helper()
	text, err := actors.Call(t.Context(), ref, func(r actors.Reply[string]) ask { return ask{r} })
	require.NoError(t, err)
	return text
}

func template(t *testing.T, change func(c *supervision.Child)) dynamic.Template[*string, ask] {
	t.Helper()
	tmpl, err := dynamic.NewTemplate("named", newNamed, change)
	require.NoError(t, err)
	return tmpl
}

// What children have in common is in the template, what is their own in their args; a restart gets both again.
func TestATemplateStartsAndRestartsChildrenWithTheirArgs(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		tmpl := template(t, transient)
		for _, text := range []string{"one", "two"} {
			ref, err := tmpl.Start(t.Context(), sup, &text)
			require.NoError(t, err)
			assert.Equal(t, text, says(t, ref))
		}
		infos, err := sup.Children(t.Context())
		require.NoError(t, err)
		end(infos[0].PID, whatever)
		assert.Equal(t, workers(2, 2), count(t, sup))
		infos, err = sup.Children(t.Context())
		require.NoError(t, err)
		again, err := actors.RefOf[ask](infos[0].PID)
		require.NoError(t, err)
		assert.Equal(t, "two", says(t, again))
		assert.Equal(t, supervision.Transient, tmpl.Spec().Restart)
	})
}

// What does not come up is told as by StartChild.
func TestTheOutcomesOfATemplatesStart(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{MaxChildren: 1})
		tmpl := template(t, nil)
		begin := func(text string) (actors.Ref[ask], error) { return tmpl.Start(t.Context(), sup, &text) }
		ref, err := begin("ignore")
		require.NoError(t, err)
		assert.Equal(t, actors.Ref[ask]{}, ref)
		_, err = begin("error")
		require.ErrorIs(t, err, errFound)
		_, err = begin("ok")
		require.NoError(t, err)
		_, err = begin("ok")
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
	})
}

// A template is checked once, when it is made; the zero one says what it lacks.
func TestATemplateIsCheckedWhenItIsMade(t *testing.T) {
	var faults supervision.Faults
	_, err := dynamic.NewTemplate[*string, ask]("", nil, func(c *supervision.Child) { c.Significant = true })
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 4, "id, start, significant in a supervisor without auto shutdown, significant and permanent")
	var zero dynamic.Template[*string, ask]
	_, err = zero.Start(t.Context(), &dynamic.Supervisor{}, nil)
	require.ErrorAs(t, err, &faults)
	assert.Equal(t, supervision.Child{}, zero.Spec())
}

// The args of a temporary child are let go when it is up, those of others when they are forgotten.
func TestArgsAreForgottenWithTheirChild(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(c *supervision.Child)
		finish func(t *testing.T, sup *dynamic.Supervisor, pid actors.PID)
	}{
		{"temporary, exit", temporary, func(_ *testing.T, _ *dynamic.Supervisor, pid actors.PID) { pid.Exit(whatever) }},
		{"transient, exit", transient, func(_ *testing.T, _ *dynamic.Supervisor, pid actors.PID) { pid.Exit(odd) }},
		{"permanent, terminated", nil, func(t *testing.T, sup *dynamic.Supervisor, pid actors.PID) {
			require.NoError(t, sup.TerminateChild(t.Context(), pid))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				sup := open(t, sys, dynamic.Spec{})
				held, pid := begin(t, sup, template(t, c.change))
				runtime.GC()
				assert.NotNil(t, held.Value(), "the child has them")
				c.finish(t, sup, pid)
				synctest.Wait()
				assert.Equal(t, supervision.Counts{}, count(t, sup))
				runtime.GC()
				assert.Nil(t, held.Value())
			})
		})
	}
}

// begin starts a child with args that nobody else holds.
func begin(t *testing.T, sup *dynamic.Supervisor, tmpl dynamic.Template[*string, ask]) (weak.Pointer[string], actors.PID) {
	t.Helper()
	text := "a text that is nowhere else"
	args := &text
	ref, err := tmpl.Start(t.Context(), sup, args)
	require.NoError(t, err)
	return weak.Make(args), ref.PID()
}

// What a temporary child was started with is not kept for a restart that never comes: its behaviour alone decides what it holds.
func TestArgsOfATemporaryChildAreNotKept(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		careless := func(*string) actors.Behavior[do] { return idle() }
		for _, c := range []struct {
			change func(c *supervision.Child)
			kept   bool
		}{{temporary, false}, {transient, true}} {
			tmpl, err := dynamic.NewTemplate("careless", careless, c.change)
			require.NoError(t, err)
			held := func() weak.Pointer[string] {
				text := "a text that is nowhere else"
				args := &text
				_, err := tmpl.Start(t.Context(), sup, args)
				require.NoError(t, err)
				return weak.Make(args)
			}()
			count(t, sup) // another message, as the last one is still in hand
			runtime.GC()
			assert.Equal(t, c.kept, held.Value() != nil)
		}
	})
}
