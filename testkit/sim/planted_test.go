// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

// planted are mistakes of order, each in a behaviour that works when nobody is late. The names are such that a shell or an expression could
// stumble over them.
var planted = []struct {
	name   string
	body   func(s *sim.Sim)
	says   string
	needed int // decisions, at most
}{
	{"an update that is lost (2 clients)", lostUpdate, "expected: 20", 2},
	{"a timer that isn't stale/is it?", staleTimer, "closed while it is in use", 2},
	{"an exit | a message", exitBeforeMessage, "ended without a result", 2},
	{"one update among many that are none", needle, "expected: 20", 3},
	{"messages of $HOME that overtake", overtaken, "out of order", 1},
}

// visit is what a session takes.
type visit int

const (
	busy   visit = iota // takes some time
	touch               // the session is in use, and is not to close for two seconds
	expire              // nobody has used it for two seconds
)

// session cancels its timer when it is used. The mistake: a message of SendAfter that is in the mailbox already is not taken back, which
// shows only if somebody uses the session while it is busy and its time is up.
func staleTimer(s *sim.Sim) {
	var used time.Time
	open := true
	ref := actors.MustSpawn(s.System(), "session", func() actors.Behavior[visit] {
		var timer actors.Delayed
		return actors.Stateless(func(c *actors.Context[visit], m visit) error {
			switch m {
			case busy:
				return c.System().Sleep(c, time.Duration(c.Rand().IntN(1500))*time.Millisecond)
			case touch:
				timer.Cancel()
				timer = actors.SendAfter(c, c.Self(), 2*time.Second, expire)
				used, open = c.Now(), true
			case expire:
				assert.False(s, open && c.Now().Sub(used) < time.Second, "closed while it is in use")
				open = false
			}
			return nil
		})()
	})
	for i := range 2 {
		actors.MustSpawn(s.System(), fmt.Sprint("user", i), actors.Stateless(func(c *actors.Context[int], n int) error {
			ref.Tell(visit(n % 2))
			if n < 6 {
				c.After(time.Duration(c.Rand().IntN(2500))*time.Millisecond, n+1)
			}
			return nil
		})).Tell(i)
	}
	s.Advance(time.Minute)
}

// exitBeforeMessage has a worker that hands its result to a clerk, who hands it on, and ends. The mistake: who hears that it has ended takes
// it for granted that the result has come.
func exitBeforeMessage(s *sim.Sim) {
	result := 0
	clerk := spawn(s, "clerk")
	boss := spawn(s, "boss")
	boss.Tell(func(c *actors.Context[do]) error {
		worker := actors.MustSpawn(c, "worker", actors.Stateless(doIt))
		c.Monitor(worker.PID(), func(actors.Down) do {
			return func(*actors.Context[do]) error {
				assert.Equal(s, 42, result, "ended without a result")
				return nil
			}
		})
		worker.Tell(func(c *actors.Context[do]) error {
			clerk.Tell(func(*actors.Context[do]) error {
				boss.Tell(func(*actors.Context[do]) error { result = 42; return nil })
				return nil
			})
			c.Continue(func(*actors.Context[do]) error { return actors.Stop })
			return nil
		})
		return nil
	})
	s.Settle()
}

// needle is the lost update in a crowd that has nothing to do with it.
func needle(s *sim.Sim) {
	for range 12 {
		actors.MustSpawn(s.System(), "", actors.Stateless(func(c *actors.Context[int], n int) error {
			if n < 12 {
				c.Self().Tell(n + 1)
			}
			return nil
		})).Tell(0)
	}
	lostUpdate(s)
}

// overtaken relies on the order of messages, which the mailbox keeps; a fault makes it one that does not.
func overtaken(s *sim.Sim) {
	s.Fault(sim.Fault{Do: sim.Reorder, Process: "/list", Chance: 0.1})
	last := -1
	list := actors.MustSpawn(s.System(), "list", actors.Stateless(func(_ *actors.Context[int], n int) error {
		assert.Equal(s, last+1, n, "out of order")
		last = n
		return nil
	}))
	for n := range 10 {
		list.Tell(n)
	}
	s.Settle()
}

// replaying reports whether one seed is run again: then a planted mistake is a failure like any other.
func replaying() bool { return flag.Lookup("sim.seed").Value.String() != "0" }

func TestExplorePlantedMistakesOfOrder(t *testing.T) {
	for _, p := range planted {
		t.Run(p.name, func(t *testing.T) {
			if replaying() {
				sim.Explore(t, 1, p.body)
				return
			}
			r := explored(1000, p.body, t.Name())
			require.Contains(t, r.fatal, p.says)
			t.Log(regexp.MustCompile(`the whole run took.*`).FindString(r.fatal))
			line := r.fatal[strings.LastIndex(r.fatal, "run it again: ")+len("run it again: "):]
			t.Log(line)
			drawn := regexp.MustCompile(`-sim.(?:drawn=([\d,]+)|prefix=0)$`).FindStringSubmatch(line)
			require.NotNil(t, drawn, "nothing was left out")
			if drawn[1] != "" {
				assert.LessOrEqual(t, len(strings.Split(drawn[1], ",")), p.needed, "the decisions that matter are few")
			}
			again := replayed(t, line)
			assert.Contains(t, again, flat(r.fatal), "the printed command runs the same steps to the same failure")
		})
	}
}

// flat is a report without what it has been indented by, and without what only the first run knows.
func flat(report string) string {
	report = report[strings.Index(report, "last "):]
	lines := strings.Split(report, "\n")
	var out []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); !strings.HasPrefix(l, "the whole run took ") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// replayed gives a printed command to the shell and returns what it prints. The go command is stood in for by this test's own binary, so that
// nothing has to be built.
func replayed(t *testing.T, line string) string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the command is printed for a shell")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	const stand = `go() { [ "$1 $2 $3" = "test ./testkit/sim -run" ] || exit 99; pattern=$4; shift 4; "$SELF" -test.v -test.run "$pattern" "$@"; }; `
	cmd := exec.Command(shell, "-c", stand+line)
	cmd.Env = append(os.Environ(), "SELF="+self)
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	require.ErrorAs(t, err, &failed, "%s", out)
	require.Equal(t, 1, failed.ExitCode(), "%s", out)
	var lines []string
	for l := range strings.Lines(string(out)) {
		if l = strings.TrimSpace(l); !strings.HasPrefix(l, "the whole run took ") {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
