// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"mabeam.dev/actors/fault"
)

// Prefix stands before the name of every metric of the project.
const Prefix = "mabeam_"

// MaxLabels is how many labels a metric may have.
const MaxLabels = 4

// DefaultMaxSeries is the bound on series of a metric whose definition names none.
const DefaultMaxSeries = 1000

// Values are label values in the order of Definition.Labels; places beyond the labels stay empty.
type Values [MaxLabels]string

// Definition describes a metric.
type Definition struct {
	// Name is the metric's name without Prefix: "restarts_total". A counter's name ends in _total.
	Name string
	// Help is one sentence.
	Help string
	// Labels are the names of at most MaxLabels labels.
	Labels []string
	// MaxSeries bounds the series; 0 means DefaultMaxSeries.
	MaxSeries int
	// Buckets are a histogram's upper bounds in rising order, in the base unit; nil means Prometheus's default for seconds.
	// Other kinds have none.
	Buckets []float64
}

// DefinitionError says why a metric could not be registered.
type DefinitionError struct {
	// Metric is the name as it was given.
	Metric string
	// Reasons are all the faults found, at least one.
	Reasons []string
}

// Error lists all faults.
func (e *DefinitionError) Error() string {
	return fmt.Sprintf("prom: register %q: %s", e.Metric, strings.Join(e.Reasons, "; "))
}

// FaultCode is E1702.
func (*DefinitionError) FaultCode() fault.Code { return 1702 }

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// validate returns a *DefinitionError with every fault, or nil. reserved are labels that every metric of the registry has.
func (d Definition) validate(k kind, reserved []string) error {
	var reasons []string
	add := func(format string, args ...any) { reasons = append(reasons, fmt.Sprintf(format, args...)) }
	if !namePattern.MatchString(d.Name) {
		add("the name must be lower case letters, digits and _")
	}
	if strings.HasPrefix(d.Name, Prefix) {
		add("the prefix %s is added by the registry", Prefix)
	}
	if k == counterKind != strings.HasSuffix(d.Name, "_total") {
		add("counters, and only counters, end in _total")
	}
	if d.Help == "" {
		add("the help is missing")
	}
	if len(d.Labels) > MaxLabels {
		add("%d labels, at most %d are possible", len(d.Labels), MaxLabels)
	}
	for i, label := range d.Labels {
		switch {
		case !namePattern.MatchString(label) || label == "le" || label == "quantile":
			add("label %q is not usable", label)
		case slices.Contains(reserved, label) || slices.Contains(d.Labels[:i], label):
			add("label %q is there twice", label)
		}
	}
	if d.MaxSeries < 0 {
		add("the bound on series is negative")
	}
	if k != histogramKind && d.Buckets != nil {
		add("only histograms have buckets")
	}
	for i, bound := range d.Buckets {
		if math.IsNaN(bound) || math.IsInf(bound, 0) || i > 0 && bound <= d.Buckets[i-1] {
			add("bucket %d is not a rising finite number", i+1)
		}
	}
	if reasons != nil {
		return &DefinitionError{Metric: d.Name, Reasons: reasons}
	}
	return nil
}
