// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// script is the world of one file: a spec, a machine made of it when it is first needed, and series.
type script struct {
	t       *testing.T
	spec    Spec
	machine *Machine
	now     int // seconds since epoch
	series  map[string]map[string]Sample
	failing map[string]bool
}

// Samples shows the series of the script.
func (s *script) Samples(m Measure) []Sample {
	var out []Sample
	for _, key := range slices.Sorted(maps.Keys(s.series[m.Series])) {
		if m.Scope == "" || m.Scope == key {
			out = append(out, s.series[m.Series][key])
		}
	}
	return out
}

func (s *script) at() time.Time { return epoch.Add(time.Duration(s.now) * time.Second) }

// TestScripts runs series in, alerts out. Commands: rule and route (arguments as in the configuration), run (a line for each series: name,
// key or -, and its values second by second, x for none), silence, unsilence, ack, fail and mend (a route), clock (seconds to jump), restart
// (the machine goes on from its memory, with rules and routes defined since), status.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := &script{t: t, series: map[string]map[string]Sample{}, failing: map[string]bool{}}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			s.do(&out, d)
			if out.Len() == 0 {
				return "ok\n"
			}
			return out.String()
		})
	})
}

func (s *script) do(out *strings.Builder, d *datadriven.TestData) {
	arg := func(key string) string {
		a, ok := d.Arg(key)
		if !ok {
			return ""
		}
		return strings.Join(a.Vals, ",")
	}
	span := func(key string) time.Duration {
		v := arg(key)
		if v == "" {
			return 0
		}
		if v == "never" {
			return Never
		}
		dur, err := time.ParseDuration(v)
		require.NoError(s.t, err, d.Pos)
		return dur
	}
	switch d.Cmd {
	case "rule":
		s.spec.Rules = append(s.spec.Rules, s.rule(d, arg, span))
	case "route":
		r := Route{
			Name: d.CmdArgs[0].Key, Repeat: span("repeat"), Retry: span("retry"), EscalateAfter: span("escalate-after"), EscalateTo: arg("escalate-to"),
		}
		if n := arg("per-minute"); n != "" {
			r.MaxPerMinute, _ = strconv.Atoi(n)
		}
		s.spec.Routes = append(s.spec.Routes, r)
	case "check":
		if err := s.spec.Validate(); err != nil {
			out.WriteString(err.Error() + "\n")
		}
	case "run":
		s.start()
		s.run(out, d.Input)
	case "silence":
		s.start()
		id, err := s.machine.Silence(s.at(), Silence{
			Rule: arg("rule"), Key: arg("key"), Author: arg("author"), Reason: arg("reason"), Until: s.at().Add(span("for")),
		})
		result(out, fmt.Sprintf("silence %d", id), err)
	case "unsilence":
		id, _ := strconv.Atoi(d.CmdArgs[0].Key)
		result(out, "ok", s.machine.Unsilence(uint64(id)))
	case "ack":
		result(out, "ok", s.machine.Acknowledge(arg("rule"), arg("key"), arg("by")))
	case "fail":
		s.failing[d.CmdArgs[0].Key] = true
	case "mend":
		delete(s.failing, d.CmdArgs[0].Key)
	case "clock":
		n, err := strconv.Atoi(d.CmdArgs[0].Key)
		require.NoError(s.t, err)
		s.now += n
	case "restart":
		memory := s.machine.Memory()
		s.machine = nil
		s.start()
		s.machine.Restore(memory)
	case "status":
		s.status(out)
	default:
		s.t.Fatalf("%s: unknown command %s", d.Pos, d.Cmd)
	}
}

func result(out *strings.Builder, good string, err error) {
	if err != nil {
		good = err.Error()
	}
	out.WriteString(good + "\n")
}

func (s *script) rule(d *datadriven.TestData, arg func(string) string, span func(string) time.Duration) Rule {
	r := Rule{
		Name: d.CmdArgs[0].Key, Series: arg("series"), Scope: arg("scope"), For: span("for"), ClearFor: span("clear-for"), Runbook: arg("runbook"),
	}
	words := []error{}
	for key, into := range map[string]interface{ UnmarshalText([]byte) error }{
		"severity": &r.Severity, "stat": &r.Stat, "compare": &r.Compare, "no-data": &r.NoData,
	} {
		if v := arg(key); v != "" {
			words = append(words, into.UnmarshalText([]byte(v)))
		}
	}
	require.NoError(s.t, errors.Join(words...), d.Pos)
	number := func(key string) float64 {
		v, err := strconv.ParseFloat(arg(key), 64)
		require.NoError(s.t, err, d.Pos)
		return v
	}
	r.Threshold = number("threshold")
	if arg("clear") != "" {
		v := number("clear")
		r.Clear = &v
	}
	if v := arg("routes"); v != "" {
		r.Routes = strings.Split(v, ",")
	}
	if v := arg("inhibited-by"); v != "" {
		r.InhibitedBy = strings.Split(v, ",")
	}
	return r
}

func (s *script) start() {
	if s.machine == nil {
		var err error
		s.machine, err = New(s.spec)
		require.NoError(s.t, err)
	}
}

// run steps the machine second by second and prints what happens.
func (s *script) run(out *strings.Builder, input string) {
	var rows [][]string
	length := 0
	for line := range strings.Lines(input) {
		row := strings.Fields(line)
		var flat []string
		for _, v := range row[2:] {
			value, times, repeated := strings.Cut(v, "*")
			n := 1
			if repeated {
				n, _ = strconv.Atoi(times)
			}
			flat = append(flat, slices.Repeat([]string{value}, n)...)
		}
		rows = append(rows, append(row[:2:2], flat...))
		length = max(length, len(flat))
	}
	for i := range length {
		for _, row := range rows {
			if 2+i >= len(row) || row[2+i] == "x" {
				continue
			}
			value, err := strconv.ParseFloat(row[2+i], 64)
			require.NoError(s.t, err)
			key := strings.TrimPrefix(row[1], "-")
			if s.series[row[0]] == nil {
				s.series[row[0]] = map[string]Sample{}
			}
			s.series[row[0]][key] = Sample{Key: key, Value: value, At: s.at()}
		}
		s.print(out, s.machine.Step(s.at(), s))
		s.now++
	}
}

func (s *script) print(out *strings.Builder, o Output) {
	for _, c := range o.Changes {
		fmt.Fprintf(out, "%d %s: %s -> %s", s.now, name(c.Rule, c.Key), c.From, c.To)
		if c.Known {
			fmt.Fprintf(out, " at %v", c.Value)
		} else {
			out.WriteString(" without data")
		}
		if c.Muted != "" {
			out.WriteString(", " + c.Muted)
		}
		out.WriteString("\n")
	}
	for _, d := range o.Deliveries {
		fmt.Fprintf(out, "%d   -> %s:", s.now, d.Route)
		for _, n := range d.Notices {
			fmt.Fprintf(out, " %s %s", name(n.Rule, n.Key), n.What)
			if n.Escalated {
				out.WriteString(" (escalated)")
			}
		}
		if s.failing[d.Route] {
			fmt.Fprintf(out, " [fails, first: %v]", s.machine.Failed(s.at(), d))
		} else if s.machine.Sent(d) {
			out.WriteString(" [in order again]")
		}
		out.WriteString("\n")
	}
}

func name(rule, key string) string {
	if key == "" {
		return rule
	}
	return rule + "/" + key
}

func (s *script) status(out *strings.Builder) {
	for _, a := range s.machine.Status(s.at()) {
		fmt.Fprintf(out, "%s: %s severity=%s value=%v", name(a.Rule, a.Key), a.State, a.Severity, a.Value)
		for _, mark := range []struct {
			is   bool
			text string
		}{{a.Flapping, "flapping"}, {a.Muted != "", a.Muted}, {a.Acknowledged != "", "acknowledged by " + a.Acknowledged}} {
			if mark.is {
				out.WriteString(", " + mark.text)
			}
		}
		out.WriteString("\n")
	}
	for _, r := range s.machine.FailingRoutes() {
		fmt.Fprintf(out, "route %s is failing\n", r)
	}
	if out.Len() == 0 {
		out.WriteString("nothing\n")
	}
}
