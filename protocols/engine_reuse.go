// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/telemetry"
)

// keepOutcomes is how many outcomes are kept for Spec.Reuse; the oldest goes first.
const keepOutcomes = 1_024

// SessionReused is the event: who asked got the outcome of an earlier session.
type SessionReused struct {
	Which               // session has decided it, with the correlation of who asks now
	Age   time.Duration // of the outcome
}

// EventName returns "session.reused".
func (SessionReused) EventName() string { return "session.reused" }

// LogLevel is Debug.
func (SessionReused) LogLevel() slog.Level { return slog.LevelDebug }

// outcomeKey is everything that an outcome depends on. A change in any of it is another question.
type outcomeKey struct {
	profile    selector.Profile
	rule       consensus.Rule
	durability Durability
	seed       uint64   // as it was given; 0 for none
	table      int      // version of the selector
	text       [32]byte // digest of the question, the options, the parameters, and the electorate with its weights
}

// keyOf is the key of a spec with its defaults among electors in their order.
func keyOf(s Spec, members int, at func(int) consensus.Elector) outcomeKey {
	k := outcomeKey{profile: profile(s, members), rule: s.Rule, durability: s.Durability, seed: s.Seed, table: selector.Version}
	if k.seed == seedOf(s.ID) { // drawn by the engine
		k.seed = 0
	}
	text := make([]byte, 0, 512)
	add := func(part string) { // with its length, so that no two lists read alike
		text = append(binary.AppendUvarint(text, uint64(len(part))), part...)
	}
	add(s.Question)
	add(string(s.Params))
	text = binary.AppendUvarint(text, uint64(len(s.Options)))
	for _, o := range s.Options {
		add(o)
	}
	for i := range members {
		m := at(i)
		add(m.Agent)
		text = binary.AppendVarint(binary.AppendVarint(text, cmp.Or(m.Weight, machine.One)), cmp.Or(m.Calibration, machine.One/2)) // as an electorate has them
	}
	k.text = sha256.Sum256(text)
	return k
}

// seedOf is the seed of a session that was given none.
func seedOf(id SessionID) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64() | 1
}

// outcomes are decisions that may be used again.
type outcomes struct {
	mu struct {
		sync.Mutex
		byKey map[outcomeKey]Result
		order []outcomeKey // of their first decisions
		used  int
	}
}

// put keeps a decision in place of an older one.
func (o *outcomes) put(k outcomeKey, r Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.byKey == nil {
		o.mu.byKey = map[outcomeKey]Result{}
	}
	if _, there := o.mu.byKey[k]; !there {
		if len(o.mu.order) == keepOutcomes {
			delete(o.mu.byKey, o.mu.order[0])
			o.mu.order = append(o.mu.order[:0], o.mu.order[1:]...)
		}
		o.mu.order = append(o.mu.order, k)
	}
	o.mu.byKey[k] = r
}

// get returns a decision that is no older than age.
func (o *outcomes) get(k outcomeKey, now time.Time, age time.Duration) (Result, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok := o.mu.byKey[k]
	if !ok || now.Sub(r.Opened.Add(r.Took)) > age {
		return Result{}, false
	}
	o.mu.used++
	r.Cached = true
	return r, true
}

// forget drops everything.
func (o *outcomes) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mu.byKey, o.mu.order = nil, nil
}

func (o *outcomes) reused() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mu.used
}

// reusable reports whether what a selection decides is an opinion, which can be used again. Deals, the steps of a workflow and what is proven among liars are
// done anew each time, and so is whatever a protocol of the program's own does.
func reusable(s selector.Selection) bool {
	switch s.Protocol {
	case selector.Simple, selector.Weighted, selector.Hierarchical, selector.Refinement, selector.Ensemble, selector.Reasoning:
		return !s.Ratify
	}
	return false
}

// retain keeps a decision for those that ask the same, if its own session said so.
func (e *Engine) retain(n *entry, r Result) {
	if n.setup.Spec.Reuse == 0 || r.State != StateDecided || !reusable(n.setup.Selection) {
		return
	}
	e.outcomes.put(keyOf(n.setup.Spec, n.setup.Electorate.Len(), n.setup.Electorate.At), r)
}

// Reuse returns the decision of an earlier session that was asked the same, where the spec takes one, as Coordinate does; false if there is none.
func (e *Engine) Reuse(s Spec) (Result, bool) {
	sys := e.system()
	if s.Reuse <= 0 || s.ID != "" || sys == nil {
		return Result{}, false
	}
	s = s.withDefaults(e.o.Journal != nil)
	if s.validate() != nil { // it is refused as ever
		return Result{}, false
	}
	members, _, err := e.electorate(s)
	if err != nil {
		return Result{}, false
	}
	now := sys.Now()
	r, ok := e.outcomes.get(keyOf(s, len(members), func(i int) consensus.Elector { return members[i] }), now, s.Reuse)
	if ok && sys.Events().Active() {
		telemetry.Emit(sys.Events(), SessionReused{Which{r.Session, r.Protocol, s.Correlation, r.Epoch}, now.Sub(r.Opened.Add(r.Took))})
	}
	return r, ok
}
