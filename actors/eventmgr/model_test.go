// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
)

// recorder is a handler that notes what it sees in a list that all share.
type recorder struct {
	log *[]string
	bad bool // its Init fails
}

func (r *recorder) Init(t *turn, handover any) error {
	*r.log = append(*r.log, fmt.Sprint(t.ID, " init ", handover))
	if r.bad {
		return errBroken
	}
	return nil
}

func (r *recorder) Handle(t *turn, ev act) error {
	*r.log = append(*r.log, fmt.Sprint(t.ID, " ", ev.name))
	if do := ev.do[t.ID]; do != nil {
		return do(t)
	}
	return nil
}

func (r *recorder) Terminate(t *turn, why eventmgr.Why) any {
	*r.log = append(*r.log, fmt.Sprint(t.ID, " ends ", why.Cause))
	return t.ID
}

// naive is a deliberately dumb manager: a list of ids.
type naive struct {
	ids []string
	log []string
}

func (n *naive) say(words ...any) { n.log = append(n.log, fmt.Sprint(words...)) }

func (n *naive) has(id string) bool { return slices.Contains(n.ids, id) }

func (n *naive) drop(id string, cause eventmgr.Cause) {
	n.ids = slices.DeleteFunc(n.ids, func(o string) bool { return o == id })
	n.say(id, " ends ", cause)
}

func (n *naive) add(id string, bad bool) bool {
	if n.has(id) {
		return false
	}
	n.say(id, " init <nil>")
	if !bad {
		n.ids = append([]string{id}, n.ids...)
	}
	return !bad
}

func (n *naive) swap(id, by string, bad bool) bool {
	if id != by && n.has(by) {
		return false
	}
	handover := "no such handler"
	if n.has(id) {
		n.drop(id, eventmgr.Swapped)
		handover = id
	}
	n.say(by, " init ", handover)
	if !bad {
		n.ids = append([]string{by}, n.ids...)
	}
	return !bad
}

// event is an event at which the handler of one id does something.
func (n *naive) event(name, id, what, by string, bad bool) {
	for _, h := range slices.Clone(n.ids) {
		n.say(h, " ", name)
		if h != id {
			continue
		}
		switch what {
		case "remove":
			n.drop(h, eventmgr.Removed)
		case "crash":
			n.drop(h, eventmgr.Crashed)
		case "swap":
			i := slices.Index(n.ids, h)
			n.drop(h, eventmgr.Swapped)
			if n.has(by) {
				continue
			}
			n.say(by, " init ", h)
			if !bad {
				n.ids = slices.Insert(n.ids, i, by)
			}
		}
	}
}

// Whatever is added, deleted, swapped and sent, a manager does what the naive one does.
func TestManagerMatchesTheNaiveModel(t *testing.T) {
	sys := actors.New(actors.Options{})
	ctx := context.Background()
	defer func() { assert.NoError(t, sys.Close(ctx)) }()
	ids := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		m, err := eventmgr.Spawn[act](sys, "")
		if err != nil {
			t.Fatal(err)
		}
		defer m.PID().Kill()
		var log []string
		n := &naive{}
		for i := range rapid.IntRange(1, 20).Draw(t, "steps") {
			id, by, bad := ids.Draw(t, "id"), ids.Draw(t, "by"), rapid.IntRange(0, 4).Draw(t, "bad") == 0
			h := &recorder{&log, bad}
			want := true
			switch rapid.SampledFrom([]string{"add", "add", "delete", "swap", "event", "event"}).Draw(t, "op") {
			case "add":
				want, err = n.add(id, bad), m.Add(ctx, id, h)
			case "delete":
				if want = n.has(id); want {
					n.drop(id, eventmgr.Deleted)
				}
				_, err = m.Delete(ctx, id)
			case "swap":
				want, err = n.swap(id, by, bad), m.Swap(ctx, id, by, h)
			case "event":
				what := rapid.SampledFrom([]string{"nothing", "remove", "crash", "swap"}).Draw(t, "what")
				n.event(fmt.Sprint(i), id, what, by, bad)
				err = m.SyncNotify(ctx, act{fmt.Sprint(i), map[string]func(*turn) error{id: func(t *turn) error {
					return map[string]error{"remove": eventmgr.Remove, "crash": errBroken, "swap": t.Swap(by, h)}[what]
				}}})
			}
			got, listed := m.Handlers(ctx)
			if listed != nil || want != (err == nil) || !slices.Equal(n.log, log) || !slices.Equal(n.ids, got) {
				t.Fatalf("%v %v\nwant: %v %v %q\ngot:  %v %v %q", i, listed, want, n.ids, n.log, err, got, log)
			}
		}
	})
}
