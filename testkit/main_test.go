// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"mabeam.dev/testkit"
	"mabeam.dev/testkit/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// worlds runs a body in both worlds: in a bubble, and under some seeds of a simulation.
func worlds(t *testing.T, body func(t testkit.T)) {
	t.Run("bubble", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { body(t) })
	})
	t.Run("simulation", func(t *testing.T) {
		sim.Explore(t, 30, func(s *sim.Sim) { body(s) })
	})
}

// failing is a test that fails without failing: it keeps what it is told. Cleanup and Failed are its own, so that a system can end with it.
type failing struct {
	testing.TB
	said     []string
	cleanups []func()
}

func (f *failing) Helper()           {}
func (f *failing) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }
func (f *failing) Failed() bool      { return len(f.said) > 0 }
func (f *failing) FailNow()          { panic(f) }
func (f *failing) Logf(s string, args ...any) {
	f.said = append(f.said, "log: "+fmt.Sprintf(s, args...))
}

func (f *failing) Errorf(s string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(s, args...))
}

// during runs part of a test that is expected to fail, and returns what it said.
func (f *failing) during(part func()) string {
	defer func() { f.said = nil }()
	f.said = nil
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(f) {
				panic(r)
			}
		}()
		part()
	}()
	return strings.Join(f.said, "\n")
}

// end runs what the test would run at its end, and returns what that said.
func (f *failing) end() string {
	return f.during(func() {
		for _, fn := range f.cleanups {
			fn()
		}
	})
}
