// SPDX-License-Identifier: Apache-2.0

package index

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/query"
)

// Bounds of one row.
const (
	MaxID           = 200 // bytes of an id
	MaxLabels       = 32
	MaxCapabilities = 256
)

// ErrInvalidRow is what every mistake of a row is.
var ErrInvalidRow = fault.New(1502, "index: invalid row")

// Validate returns every mistake of the row, joined; each is ErrInvalidRow. The index takes other rows too, and finds them by what makes
// sense of them: a measure that is not a number is missing, of two labels with one name the first counts.
func (r *Row) Validate() error {
	var all []error
	wrong := func(format string, args ...any) {
		all = append(all, fmt.Errorf("index: check row %q: %s: %w", r.ID, fmt.Sprintf(format, args...), ErrInvalidRow))
	}
	if r.ID == "" || len(r.ID) > MaxID {
		wrong("id has %d bytes, not 1 to %d", len(r.ID), MaxID)
	}
	if r.Namespace == query.AllNamespaces {
		wrong("namespace %q means all namespaces", r.Namespace)
	}
	if int(r.State) >= query.Lifecycles {
		wrong("state %d is none", r.State)
	}
	if int(r.Health.Status) >= query.Statuses {
		wrong("health %d is none", r.Health.Status)
	}
	if len(r.Capabilities) > MaxCapabilities {
		wrong("has %d capabilities, more than %d", len(r.Capabilities), MaxCapabilities)
	}
	for i, c := range r.Capabilities {
		if c.Name == "" || strings.HasPrefix(c.Name, "/") || strings.HasSuffix(c.Name, "/") || strings.Contains(c.Name, "//") {
			wrong("capability %q is not a path of names", c.Name)
		}
		if slices.ContainsFunc(r.Capabilities[:min(i, MaxCapabilities)], func(o Capability) bool { return o.Name == c.Name }) {
			wrong("capability %q is there twice", c.Name)
		}
	}
	if !r.Keys.Valid() {
		wrong("has public keys of %d and %d bytes, not %d each", len(r.Keys.Sign), len(r.Keys.Exchange), KeySize)
	}
	if len(r.Labels) > MaxLabels {
		wrong("has %d labels, more than %d", len(r.Labels), MaxLabels)
	}
	for i, l := range r.Labels {
		if l.Name == "" {
			wrong("has a label without a name")
		}
		if slices.ContainsFunc(r.Labels[:min(i, MaxLabels)], func(o Label) bool { return o.Name == l.Name }) {
			wrong("label %q is there twice", l.Name)
		}
	}
	for _, c := range []query.Column{query.ColumnCPUFree, query.ColumnSuccessRate, query.ColumnThroughput} {
		if f, ok := r.float(c).Get(); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			wrong("%s is not a finite number", query.Field{Column: c})
		}
	}
	if f, ok := r.Performance.SuccessRate.Get(); ok && (f < 0 || f > 1) {
		wrong("success_rate %g is not a share from 0 to 1", f)
	}
	return errors.Join(all...)
}
