// SPDX-License-Identifier: Apache-2.0

package phase

import (
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/nearest"
)

// PhaseError is a service of a phase that there is not.
type PhaseError struct {
	Service string // who is declared so
	Phase   Name   // as declared
}

// Error names both.
func (e *PhaseError) Error() string {
	return fmt.Sprintf("phase: plan %q: there is no phase %q", e.Service, e.Phase)
}

// FaultCode is E9215.
func (*PhaseError) FaultCode() fault.Code { return 9215 }

// DuplicateError is a name that two services have.
type DuplicateError struct {
	Name string // of both
}

// Error names it.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("phase: plan %q: another service has this name", e.Name)
}

// FaultCode is E9213.
func (*DuplicateError) FaultCode() fault.Code { return 9213 }

// OrderError is a need that a later phase fills.
type OrderError struct {
	Service string // who needs it
	Phase   Name   // where it starts
	Needs   string // what is needed
	Later   Name   // where that starts
}

// Error names both services with their phases.
func (e *OrderError) Error() string {
	return fmt.Sprintf("phase: plan %q: it starts in phase %s and depends on %q of the later phase %s", e.Service, e.Phase, e.Needs, e.Later)
}

// FaultCode is E9214.
func (*OrderError) FaultCode() fault.Code { return 9214 }

// Stage is one phase of a plan.
type Stage struct {
	Name     Name
	Services []Service // each behind those that it needs
}

// Plan is the order of a start.
type Plan struct {
	Stages []Stage // those that have a service, in order
}

// Services returns all services in the order in which they start.
func (p Plan) Services() []Service {
	var all []Service
	for _, s := range p.Stages {
		all = append(all, s.Services...)
	}
	return all
}

// Make puts services into phases and orders each of them with Sort. The error joins *PhaseError, *DuplicateError, *OrderError, *MissingError and
// *CycleError, everything that is wrong.
func Make(services []Service) (Plan, error) {
	var problems []error
	byName := map[string]Service{}
	var names []string
	for _, s := range services {
		if !slices.Contains(All(), s.Phase) {
			problems = append(problems, &PhaseError{s.Name, s.Phase})
			continue
		}
		if _, taken := byName[s.Name]; taken {
			problems = append(problems, &DuplicateError{s.Name})
			continue
		}
		byName[s.Name] = s
		names = append(names, s.Name)
	}
	var p Plan
	for _, phase := range All() {
		stage, err := makeStage(phase, names, byName)
		problems = append(problems, err...)
		if len(stage.Services) > 0 {
			p.Stages = append(p.Stages, stage)
		}
	}
	return p, errors.Join(problems...)
}

// makeStage orders the services of one phase.
func makeStage(phase Name, names []string, byName map[string]Service) (Stage, []error) {
	var problems []error
	needs := map[string][]string{}
	var own []string
	for _, name := range names {
		s := byName[name]
		if s.Phase != phase {
			continue
		}
		own = append(own, name)
		for _, need := range s.After {
			other, ok := byName[need]
			switch {
			case !ok:
				problems = append(problems, &MissingError{Name: name, Needs: need, Near: nearest.Word(need, names)})
			case other.Phase == phase:
				needs[name] = append(needs[name], need)
			case slices.Index(All(), other.Phase) > slices.Index(All(), phase):
				problems = append(problems, &OrderError{name, phase, need, other.Phase})
			}
		}
	}
	order, err := Sort(own, needs)
	if err != nil {
		problems = append(problems, err)
	}
	stage := Stage{Name: phase}
	for _, name := range order {
		stage.Services = append(stage.Services, byName[name])
	}
	return stage, problems
}
