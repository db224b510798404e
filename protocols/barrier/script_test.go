// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// The scripts show the rules one by one. Commands of a script are:
//
//	cyclic|double N [shrink]; phaser [shrink]; latch N
//
// and a line of the input of step is one of
//
//	arrive ID MEMBER [gen N] [wait D]; register|deregister|down|reset MEMBER; cancel ID; count N; pass D; status
//
// Between any two lines the state goes through its encoding.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		var b *Barrier
		var l *Latch
		now := birth
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "step" {
				b, l = nil, nil
				var err error
				spec := Spec{}
				for _, a := range d.CmdArgs {
					if a.Key == "shrink" {
						spec.Policy = Shrink
					} else {
						spec.Parties, err = strconv.Atoi(a.Key)
						require.NoError(t, err)
					}
				}
				switch d.Cmd {
				case "latch":
					l, err = NewLatch(spec.Parties)
				default:
					spec.Kind = map[string]Kind{"cyclic": Cyclic, "double": Double, "phaser": Phaser}[d.Cmd]
					b, err = New(spec)
				}
				if err != nil {
					return err.Error() + "\n"
				}
				return ""
			}
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				w := strings.Fields(line)
				var effects []Effect
				var err error
				if l != nil {
					effects, err = latched(t, l, &now, w, &out)
					l = again(t, l)
				} else {
					effects, err = barred(t, b, &now, w, &out)
					b = again(t, b)
				}
				for _, e := range effects {
					if e.Err != nil {
						fmt.Fprintf(&out, "%s %s: %v\n", e.ID, e.Member, e.Err)
					} else {
						fmt.Fprintf(&out, "%s %s: passes %d as number %d\n", e.ID, e.Member, e.Generation, e.Index)
					}
				}
				if err != nil {
					fmt.Fprintln(&out, "refused:", err)
				}
			}
			return out.String()
		})
	})
}

// again is the same through its encoding.
func again[T any](t require.TestingT, v *T) *T {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	w := new(T)
	require.NoError(t, json.Unmarshal(data, w))
	return w
}

func arrival(t *testing.T, w []string) Arrival {
	a := Arrival{ID: w[1], Member: w[2]}
	for i := 3; i < len(w); i += 2 {
		var err error
		if w[i] == "gen" {
			a.Generation, err = strconv.ParseUint(w[i+1], 10, 64)
		} else {
			a.Wait, err = time.ParseDuration(w[i+1])
		}
		require.NoError(t, err)
	}
	return a
}

func barred(t *testing.T, b *Barrier, now *time.Time, w []string, out *strings.Builder) ([]Effect, error) {
	switch w[0] {
	case "arrive":
		return b.Arrive(*now, arrival(t, w)), nil
	case "register":
		return nil, b.Register(w[1])
	case "deregister":
		return b.Deregister(w[1])
	case "down":
		return b.Down(*now, w[1]), nil
	case "reset":
		return b.Reset(*now, w[1]), nil
	case "cancel":
		return b.Cancel(*now, w[1]), nil
	case "pass":
		d, err := time.ParseDuration(w[1])
		require.NoError(t, err)
		*now = now.Add(d)
		return b.Tick(*now), nil
	}
	st := b.Status()
	fmt.Fprintf(out, "generation %d: %v of %d, members %v, inside %v, broken %v; watched %v\n", st.Generation, st.Arrived, st.Need, st.Members, st.Inside, st.Broken != nil, b.Members())
	return nil, nil
}

func latched(t *testing.T, l *Latch, now *time.Time, w []string, out *strings.Builder) ([]Effect, error) {
	switch w[0] {
	case "arrive":
		return l.Await(*now, arrival(t, w)), nil
	case "down":
		return l.Down(w[1]), nil
	case "cancel":
		return l.Cancel(w[1]), nil
	case "count":
		n, err := strconv.Atoi(w[1])
		require.NoError(t, err)
		return l.CountDown(n)
	case "pass":
		d, err := time.ParseDuration(w[1])
		require.NoError(t, err)
		*now = now.Add(d)
		return l.Tick(*now), nil
	}
	fmt.Fprintln(out, l.Left(), l.Members())
	return nil, nil
}
