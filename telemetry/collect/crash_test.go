// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/recorder"
)

// newSystem is a system outside a bubble.
func newSystem(tb testing.TB) *actors.System {
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	tb.Cleanup(func() { require.NoError(tb, sys.Close(context.Background())) })
	return sys
}

type order string

// account counts its orders, shows the count, and breaks at some of them.
type account struct {
	Orders  int
	private string
	broken  bool
}

func (a *account) Init(ctx *actors.Context[order]) error { return collect.Describe(ctx, a) }

func (a *account) Inspect() any {
	if a.broken {
		panic("cannot be seen")
	}
	return struct{ Orders int }{a.Orders}
}

func (a *account) Receive(_ *actors.Context[order], m order) error {
	a.Orders++
	switch m {
	case "error":
		return errors.New("out of stock")
	case "panic":
		panic("till is jammed")
	case "broken":
		a.broken = true
		return errors.New("broken")
	case "stop":
		return actors.Stop
	}
	return nil
}

func newAccount() actors.Behavior[order] { return &account{private: "pin 1234"} }

func (w *world) tell(s *supervision.Supervisor, id string, orders ...order) {
	ref, err := actors.RefOf[order](s.Child(id))
	require.NoError(w, err)
	for _, o := range orders {
		ref.Tell(o)
	}
	synctest.Wait()
}

// giveUp makes a supervisor exceed its intensity.
func (w *world) giveUp() {
	s, err := supervision.Start(w.sys, "fragile", supervision.Spec{
		Intensity: supervision.Intensity{Max: supervision.NoRestarts}, Children: []supervision.Child{supervision.Worker("a", newAccount)},
	})
	require.NoError(w, err)
	w.tell(s, "a", "error")
}

func TestCrashReportSaysWhoOnWhatInWhichStateAndWhatCameBefore(t *testing.T) {
	bubble(t, func(w *world) {
		rec := recorder.New(recorder.Options{Now: w.sys.Now, Subject: collect.SubjectOf})
		defer rec.Attach(w.bus)()
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{Recorder: rec})
		defer crashes.Close()
		var emitted []collect.Report
		defer telemetry.Subscribe(w.bus, "test", func(r collect.Report) { emitted = append(emitted, r) })()
		top := w.start(supervision.Sub("shop", supervision.Spec{Children: []supervision.Child{supervision.Worker("till", newAccount)}}))
		shop, err := supervision.Of(top.Child("shop"))
		require.NoError(t, err)
		w.tell(shop, "till", "fine", "fine", "panic")

		require.Len(t, crashes.Recent(), 1)
		r := crashes.Recent()[0]
		assert.Equal(t, emitted, crashes.Recent())
		assert.Equal(t, "/top/shop/till", r.Path)
		assert.Equal(t, []string{"/top/shop", "/top"}, r.Ancestors)
		assert.Contains(t, r.Reason, "till is jammed")
		assert.Contains(t, r.Message, "order")
		assert.Equal(t, "{Orders:3}", r.State)
		assert.Contains(t, r.Stack, "account).Receive")
		assert.EqualValues(t, 3, r.Handled)
		assert.Equal(t, 1, r.Links)
		assert.Equal(t, []string{"/top/shop"}, r.Linked)
		var names []string
		for _, e := range r.Last {
			names = append(names, e.Name)
		}
		assert.Equal(t, []string{"process.started", "supervision.child_started", "process.exited"}, names)
		assert.NotContains(t, r.String(), "1234", "only what the behaviour shows is shown")
		for _, part := range []string{"CRASH REPORT  /top/shop/till", "till is jammed", "{Orders:3}", "/top/shop /top", "process.started", "account).Receive"} {
			assert.Contains(t, r.String(), part)
		}
		kept := slices.ContainsFunc(rec.Last(1000), func(e recorder.Entry) bool { return e.Name == r.EventName() })
		assert.True(t, kept, "the recorder has the report as well")
	})
}

func TestReportsAreOfCrashesAlone(t *testing.T) {
	bubble(t, func(w *world) {
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{Keep: 2})
		top := w.start(supervision.Worker("a", newAccount), supervision.Worker("b", newAccount))
		w.tell(top, "a", "stop")
		top.Child("a").Kill()
		synctest.Wait()
		assert.Empty(t, crashes.Recent())
		w.tell(top, "a", "error")
		w.tell(top, "a", "broken")
		w.tell(top, "b", "error")
		var states []string
		for _, r := range crashes.Recent() {
			states = append(states, r.Path+" "+r.State)
		}
		assert.Equal(t, []string{"/top/a ", "/top/b {Orders:1}"}, states, "the last two; a view that panics is left out")
		crashes.Close()
		crashes.Close()
		w.tell(top, "b", "error")
		assert.Len(t, crashes.Recent(), 2)
	})
}

// vault has no view of its own, and a secret.
type vault struct {
	Opened   int
	Password string
	inner    *struct{ pin []byte }
	held     map[string]string
	since    time.Time
	wait     time.Duration
	self     *vault
}

func (v *vault) Init(ctx *actors.Context[order]) error { return collect.Describe(ctx, v) }

func (v *vault) Receive(*actors.Context[order], order) error {
	v.Opened++
	return errors.New("jammed")
}

func TestStateWithoutAViewIsSummarizedWithoutItsTexts(t *testing.T) {
	bubble(t, func(w *world) {
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{})
		defer crashes.Close()
		top := w.start(supervision.Worker("v", func() actors.Behavior[order] {
			v := &vault{Password: "hunter2", inner: &struct{ pin []byte }{[]byte("1234")}, held: map[string]string{"gold": "bars"}, since: w.sys.Now(), wait: time.Second}
			v.self = v
			return v
		}))
		w.tell(top, "v", "open")
		require.Len(t, crashes.Recent(), 1)
		state := crashes.Recent()[0].State
		assert.True(t, strings.HasPrefix(state, "&collect_test.vault{Opened:1 Password:string(7) inner:&struct { pin []uint8 }{pin:[]uint8(4)} "+
			"held:map[string]string(1) since:time.Time wait:1s self:&collect_test.vault{"), state)
		for _, secret := range []string{"hunter2", "1234", "gold", "bars"} {
			assert.NotContains(t, state, secret)
		}
	})
}

func TestSummaryEndsWhateverTheValueHolds(t *testing.T) {
	for v, want := range map[any]string{nil: "nil", 3: "3", true: "true", 2.5: "2.5", uint8(7): "7", "text": "string(4)", (*vault)(nil): "nil"} {
		assert.Equal(t, want, collect.Summary(v))
	}
	var circle []any
	circle = append(circle, &circle)
	assert.Equal(t, "&[]interface {}(1)", collect.Summary(&circle))
	var self any
	self = &self
	assert.NotEmpty(t, collect.Summary(self))
	assert.Contains(t, collect.Summary([40]int{}), "[40]int")
}

func TestACrashIsInTheLogOnce(t *testing.T) {
	bubble(t, func(w *world) {
		defer collect.ReportCrashes(w.sys, collect.CrashOptions{}).Close()
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, nil))
		defer w.bus.SubscribeAll("log", collect.LogOnce(telemetry.LogTo(logger)))()
		parent := actors.MustSpawn(w.sys, "parent", actors.Stateless(func(ctx *actors.Context[order], _ order) error {
			_, err := actors.SpawnLink(ctx, "child", newAccount)
			return err
		}))
		parent.Tell("go")
		synctest.Wait()
		child, err := actors.Lookup[order](w.sys, "child")
		require.NoError(t, err)
		child.Tell("panic")
		synctest.Wait()
		telemetry.Emit(w.bus, collect.AlertFired{})
		assert.NotContains(t, log.String(), "alert.fired", "that is for a route")
		assert.Equal(t, 1, strings.Count(log.String(), "stack="), log.String())
		assert.Equal(t, 1, strings.Count(log.String(), "msg=process.crash_report"))
		assert.Equal(t, 1, strings.Count(log.String(), "msg=process.exited"), "the one who went along, with the reason alone")
	})
}

func TestWhoDiesOfAnothersCrashHasNoReport(t *testing.T) {
	bubble(t, func(w *world) {
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{})
		defer crashes.Close()
		parent := actors.MustSpawn(w.sys, "parent", actors.Stateless(func(ctx *actors.Context[order], _ order) error {
			_, err := actors.SpawnLink(ctx, "child", newAccount)
			return err
		}))
		parent.Tell("go")
		synctest.Wait()
		child, err := actors.Lookup[order](w.sys, "child")
		require.NoError(t, err)
		child.Tell("error")
		synctest.Wait()
		assert.False(t, parent.PID().Alive())
		require.Len(t, crashes.Recent(), 1)
		assert.Equal(t, "/parent/child", crashes.Recent()[0].Path)
	})
}

func TestSupervisorThatGivesUpIsReportedWithTheNodesLastEvents(t *testing.T) {
	bubble(t, func(w *world) {
		rec := recorder.New(recorder.Options{Now: w.sys.Now, Subject: collect.SubjectOf})
		defer rec.Attach(w.bus)()
		crashes := collect.ReportCrashes(w.sys, collect.CrashOptions{Recorder: rec})
		defer crashes.Close()
		w.giveUp()
		all := crashes.Recent()
		require.Len(t, all, 2)
		assert.Equal(t, "/fragile/a", all[0].Path)
		assert.Equal(t, "/fragile", all[1].Path)
		assert.Contains(t, all[1].Reason, "gave up")
		assert.Contains(t, all[1].String(), "out of stock")
		for _, e := range all[1].Last {
			assert.NotEqual(t, "process.crash_report", e.Name, "reports are not nested")
		}
	})
}

type placed struct {
	telemetry.Origin
}

func (placed) EventName() string { return "test.placed" }

func TestSubjectIsTheProcessOrTheOriginOfAnEvent(t *testing.T) {
	bubble(t, func(w *world) {
		ref := actors.MustSpawn(w.sys, "p", actors.Stateless(func(*actors.Context[order], order) error { return nil }))
		pid := ref.PID()
		of := func(e telemetry.Event) string {
			s, ok := collect.SubjectOf(e)
			if !ok {
				return "none"
			}
			return s.Path
		}
		assert.Equal(t, "/p", of(actors.ProcessStarted{PID: pid}))
		assert.Equal(t, "none", of(actors.ProcessStarted{}))
		assert.Equal(t, "/x", of(placed{telemetry.Origin{Path: "/x"}}))
		assert.Equal(t, "none", of(placed{}))
		assert.Equal(t, "none", of(taskEnded{}))
		assert.Equal(t, "none", of(&placed{telemetry.Origin{Path: "/x"}}))
	})
}
