// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
)

// shown is what the basic registry shows of a row.
func shown(r *index.Row) *index.Row {
	return &index.Row{
		Namespace: r.Namespace, ID: r.ID, Kind: r.Kind, Labels: r.Labels,
		Health:      index.Health{Status: r.Health.Status, Since: r.Health.Since, LastReport: r.Health.LastReport},
		Incarnation: r.Incarnation, Version: r.Version, RegisteredAt: r.RegisteredAt, MigratedAt: r.MigratedAt, Handle: r.Handle,
	}
}

// shows are the fields that can be asked for.
func shows(f query.Field) bool {
	switch f.Column {
	case query.ColumnID, query.ColumnKind, query.ColumnHealth, query.ColumnLabel, query.ColumnVersion, query.ColumnIncarnation,
		query.ColumnRegisteredAt:
		return true
	}
	return false
}

// CheckQuery returns a registry.ModeError for the first field of a query that is not shown in basic mode: it would otherwise be an empty answer
// where the truth is that nobody knows.
func CheckQuery(q query.Query) error {
	for _, o := range q.OrderBy {
		if !shows(o.Field) {
			return &registry.ModeError{Field: o.Field.String()}
		}
	}
	return checkExpr(q.Where)
}

func checkExpr(e query.Expr) error {
	var f query.Field
	switch e := e.(type) {
	case nil:
		return nil
	case query.Comparison:
		f = e.Field
	case query.Absence:
		f = e.Field
	case query.Conjunction:
		return checkAll(e.Of)
	case query.Disjunction:
		return checkAll(e.Of)
	case query.Negation:
		return checkExpr(e.Of)
	default:
		return nil // no condition at all, as validation says
	}
	if !shows(f) {
		return &registry.ModeError{Field: f.String()}
	}
	return nil
}

func checkAll(of []query.Expr) error {
	for _, e := range of {
		if err := checkExpr(e); err != nil {
			return err
		}
	}
	return nil
}

// checkPatch returns a registry.ModeError for the first part of a patch that is not shown.
func checkPatch(p registry.Patch) error {
	for _, part := range []struct {
		name  string
		known bool
	}{
		{"team", known(p.Team)},
		{"role", known(p.Role)},
		{"node", known(p.Node)},
		{"capabilities", known(p.Capabilities)},
		{"limits", known(p.Limits)},
		{"usage", known(p.Usage)},
		{"performance", known(p.Performance)},
		{"weight", known(p.Weight)},
		{"config", known(p.Config)},
		{"coordination", known(p.Coordination)},
		{"state", known(p.Event)},
		{"reason", known(p.Reason)},
	} {
		if part.known {
			return &registry.ModeError{Field: part.name}
		}
	}
	return nil
}

func known[T any](m index.Maybe[T]) bool {
	_, ok := m.Get()
	return ok
}
