// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// service is one part of a node. A part is added by a variable of this type in a file of its own, and its name in the list services.
type service struct {
	phase.Service
	// make returns the children that the service consists of with this config, none if it is off. It is called once, before any process
	// starts, behind the makes of all services that start earlier; it may leave a handle in the node, and must start nothing. A service
	// of one child may name the child as it likes.
	make func(n *Node) ([]supervision.Child, error)
	// stands says that the one child is a supervisor which takes the place of its phase's, to keep the tree shallow. The phase has no other
	// service.
	stands bool
	// health says what is wrong although the processes live; empty means nothing. It must not wait. May be nil.
	health func(n *Node) string
	// drain lets what was begun come to an end, until ctx ends. Drains run one after another, those of later phases first. May be nil.
	drain func(ctx context.Context, n *Node) error
	// end releases what is not a process, after all processes have ended; ends run in reverse order. It runs if make has returned without an
	// error. May be nil.
	end func(n *Node) error
}

// services is what a node consists of. The order within a phase is that of the list where After does not ask for another.
func services() []service {
	return []service{surfaceService, telemetryService, journalService, upkeepService, directoryService, sweepService, registryService, ledgerService, costsService, exchangeService, booksService, openingService, dealsService, integrityService, spacesService, variablesService, treeService, queueService, sessionsService}
}

// What restarts in place may cost before a phase is rebuilt, and how long those wait that are restarted for ever.
var (
	patience = supervision.Intensity{Max: 3, Within: 10 * time.Second}
	// unbounded is the intensity of phases: each child has a limit of its own, or waits.
	unbounded = supervision.Intensity{Max: 1 << 30, Within: time.Second}
	again     = supervision.Backoff{Initial: 100 * time.Millisecond, Max: 30 * time.Second, Factor: 2, ResetAfter: time.Minute}
	// settle is the wait before a supervisor is started again: of one that was killed, children may still be ending, with names that are
	// needed.
	settle = supervision.Backoff{Initial: 10 * time.Millisecond, Max: time.Second, Factor: 4, ResetAfter: 10 * time.Second}
)

// under gives a child the restarts that its service's loss asks for, unless it has its own.
func under(c supervision.Child, s phase.Service) supervision.Child {
	switch {
	case c.Restart == supervision.Temporary || c.Limit != nil || c.Backoff != nil:
	case s.Loss == phase.Alone || s.Need == phase.Optional:
		wait := again
		c.Backoff = &wait
	case s.Loss == phase.Rebuilds:
		c.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: supervision.NoRestarts, Within: time.Second}, Then: supervision.GiveUp}
	default:
		c.Limit = &supervision.Limit{Intensity: patience, Then: supervision.GiveUp}
		if c.Kind == supervision.KindSupervisor {
			wait := settle
			c.Backoff = &wait
		}
	}
	return c
}

// planned is the plan of what the list declares, with the services of the plan by name.
func planned(all []service) (phase.Plan, map[string]service, error) {
	byName := make(map[string]service, len(all))
	declared := make([]phase.Service, len(all))
	for i, s := range all {
		byName[s.Name], declared[i] = s, s.Service
	}
	plan, err := phase.Make(declared)
	if err != nil {
		return plan, byName, err
	}
	for _, stage := range plan.Stages {
		alone := func(s phase.Service) bool { return byName[s.Name].stands }
		if slices.ContainsFunc(stage.Services, alone) && len(stage.Services) > 1 {
			return plan, byName, fmt.Errorf("node: phase %s: a service that stands for its phase is its only one", stage.Name)
		}
	}
	return plan, byName, nil
}
