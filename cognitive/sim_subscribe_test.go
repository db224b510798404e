// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/testkit/sim"
)

// listener is a process that takes its time over what it hears.
type listener struct {
	w       *world
	how     cognitive.Delivery
	heard   []cognitive.Update
	over    bool
	blocker *listener // nobody hears more than it has taken and one version
	s       *sim.Sim
	slow    func() time.Duration
}

func (l *listener) spawn(name string) actors.PID {
	return actors.MustSpawn(l.w.sys, name, func() actors.Behavior[cognitive.Update] { return l }).PID()
}

func (l *listener) Init(ctx *actors.Context[cognitive.Update]) error {
	_, err := cognitive.SubscribeSpace(ctx, l.w.s, l.how, func(u cognitive.Update) cognitive.Update { return u })
	return err
}

func (l *listener) Receive(ctx *actors.Context[cognitive.Update], u cognitive.Update) error {
	if u.Err != nil {
		l.over = true
		assert.ErrorIs(l.s, u.Err, cognitive.ErrSlow)
		return nil
	}
	l.heard = append(l.heard, u)
	if b := l.blocker; b != nil && !u.First && u.Space.Seq > 1 {
		last := cognitive.Version{}
		if n := len(b.heard); n > 0 {
			last = b.heard[n-1].Space
		}
		assert.GreaterOrEqual(l.s, last.Seq, u.Space.Seq-1, "who is waited for has taken all versions before")
	}
	return l.w.sys.Sleep(ctx, l.slow())
}

// orderly checks that a subscriber has heard of everything once, in the order of versions, or of the gap. It returns where it is with each variable and scope.
func orderly(s *sim.Sim, heard []cognitive.Update, gaps bool) map[string]cognitive.Version {
	at := map[string]cognitive.Version{}
	var space cognitive.Version
	for _, u := range heard {
		id := u.Variable + " " + u.Scope
		last, known := at[id]
		switch {
		case !known: // what came before it may have been put together with it
			assert.True(s, u.Gap == nil || gaps)
		case u.Gap != nil:
			require.True(s, gaps, "%s: %+v", id, u.Gap)
			assert.Equal(s, last.Seq+1, u.Gap.From.Seq, id)
			assert.Equal(s, u.Version.Seq-1, u.Gap.To.Seq, id)
		default:
			assert.Equal(s, last.Seq+1, u.Version.Seq, id)
		}
		at[id] = u.Version
		if !u.First {
			assert.False(s, u.Space.Before(space), "in the order of the space's versions")
			space = u.Space
		}
	}
	return at
}

// resumer is a process that notes how far it has got, and goes on there when it is started again.
type resumer struct {
	w     *world
	heard *[]cognitive.Update
	at    *cognitive.Heard
	gaps  *int
}

func (r *resumer) Init(ctx *actors.Context[cognitive.Update]) error {
	x, _, err := cognitive.ResumeSpace(ctx, r.w.s, *r.at, cognitive.Buffer(10_000), func(u cognitive.Update) cognitive.Update { return u })
	if err != nil {
		return err
	}
	if !x.Whole {
		*r.gaps++
		*r.heard, *r.at = x.First, cognitive.Heard{Space: x.Space}
	}
	return nil
}

func (r *resumer) Receive(_ *actors.Context[cognitive.Update], u cognitive.Update) error {
	*r.heard = append(*r.heard, u)
	if u.Space != r.at.Space {
		*r.at = cognitive.Heard{Space: u.Space}
	}
	r.at.Commits++
	return nil
}

// Whoever crashes and however slow a subscriber is: each hears of every version of a variable in order, or of the gap; one that is cut off goes on where it was; and while one is
// waited for nobody is ahead of it.
//
// Holds: COG-5
func TestSimulationTellsEverySubscriberOfEveryVersionInOrderOrOfTheGap(t *testing.T) {
	explore(t, 1, func(s *sim.Sim) {
		w := newWorld(s, cognitive.SpaceOptions{})
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.Hang},
			Processes: []string{"/node/lab/lab.committer", "/node/lab/lab.notifier", "/node/lab/lab.variables/a"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 3)...)
		rng := s.Rand("pace")
		pace := func(most int) func() time.Duration {
			return func() time.Duration { return time.Duration(rng.IntN(most)) * time.Millisecond }
		}
		list := map[string]*listener{
			"conflating": {how: cognitive.Conflate(), slow: pace(60)}, "patient": {how: cognitive.Buffer(10_000), slow: pace(20)},
			"hurried": {how: cognitive.Buffer(3), slow: pace(60)}, "quick": {how: cognitive.Conflate(), slow: pace(1)},
		}
		names := []string{"conflating", "patient", "hurried", "quick"}
		if s.Rand("block").IntN(2) == 0 {
			list["blocking"] = &listener{how: cognitive.Block(), slow: pace(30)}
			names = append([]string{"blocking"}, names...)
		}
		for _, name := range names {
			l := list[name]
			if l.w, l.s = w, s; name != "blocking" {
				l.blocker = list["blocking"]
			}
			l.spawn(name)
		}
		var heard []cognitive.Update
		at, gaps := cognitive.Heard{}, 0
		resume := func() actors.PID {
			first := at.Space.IsZero() // there is nothing to go on from
			pid := actors.MustSpawn(w.sys, "", func() actors.Behavior[cognitive.Update] { return &resumer{w, &heard, &at, &gaps} }).PID()
			if first {
				gaps = 0
			}
			return pid
		}
		ear := resume()
		const rounds = 3
		finished := work(w, cognitive.Durability(s.Rand("durability").IntN(3)), rounds)
		for range 60 {
			s.Advance(5 * time.Millisecond)
			if rng.IntN(4) == 0 {
				ear.Kill()
				ear = resume()
			}
		}
		s.Calm()
		w.j.failing(nil)
		s.Advance(10 * time.Minute)
		require.Equal(s, 2, finished())
		want := map[string]cognitive.Version{}
		for _, x := range w.s.Snapshot().Values {
			want[x.Variable+" "] = x.Version
		}
		for _, name := range names {
			l := list[name]
			got := orderly(s, l.heard, name == "conflating" || name == "quick")
			assert.True(s, !l.over || name == "hurried", name)
			if !l.over {
				assert.Equal(s, want, got, "%s has heard the last of each", name)
			}
		}
		assert.Equal(s, want, orderly(s, heard, false))
		assert.Zero(s, gaps, "nothing is too long ago")
	})
}

func TestWhatIsTooLongAgoIsAGapAndThenWhatThereIs(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		w := newWorld(s, cognitive.SpaceOptions{})
		w.j.failing(nil)
		w.j.slow, w.j.after = nil, nil
		s.Settle()
		ctx := s.Context()
		_, err := w.s.AddInteger(ctx, "n", kind.Integer{Min: 0, Max: 1 << 40}, cognitive.Keep(cognitive.Ephemeral))
		require.NoError(s, err)
		for i := range 17_000 {
			_, err := w.s.Propose(ctx, "n", kind.OfInteger(int64(i%2)))
			require.NoError(s, err)
		}
		for heard, whole := range map[cognitive.Heard]bool{
			{}: false, {Space: cognitive.Version{Seq: 2}}: false, {Space: cognitive.Version{Seq: 17_001}}: true, {Space: cognitive.Version{Seq: 17_000}}: true,
			{Space: cognitive.Version{Seq: 17_000}, Commits: 1}: true, {Space: cognitive.Version{Seq: 17_000}, Commits: 2}: false, {Space: cognitive.Version{Seq: 99_999}}: false,
			{Space: cognitive.Version{Epoch: 1, Seq: 5}}: false,
		} {
			var all []cognitive.Update
			at, gaps := heard, 0
			actors.MustSpawn(w.sys, "", func() actors.Behavior[cognitive.Update] { return &resumer{w, &all, &at, &gaps} })
			s.Settle()
			assert.Equal(s, whole, gaps == 0, fmt.Sprint(heard))
			if !whole {
				require.Len(s, all, 1)
				assert.True(s, all[0].First)
				assert.Equal(s, uint64(17_001), all[0].Version.Seq)
			} else {
				assert.Len(s, all, int(17_001-heard.Space.Seq))
			}
		}
	})
	require.NoError(t, r.Failure)
}
