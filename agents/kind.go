// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/actors"
)

// Kind is a sort of agent that can be started by name.
type Kind struct {
	// Name is what config files and specs call it, such as "text.index".
	Name string
	// Doc is one sentence for the reference.
	Doc string
	// Settings is a zero value of the struct that Spec.Settings decodes into; nil if the kind has none.
	Settings any
	// New builds the behaviour of one incarnation. An error makes the start of the agent fail.
	New func(s Spec, dir *Directory) (actors.Behavior[Message], error)
}

// Kinds are the kinds that a program knows, by name.
type Kinds map[string]Kind

// Add adds kinds. A name that is taken is a mistake of the program and panics.
func (k Kinds) Add(kinds ...Kind) {
	for _, kind := range kinds {
		if _, taken := k[kind.Name]; taken {
			panic(fmt.Sprintf("agents: add kind %q: name taken", kind.Name))
		}
		k[kind.Name] = kind
	}
}

// Names returns the names in order.
func (k Kinds) Names() []string { return slices.Sorted(maps.Keys(k)) }

// Worker does an agent's tasks.
type Worker interface {
	// Do does one task. It is called on a goroutine of its own, up to the agent's concurrency at once; ctx ends when the attempt is
	// recalled or the agent stops. The result is JSON. An error that is a *Failure chooses its class; of others with a code of their own
	// the code decides (see package fault): what no repetition helps is permanent. Any other is retryable.
	Do(ctx context.Context, t Task) (json.RawMessage, error)
}

// WorkerFunc is a function as a Worker.
type WorkerFunc func(ctx context.Context, t Task) (json.RawMessage, error)

// Do calls the function.
func (f WorkerFunc) Do(ctx context.Context, t Task) (json.RawMessage, error) { return f(ctx, t) }

// Native returns the kind of agents whose work is Go code. build makes the worker of one incarnation.
func Native(name, doc string, build func(Spec) (Worker, error)) Kind {
	return Kind{Name: name, Doc: doc, New: func(s Spec, dir *Directory) (actors.Behavior[Message], error) {
		w, err := build(s)
		if err != nil {
			return nil, err
		}
		if s.Wrap != nil {
			w = s.Wrap(w)
		}
		return &native{spec: s, worker: w, dir: dir, jobs: map[Token]*job{}}, nil
	}}
}
