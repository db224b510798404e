// SPDX-License-Identifier: Apache-2.0

package task

import (
	"time"

	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// DefaultTimeout is how long one task of a [Stream] may take if no option says so: Elixir's default.
const DefaultTimeout = 5 * time.Second

// Option changes one thing about a task that is started.
type Option func(*settings)

type settings struct {
	shutdown supervision.Shutdown
	restart  supervision.Restart
	timeout  time.Duration // of one task of a stream; less than 0: none
}

// StopWithin says how a task is stopped, by its supervisor and by whoever has no use for it any more; the default is After(5 s): it is
// asked, which ends its context, and killed when it has not ended by then.
func StopWithin(how supervision.Shutdown) Option { return func(s *settings) { s.shutdown = how } }

// RestartAs makes a task of [Supervisor.StartChild] one that is restarted; the default is Temporary. Tasks with a result refuse it with
// ErrRestarts.
func RestartAs(r supervision.Restart) Option { return func(s *settings) { s.restart = r } }

// Within limits the time of each task of a [Stream], from its start; the default is 5 s, 0 or less is no limit. Other tasks are limited by
// the context of who waits for them.
func Within(d time.Duration) Option {
	return func(s *settings) {
		s.timeout = d
		if d == 0 {
			s.timeout = -1
		}
	}
}

func settingsOf(options []Option) settings {
	s := settings{restart: supervision.Temporary, timeout: DefaultTimeout}
	for _, o := range options {
		o(&s)
	}
	return s
}

// template is the spec of a task's process. The usual one is made once.
func (s settings) template() (dynamic.Template[*job, message], error) {
	if s.shutdown == 0 && s.restart == supervision.Temporary {
		return usual, nil
	}
	return describe(s.restart, s.shutdown)
}

var usual = func() dynamic.Template[*job, message] {
	t, err := describe(supervision.Temporary, 0)
	if err != nil {
		panic(err) // it cannot be wrong
	}
	return t
}()
