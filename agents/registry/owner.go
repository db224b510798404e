// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/supervision"
)

// maxGroup is how many writes make one commit, if so many wait.
const maxGroup = 256

// owner is the process that writes. It has the tables from its holder, or makes them when there are none.
type owner struct {
	r      *Registry
	tables tables
	ready  bool        // it has the tables
	view   *index.View // the one that is published

	draft   draft
	answers []answer // to be given when the draft is published
	pending int      // ops in the draft
	due     bool     // a flush is on its way

	held    map[actors.PID]holding // who is in rows
	fed     map[string]ID          // the agents of the source
	reports reports
	watches watches
}

// answer is one that is owed.
type answer struct {
	one    actors.Reply[Result]
	result Result
	many   actors.Reply[batched]
	all    batched
}

func (r *Registry) ownerChild() supervision.Child {
	name := r.options.Name
	return supervision.Child{ID: "owner", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		start := func() actors.Behavior[message] { return &owner{r: r} }
		ref, err := actors.SpawnLink(in, name, start, actors.Kind("registry"), actors.MailboxSize(-1))
		return ref.PID(), err
	}}
}

// Init claims the tables of the owner before. They come as notices; what comes before them waits.
func (o *owner) Init(ctx *actors.Context[message]) error {
	self, err := custodian(ctx,
		func(t rowsTaken) message { return t }, func(t viewTaken) message { return t }, func(t pastTaken) message { return t })
	if err != nil {
		return err
	}
	holder := actors.Named[custodyMessage](ctx.System(), o.r.holderName())
	left, err := actors.Call(ctx, holder, func(reply actors.Reply[legacy]) custodyMessage { return claim{self, reply} })
	nobody := errors.Is(err, actors.ErrNoProc)
	if err != nil && !nobody {
		return err
	}
	o.begin(ctx)
	if left.there {
		return nil
	}
	if o.tables, err = create(ctx, o.r.options); err != nil {
		return err
	}
	if !nobody { // one that comes later says so
		if err := o.tables.bequeath(left.heir); err != nil {
			return err
		}
	}
	return o.found(ctx)
}

// begin makes what belongs to one incarnation.
func (o *owner) begin(ctx *actors.Context[message]) {
	o.r.nudges.Store(actors.NewFeed(ctx, func(m message) message { return m }))
	o.draft = draft{ground: &o.tables, now: ctx.Now(), limit: o.r.options.MaxAgents}
	o.held, o.fed = map[actors.PID]holding{}, map[string]ID{}
	o.watches.told = func() { o.r.pass("one told") }
	ctx.Every(o.r.options.Retention/10+1, expire{})
}

// Receive handles one message.
func (o *owner) Receive(ctx *actors.Context[message], m message) error {
	switch m := m.(type) {
	case rowsTaken:
		o.tables.rows = m.Table
		return o.taken(ctx)
	case viewTaken:
		o.tables.view = m.Table
		return o.taken(ctx)
	case pastTaken:
		o.tables.past = m.Table
		return o.taken(ctx)
	}
	if !o.ready {
		ctx.Stash()
		return nil
	}
	return o.handle(ctx, m)
}

// taken goes to work when the last table has come.
func (o *owner) taken(ctx *actors.Context[message]) error {
	if !o.tables.complete() {
		return nil
	}
	if err := o.takeOver(ctx); err != nil {
		return err
	}
	ctx.Unstash()
	return nil
}

func (o *owner) handle(ctx *actors.Context[message], m message) error {
	switch m := m.(type) {
	case write:
		if o.r.sealed.Load() {
			m.reply.Fail(ErrReadOnly)
			return nil
		}
		o.answers = append(o.answers, answer{one: m.reply, result: o.draft.do(m.op)})
		return o.later(ctx, 1)
	case several:
		if o.r.sealed.Load() && !m.always {
			m.reply.Fail(ErrReadOnly)
			return nil
		}
		results, err := o.draft.batch(m.mode, m.ops)
		o.answers = append(o.answers, answer{many: m.reply, all: batched{results, err}})
		return o.later(ctx, len(m.ops))
	case ended:
		return o.ended(ctx, m)
	case news:
		return o.news(ctx)
	case flush:
		o.due = false
		return o.publish(ctx)
	case report:
		o.report(ctx, m.figures)
	case reportsDue:
		if o.r.sealed.Load() {
			o.reports = reports{}
			return nil
		}
		return o.writeReports(ctx)
	case settled:
		if err := o.settle(ctx); err != nil {
			return err
		}
		m.reply.Send(o.view.Version())
	case subscribe:
		o.subscribe(ctx, m)
	case unsubscribe:
		o.unsubscribe(ctx, m.watch)
	case heir:
		return o.tables.bequeath(m.to)
	case expire:
		return o.expire(ctx)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// later has the draft published when all that is queued by now is in it, or when it is large.
func (o *owner) later(ctx *actors.Context[message], ops int) error {
	if o.pending += ops; o.pending >= maxGroup {
		return o.publish(ctx)
	}
	if !o.due {
		o.due = true
		o.r.nudge(flush{})
	}
	return nil
}

// Overview is what the registry's process shows of itself.
type Overview struct {
	Agents  int    // rows
	Version uint64 // commits
	Held    int    // processes that are monitored
	Sourced int    // agents of the source
	Past    int    // agents that are remembered
	Watches int    // queries that are watched
}

// Inspect returns an Overview.
func (o *owner) Inspect() any {
	if !o.ready {
		return Overview{}
	}
	past, _ := o.tables.past.Len()
	return Overview{
		Agents: o.view.Len(), Version: o.view.Version(), Held: len(o.held), Sourced: len(o.fed), Past: past, Watches: len(o.watches.all),
	}
}
