// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/config"
	"mabeam.dev/supervision"
)

// Reload changes the tree of the running node to that of another config, which must be valid. Supervisors keep running with their new
// flags; agents that are new are started, those that are gone are stopped and forgotten, and those that have changed keep their process
// until they are started again. It returns what is different, a line each: + added, - removed, ~ changed, ! not applied. When something of
// it cannot be done, the rest is, and the error says what.
func (n *Node) Reload(ctx context.Context, next config.Config) ([]string, error) {
	if next.Tree != nil {
		ordered := next.Tree.Ordered()
		next.Tree = &ordered
	}
	retunings, same := n.retunings(next)
	if same {
		next.Variables = n.o.Config.Variables
	}
	apply, plan := diff(n.o.Config, next)
	for _, t := range retunings {
		plan = append(plan, t.change())
	}
	lines := make([]string, len(plan))
	for i, c := range plan {
		lines[i] = c.String()
	}
	specs := make([]supervision.Spec, len(apply))
	for i, g := range apply { // everything that can be wrong with the config is found before anything changes
		var err error
		if specs[i], err = n.builder().group(g.group); err != nil {
			return lines, err
		}
	}
	var all []error
	for i, g := range apply {
		all = append(all, n.apply(ctx, g, specs[i]))
	}
	all = append(all, n.retune(ctx, retunings))
	if next.Tree != nil && n.o.Config.Tree != nil && next.Tree.ID == n.o.Config.Tree.ID {
		n.o.Config.Tree = next.Tree
	}
	return lines, errors.Join(all...)
}

// apply changes one supervisor.
func (n *Node) apply(ctx context.Context, g groupChange, spec supervision.Spec) error {
	s, err := n.supervisor(g.path)
	if err != nil {
		return err
	}
	if err := s.Replace(ctx, spec); err != nil {
		return err
	}
	var all []error
	for _, id := range g.removed {
		if err := s.TerminateChild(ctx, id); err != nil && !errors.Is(err, supervision.ErrNotFound) {
			all = append(all, err)
		}
		if err := s.DeleteChild(ctx, id); err != nil && !errors.Is(err, supervision.ErrNotFound) { // a temporary one is gone already
			all = append(all, err)
		}
	}
	for _, id := range g.added { // in the spec since Replace, without a process
		if _, err := s.RestartChild(ctx, id); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// supervisor finds a supervisor of the tree by the ids on the way to it.
func (n *Node) supervisor(path []string) (*supervision.Supervisor, error) {
	s := n.root.Load()
	for _, id := range path {
		pid := s.Child(id)
		if pid.IsZero() {
			return nil, fmt.Errorf("node: reload: supervisor %s is not running", strings.Join(path, "/"))
		}
		var err error
		if s, err = supervision.Of(pid); err != nil {
			return nil, fmt.Errorf("node: reload: %s: %w", strings.Join(path, "/"), err)
		}
	}
	return s, nil
}
