// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"mabeam.dev/agents"
)

// TestMain lets the scripts run the command as a process of its own, and fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	testscript.Main(leaks{m}, map[string]func(){"runtime": func() { Main(Kind(moody), Kind(stillborn), Kind(sleeper)) }})
}

type leaks struct{ m *testing.M }

// Run runs the tests.
func (l leaks) Run() int {
	code := l.m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// moody agents do what a task's input says, and say so on standard error first: "panic", "fail", "refuse" (for good), "hang" (until it is
// recalled), "stuck" (for ever), "busy" (three tenths of a second); anything else is answered with itself.
var moody = agents.Native("moody", "Does what its input says.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		var mood any
		if err := json.Unmarshal(t.Input, &mood); err != nil {
			return nil, agents.Permanent("bad_input", err.Error())
		}
		fmt.Fprintf(os.Stderr, "working on %s\n", t.ID)
		switch mood {
		case "panic":
			panic("as told")
		case "fail":
			return nil, errors.New("as told")
		case "refuse":
			return nil, agents.Permanent("no", "as told")
		case "hang":
			<-ctx.Done()
			return nil, context.Cause(ctx)
		case "stuck":
			select {}
		case "busy":
			select {
			case <-time.After(300 * time.Millisecond):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		return t.Input, nil
	}), nil
})

// sleeper agents take their time to be made: until a line comes on standard input.
var sleeper = agents.Native("sleeper", "Sleeps at its start.", func(agents.Spec) (agents.Worker, error) {
	fmt.Fprintln(os.Stderr, "asleep")
	_, err := os.Stdin.Read(make([]byte, 1)) // nothing comes in the scripts, nor an end
	return nil, err
})

// stillborn agents cannot be made.
var stillborn = agents.Native("stillborn", "Fails to start.", func(agents.Spec) (agents.Worker, error) {
	return nil, errors.New("no such luck")
})
