// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// Defaults of Options.
const (
	DefaultComplexity    = 15
	DefaultFunctionLines = 80
	DefaultMaxFileBytes  = 4 << 20
	DefaultMaxFindings   = 500
)

// Never as a threshold of Options switches its rule off.
const Never = -1

// Options are the thresholds and limits of a review. The zero value takes every default.
type Options struct {
	// Complexity is the highest cyclomatic complexity without a finding; 0 means DefaultComplexity, Never no finding.
	Complexity int `json:"complexity,omitempty"`
	// FunctionLines is the longest function without a finding, in lines; 0 means DefaultFunctionLines, Never no finding.
	FunctionLines int `json:"function_lines,omitempty"`
	// MaxFileBytes is the largest file that is read, in bytes; 0 means DefaultMaxFileBytes.
	MaxFileBytes int64 `json:"max_file_bytes,omitempty"`
	// MaxFindings is how many findings, and how many functions of each list, a report holds; 0 means DefaultMaxFindings.
	MaxFindings int `json:"max_findings,omitempty"`
}

// OptionsError lists everything that is wrong with options.
type OptionsError struct {
	Reasons []string // all faults found, at least one
}

// Error names all reasons.
func (e *OptionsError) Error() string {
	return "reviewer: options: " + strings.Join(e.Reasons, "; ")
}

// FaultCode is E1511.
func (*OptionsError) FaultCode() fault.Code { return 1511 }

// Validate returns an *OptionsError with every fault, or nil.
func (o Options) Validate() error {
	var reasons []string
	wrong := func(name string, v, least int64) {
		if v < least {
			reasons = append(reasons, fmt.Sprintf("%s is %d, the least is %d", name, v, least))
		}
	}
	wrong("complexity", int64(o.Complexity), Never)
	wrong("function_lines", int64(o.FunctionLines), Never)
	wrong("max_file_bytes", o.MaxFileBytes, 0)
	wrong("max_findings", int64(o.MaxFindings), 0)
	if reasons != nil {
		return &OptionsError{Reasons: reasons}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Complexity == 0 {
		o.Complexity = DefaultComplexity
	}
	if o.FunctionLines == 0 {
		o.FunctionLines = DefaultFunctionLines
	}
	if o.MaxFileBytes == 0 {
		o.MaxFileBytes = DefaultMaxFileBytes
	}
	if o.MaxFindings == 0 {
		o.MaxFindings = DefaultMaxFindings
	}
	return o
}

func above(value, threshold int) bool { return threshold != Never && value > threshold }
