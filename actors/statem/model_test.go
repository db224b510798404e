// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chooser draws a number below n; scripts are drawn from rapid, which shrinks them, or from a seed.
type chooser func(n int) int

func (c chooser) of(words ...string) string { return words[c(len(words))] }

// drawn is a random script and what is done to its machine. Its times are 0 or far ahead, unless timed.
func (c chooser) drawn(timed bool) job {
	var lines []string
	if c(2) == 1 {
		lines = append(lines, "enter on")
	}
	lines = append(lines, "start a"+c.actions(timed, false))
	for range c(30) {
		event := c.of("enter", "msg/x", "msg/y", "msg/k1", "msg/k2", "int/x", "int/y", "state/x", "event/x", "t/x", "t/y", "msg/x", "int/x")
		verb := c.of("keep", "keep", "keep", "keep", "next/a", "next/b", "next/c", "next/b", "repeat", "repeat")
		if c(40) == 0 {
			verb = c.of("stop/normal", "stop/shutdown", "stop/boom", "none")
		}
		lines = append(lines, fmt.Sprintf("on %s %s = %s%s", c.of("a", "b", "c"), event, verb, c.actions(timed, event == "enter")))
	}
	calls := []string{"!k1", "!k2", "!k3"}
	j := job{text: strings.Join(lines, "\n"), timed: timed}
	for range 1 + c(5) {
		if timed && c(2) == 0 {
			j.dos = append(j.dos, fmt.Sprintf("wait %d", c(5)))
			continue
		}
		do := "send"
		for range 1 + c(4) {
			if len(calls) > 0 && c(4) == 0 {
				do += " " + calls[0]
				calls = calls[1:]
			} else {
				do += " " + c.of("x", "y")
			}
		}
		j.dos = append(j.dos, do)
	}
	return j
}

// actions draws the actions of one result; what is not allowed there is rare.
func (c chooser) actions(timed, enter bool) string {
	text := ""
	for range c(5) {
		time := c.of("0", "0", "1000")
		if timed {
			time = c.of("0", "0", "1", "2", "3", "5", "7")
		}
		id := c.of("state", "event", "t", "t")
		kinds := []string{
			"after/" + id + "/" + time + "/" + c.of("x", "y"), "upd/" + id + "/" + c.of("x", "y"), "cancel/" + id, "reply",
			"ins/" + c.of("int", "int", "msg", "state", "event", "t") + "/" + c.of("x", "y"), "postpone", "ins/int/x", "postpone",
		}
		pick := c(len(kinds))
		if enter && pick >= 4 && c(10) > 0 {
			pick = 0
		}
		if c(60) == 0 {
			kinds[pick] = "after/t/-1/x"
		}
		text += " " + kinds[pick]
	}
	return text
}

// trace runs a job and returns the trace of its start and of each do.
func trace(r runner, j job) []string {
	out := []string{strings.Join(r.begin(parseScript(j.text)), "\n")}
	for _, do := range j.dos {
		words := strings.Fields(do)
		var got []string
		if words[0] == "wait" {
			n := 0
			if _, err := fmt.Sscan(words[1], &n); err != nil {
				panic(err)
			}
			got = r.wait(n)
		} else {
			got = r.send(words[1:])
		}
		out = append(out, strings.Join(got, "\n"))
	}
	return out
}

// Whatever a machine's callbacks return, the core does what the naive model does.
func TestCoreMatchesTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := chooser(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") })
		j := draw.drawn(draw(2) == 1)
		want, got := trace(&naive{}, j), trace(&pure{}, j)
		if !equal(want, got) {
			t.Fatalf("%s\n%s\nwant:\n%s\ngot:\n%s", j.text, strings.Join(j.dos, "\n"), strings.Join(want, "\n--\n"), strings.Join(got, "\n--\n"))
		}
	})
}

// seeded draws n jobs from a seed.
func seeded(seed uint64, n int, timed bool) []job {
	r := rand.New(rand.NewPCG(seed, 1))
	jobs := make([]job, n)
	for i := range jobs {
		jobs[i] = chooser(r.IntN).drawn(timed)
		jobs[i].name = fmt.Sprintf("seed %d, script %d", seed, i)
	}
	return jobs
}

// Processes do what the core does, on random machines.
func TestProcessMatchesTheCore(t *testing.T) {
	inBubble(t, func(t *testing.T, l *live) {
		for _, timed := range []bool{false, true} {
			for _, j := range seeded(1, 300, timed) {
				compare(t, j, trace(&pure{}, j), trace(l, j))
			}
		}
	})
}

// Where Erlang is installed, the core does what real OTP does, on random machines.
func TestCoreMatchesOTP(t *testing.T) {
	needOTP(t)
	jobs := seeded(2, 400, false)
	traces := onOTP(t, jobs, 60_000)
	ended := 0
	for i, j := range jobs {
		want := traces[i]
		if slices.ContainsFunc(want, func(s string) bool { return strings.Contains(s, "exit") }) {
			ended++
		}
		compare(t, j, want, trace(&pure{}, j))
	}
	if ended < 40 || ended > 360 {
		t.Errorf("%d of %d machines ended: the scripts say little", ended, len(jobs))
	}
}

func compare(t *testing.T, j job, want, got []string) {
	t.Helper()
	if !equal(want, got) {
		t.Errorf("%s\n%s\n%s\nwant:\n%s\ngot:\n%s", j.name, j.text, strings.Join(j.dos, "\n"), strings.Join(want, "\n--\n"), strings.Join(got, "\n--\n"))
	}
}
