// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// watches is what one owner knows of the watches: under which keys each is filed, so that a change is tested only against those that it may
// concern.
type watches struct {
	all   []*filed
	under map[index.Key][]*filed
	by    map[actors.PID]*watcher
	life  uint64
	quiet bool   // nobody is told for now
	told  func() // called when one has been told

	keys   []index.Key // scratch
	change uint64      // counts changes
	struck []*filed    // those whom the commit concerns
	slow   bool        // one of them is over
}

// filed is a watch in the hands of one owner.
type filed struct {
	watch *Watch
	keys  []index.Key
	last  uint64   // the change that it was tested against last
	batch []Change // of the commit in hand
}

// watcher is a process with watches.
type watcher struct {
	monitor actors.Monitor
	n       int
}

// begin files all watches and returns what they may know.
func (ws *watches) begin(ctx *actors.Context[message], c *circle, anew bool) (trail []milestone) {
	all, trail, life := c.begin(ctx.PID(), anew)
	*ws = watches{under: map[index.Key][]*filed{}, by: map[actors.PID]*watcher{}, life: life, told: ws.told}
	for _, w := range all {
		ws.file(ctx, w)
	}
	return trail
}

func (ws *watches) file(ctx *actors.Context[message], w *Watch) {
	w.tellBy(ctx.PID())
	f := &filed{watch: w, keys: w.prepared.Filing()}
	ws.all = append(ws.all, f)
	for _, k := range f.keys {
		ws.under[k] = append(ws.under[k], f)
	}
	p := ws.by[w.pid]
	if p == nil {
		p = &watcher{monitor: ctx.Monitor(w.pid, notice)}
		ws.by[w.pid] = p
	}
	p.n++
}

// drop takes out those watches of which gone is true.
func (ws *watches) drop(owner actors.PID, c *circle, gone func(*Watch) bool) {
	c.leave(owner, gone)
	ws.all = slices.DeleteFunc(ws.all, func(f *filed) bool {
		if !gone(f.watch) {
			return false
		}
		for _, k := range f.keys {
			left := slices.DeleteFunc(ws.under[k], func(g *filed) bool { return g == f })
			if ws.under[k] = left; len(left) == 0 {
				delete(ws.under, k)
			}
		}
		if p := ws.by[f.watch.pid]; p != nil {
			if p.n--; p.n == 0 {
				p.monitor.Stop()
				delete(ws.by, f.watch.pid)
			}
		}
		return true
	})
}

// ended forgets the watches of a process.
func (ws *watches) ended(owner actors.PID, c *circle, pid actors.PID) {
	if ws.by[pid] != nil {
		ws.drop(owner, c, func(w *Watch) bool { return w.pid == pid })
	}
}

// tell tells everybody what concerns them of the commit that made v.
func (ws *watches) tell(owner actors.PID, c *circle, v *index.View, changes []index.Change) {
	if len(changes) == 0 || ws.quiet {
		return
	}
	now := milestone{stamp{ws.life, v.Version()}, v}
	if len(ws.all) > 0 {
		if !c.tell(owner, now) {
			return // ended: its successor tells
		}
		ws.spread(owner, now, changes, false, nil)
	}
	ws.over(owner, c, now)
}

// catchUp goes on where the last owner was ended, or begins anew: everybody is told how v is different from what he knows last. Whom a View
// on the trail did not concern, has not been told of it, and need not.
func (ws *watches) catchUp(owner actors.PID, c *circle, trail []milestone, v *index.View) {
	now := milestone{stamp{ws.life, v.Version()}, v}
	if !c.tell(owner, now) {
		return
	}
	for i := len(trail) - 1; i >= 0 && len(ws.all) > 0; i-- { // the latest first: who is told knows all of them then
		from := trail[i]
		ws.spread(owner, now, index.Diff(from.view, v), from.at.life != ws.life, func(w *Watch) bool {
			return (i == 0 || w.knows(from.at)) && (i == len(trail)-1 || !w.knows(trail[i+1].at))
		})
	}
	ws.over(owner, c, now)
}

// spread tells what concerns them those of whom only is true; nil is everybody.
func (ws *watches) spread(owner actors.PID, now milestone, changes []index.Change, gap bool, only func(*Watch) bool) {
	if len(ws.all) > 0 {
		for _, ch := range changes {
			ws.test(ch, now.at.version, only)
		}
	}
	for i, f := range ws.struck {
		ws.slow = !f.watch.add(owner, f.batch, now.at, gap) || ws.slow
		f.batch, ws.struck[i] = nil, nil
		ws.told()
	}
	ws.struck = ws.struck[:0]
}

// over ends the telling of a View.
func (ws *watches) over(owner actors.PID, c *circle, now milestone) {
	c.heard(owner, now)
	if ws.slow {
		ws.slow = false
		ws.drop(owner, c, (*Watch).ended)
	}
}

// test adds a change to the batches of those whom it concerns.
func (ws *watches) test(ch index.Change, version uint64, only func(*Watch) bool) {
	ws.change++
	ws.keys = ws.keys[:0]
	if ch.Before != nil {
		ws.keys = index.AppendKeys(ws.keys, ch.Before)
	}
	if ch.After != nil {
		ws.keys = index.AppendKeys(ws.keys, ch.After)
	}
	for _, k := range ws.keys {
		for _, f := range ws.under[k] {
			if f.last == ws.change {
				continue
			}
			if f.last = ws.change; only != nil && !only(f.watch) {
				continue
			}
			effect := f.watch.prepared.Effect(ch)
			if effect == index.None {
				continue
			}
			if len(f.batch) == 0 {
				ws.struck = append(ws.struck, f)
			}
			f.batch = append(f.batch, Change{effect, ch.Before, ch.After, version})
		}
	}
}

func (o *owner) subscribe(ctx *actors.Context[message], m subscribe) {
	if most := o.r.options.MaxWatches; most > 0 && len(o.watches.all) >= most {
		m.reply.Send(subscribed{err: &LimitError{"watches", most}})
		return
	}
	m.watch.from(stamp{o.watches.life, o.view.Version()})
	o.watches.file(ctx, m.watch)
	o.r.circle.join(ctx.PID(), m.watch)
	m.reply.Send(subscribed{view: o.view})
}

func (o *owner) unsubscribe(ctx *actors.Context[message], gone *Watch) {
	o.watches.drop(ctx.PID(), &o.r.circle, func(w *Watch) bool { return w == gone })
}
