// SPDX-License-Identifier: Apache-2.0

package task

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// streaming is what the process of a stream takes.
type streaming interface{ stream() }

// ask offers the next item, or says that there are no more, and wants what can be had.
type ask[A, T any] struct {
	item  A
	more  bool
	reply actors.Reply[answer[T]]
}

// answer says whether the item was begun, and has the next result if it is ready. Neither means that all is handed out.
type answer[T any] struct {
	taken, ready bool
	value        T
	err          error
}

// leave ends the stream.
type leave struct{ reply actors.Reply[none] }

// late is the time of an item that is over.
type late struct{ index int }

// gone is the end of a task.
type gone actors.Exit

func (ask[A, T]) stream() {}
func (leave) stream()     {}
func (late) stream()      {}
func (gone) stream()      {}

// streamer is the process that runs the tasks of one stream. They are linked to it, so that they end with it, whatever ends it.
type streamer[A, T any] struct {
	in       *Supervisor
	template dynamic.Template[*job, message]
	f        func(*Context, A) (T, error)
	timeout  time.Duration
	shutdown supervision.Shutdown
	callers  []actors.PID // of the tasks: the consumer comes first

	window  window[T]
	running map[int]*item[A, T] // by index
	index   map[actors.PID]int  // of those running
	asked   *ask[A, T]          // that is not answered yet
}

// item is one that is being worked on.
type item[A, T any] struct {
	input   A
	pid     actors.PID
	outcome *outcome[T]
	timer   actors.Timer
	late    bool
}

// Init makes the ends of tasks messages.
func (s *streamer[A, T]) Init(ctx *actors.Context[streaming]) error {
	ctx.TrapExit(func(e actors.Exit) streaming { return gone(e) })
	return nil
}

// Receive does one thing and then what it has made possible.
func (s *streamer[A, T]) Receive(ctx *actors.Context[streaming], m streaming) error {
	switch m := m.(type) {
	case ask[A, T]:
		s.asked = &m
	case gone:
		s.ended(m)
	case late:
		if it := s.running[m.index]; it != nil {
			it.late = true
			it.pid.Kill() // its end is on the way
		}
	case leave:
		err := s.stop(ctx)
		m.reply.Send(none{})
		if err == nil {
			err = actors.Stop
		}
		return err
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return s.answer(ctx)
}

// Terminate ends the tasks of a consumer that did not say that it leaves.
func (s *streamer[A, T]) Terminate(ctx *actors.Context[streaming], _ actors.Reason) error {
	return s.stop(ctx)
}

// answer gives the consumer what there is; if there is nothing it waits.
func (s *streamer[A, T]) answer(ctx *actors.Context[streaming]) error {
	if s.asked == nil {
		return nil
	}
	var a answer[T]
	if s.asked.more && s.window.room() {
		if err := s.begin(ctx, s.asked.item); err != nil {
			s.asked.reply.Fail(err)
			s.asked = nil
			return nil
		}
		a.taken = true
	}
	if s.window.ready() {
		a.ready = true
		a.value, a.err = s.window.take()
	}
	if a.taken || a.ready || !s.asked.more && s.window.empty() {
		s.asked.reply.Send(a)
		s.asked = nil
	}
	return nil
}

// begin starts the task of an item.
func (s *streamer[A, T]) begin(ctx *actors.Context[streaming], input A) error {
	it := &item[A, T]{input: input, outcome: &outcome[T]{}}
	run := doing(it.outcome, func(ctx *Context) (T, error) { return s.f(ctx, input) })
	j := &job{run: run, waits: true, link: ctx.PID(), callers: s.callers}
	ref, err := j.start(ctx, s.in, s.template)
	if err != nil {
		return err
	}
	i := s.window.begin()
	it.pid = ref.PID()
	s.running[i], s.index[it.pid] = it, i
	ctx.Link(it.pid)
	j.begin()
	if s.timeout > 0 {
		it.timer = ctx.After(s.timeout, late{i})
	}
	return nil
}

// ended takes the outcome of a task. Other processes that end are nobody's.
func (s *streamer[A, T]) ended(e gone) {
	i, ours := s.index[e.From]
	if !ours {
		return
	}
	it := s.running[i]
	delete(s.running, i)
	delete(s.index, e.From)
	it.timer.Cancel()
	v, err := it.outcome.result(it.pid.Path(), e.Reason)
	if err != nil && it.late {
		err = &failure{"await", it.pid.Path(), actors.ErrTimeout}
	}
	if err != nil {
		err = &ItemError[A]{Index: i, Input: it.input, Err: err}
	}
	s.window.end(i, v, err)
}

// stop ends the tasks that run: all are asked at once, and those killed that have not ended when their common time is over.
func (s *streamer[A, T]) stop(ctx *actors.Context[streaming]) error {
	var pids []actors.PID
	for i := s.window.first; len(s.running) > 0; i++ {
		if it := s.running[i]; it != nil {
			pids = append(pids, it.pid)
			delete(s.running, i)
			delete(s.index, it.pid)
			it.timer.Cancel()
		}
	}
	begin := ctx.Now()
	for _, pid := range pids {
		ctx.Unlink(pid)
		if s.shutdown == supervision.Brutal {
			pid.Kill()
		} else {
			ctx.AskExit(pid, exit.ReasonShutdown)
		}
	}
	limit, limited := s.shutdown.Deadline()
	for _, pid := range pids {
		left := time.Duration(-1)
		if limited {
			left = max(limit-ctx.Now().Sub(begin), 0)
		}
		ended, err := ctx.AwaitExit(pid, left)
		if err != nil {
			return err
		}
		if !ended {
			pid.Kill()
		}
	}
	return nil
}
