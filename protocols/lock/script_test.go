// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

// The scripts show the rules one by one. A line of input is a command:
//
//	acquire ID NAME OWNER [shared] [permits K] [size N] [class N] [try] [reentrant] [wait D] [ttl D]
//	release|downgrade ID [OWNER]; renew ID D; cancel ID; down OWNER; resize NAME N; pass D; rebuilt; status NAME
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/script", func(t *testing.T, path string) {
		s, now := New(Options{MaxQueue: 4}), birth
		was := map[string]claim{} // each as it was last
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			for line := range strings.Lines(d.Input) {
				w := strings.Fields(line)
				for _, c := range s.claims {
					was[c.ID] = *c
				}
				effects, err := command(t, s, &now, was, w, &out)
				for _, e := range effects {
					fmt.Fprintf(&out, "%v %s: %q by %s", e.Kind, e.ID, e.Name, e.Owner)
					if !e.Token.IsZero() {
						fmt.Fprintf(&out, " %v, token %v", e.Mode, e.Token)
					}
					if !e.Until.IsZero() {
						fmt.Fprintf(&out, ", until %v", e.Until.Sub(birth))
					}
					if e.Err != nil {
						fmt.Fprintf(&out, ": %v", e.Err)
					}
					fmt.Fprintln(&out)
				}
				if err != nil {
					fmt.Fprintln(&out, "refused:", err)
				}
			}
			return out.String()
		})
	})
}

func command(t *testing.T, s *Space, now *time.Time, was map[string]claim, w []string, out *strings.Builder) ([]Effect, error) {
	span := func(text string) time.Duration {
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		return d
	}
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	of := func(id string) claim {
		c := was[id]
		if len(w) > 2 && w[0] != "renew" {
			c.Owner = w[2]
		}
		return c
	}
	switch w[0] {
	case "acquire":
		r := Request{ID: w[1], Name: w[2], Owner: w[3]}
		for i := 4; i < len(w); i++ {
			switch w[i] {
			case "shared":
				r.Mode = Shared
			case "permits":
				i++
				r.Mode, r.Permits = Permits, number(w[i])
			case "size":
				i++
				r.Size = number(w[i])
			case "class":
				i++
				r.Class = number(w[i])
			case "try":
				r.Try = true
			case "reentrant":
				r.Reentrant = true
			case "wait":
				i++
				r.Wait = span(w[i])
			case "ttl":
				i++
				r.TTL = span(w[i])
			default:
				t.Fatalf("unknown word %q", w[i])
			}
		}
		return s.Acquire(*now, r), nil
	case "release":
		c := of(w[1])
		return s.Release(*now, c.Owner, w[1], c.Name, c.Token)
	case "downgrade":
		c := of(w[1])
		return s.Downgrade(*now, c.Owner, w[1], c.Name, c.Token)
	case "renew":
		c := of(w[1])
		return s.Renew(*now, c.Owner, w[1], c.Name, c.Token, span(w[2]))
	case "cancel":
		return s.Cancel(*now, w[1]), nil
	case "down":
		return s.Down(*now, w[1]), nil
	case "resize":
		return s.Resize(*now, w[1], number(w[2]))
	case "pass":
		*now = now.Add(span(w[1]))
		return s.Tick(*now), nil
	case "rebuilt":
		s.Rebuilt(0)
		return nil, nil
	case "status":
		st := s.Status(w[1])
		fmt.Fprintf(out, "%d of %d permits;", st.Used, st.Size)
		for _, c := range st.Holders {
			fmt.Fprintf(out, " %s holds %v;", c.Owner, c.Mode)
		}
		for _, c := range st.Waiters {
			fmt.Fprintf(out, " %d. %s;", c.Position, c.Owner)
		}
		fmt.Fprintln(out)
		return nil, nil
	}
	t.Fatalf("unknown command %q", w[0])
	return nil, nil
}
