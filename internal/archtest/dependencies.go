// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Dependency is a module that go.mod requires directly, and why.
type Dependency struct {
	Module, Why string
}

// Dependencies are the direct requirements, sorted. A new one needs a record in docs/adr and a line here.
var Dependencies = []Dependency{
	{"cel.dev/cel-go", "expressions in configuration: typed, bounded in cost, without I/O"},
	{"github.com/anishathalye/porcupine", "tests: whether recorded histories are linearizable"},
	{"github.com/asynkron/protoactor-go", "the engine under internal/kernel: addresses, dispatch, the actor system"},
	{"github.com/cockroachdb/datadriven", "tests: scripts with expected output for the pure cores"},
	{"github.com/google/uuid", "identifiers, made from the system's random source"},
	{"github.com/prometheus/client_golang", "metrics in the form that monitoring systems read"},
	{"github.com/puzpuzpuz/xsync/v4", "concurrent maps that readers do not lock"},
	{"github.com/rogpeppe/go-internal", "tests: txtar archives and scripts for the command line"},
	{"github.com/rs/zerolog", "the binary's log writer, behind slog"},
	{"github.com/spf13/cobra", "subcommands, flags, completion"},
	{"github.com/stretchr/testify", "tests: assertions"},
	{"github.com/tidwall/btree", "ordered tables whose snapshots cost nothing"},
	{"go.opentelemetry.io/otel", "spans in the field's standard form, behind telemetry/otel"},
	{"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp", "how the program sends spans to a collector"},
	{"go.opentelemetry.io/otel/sdk", "tests: what a tracer gets from telemetry/otel"},
	{"go.opentelemetry.io/otel/trace", "spans in the field's standard form, behind telemetry/otel"},
	{"go.opentelemetry.io/proto/otlp", "tests: what a collector is sent"},
	{"go.uber.org/goleak", "tests: no goroutine stays behind"},
	{"go.yaml.in/yaml/v4", "configuration with the position of every value"},
	{"golang.org/x/sys", "process groups and file locks of the operating system"},
	{"golang.org/x/term", "whether an output is a terminal, and how wide"},
	{"gonum.org/v1/gonum", "linear algebra and distributions under the optimizers, bandits and ensembles"},
	{"google.golang.org/protobuf", "tests: what a collector is sent"},
	{"modernc.org/sqlite", "the journal's store: a real database without cgo"},
	{"pgregory.net/rapid", "tests: properties against naive models"},
}

// DirectRequirements returns the modules that a go.mod file requires directly, in its order.
func DirectRequirements(goMod string) []string {
	var out []string
	block := false
	for line := range strings.Lines(goMod) {
		fields := strings.Fields(line)
		switch {
		case len(fields) >= 2 && fields[0] == "require" && fields[1] == "(":
			block = true
			continue
		case len(fields) == 1 && fields[0] == ")":
			block = false
		case len(fields) >= 3 && fields[0] == "require":
			fields = fields[1:]
		case !block:
			continue
		}
		if len(fields) >= 2 && !strings.Contains(line, "// indirect") {
			out = append(out, fields[0])
		}
	}
	return out
}

// UnexplainedDependencies lists requirements without a reason and reasons without a requirement.
func UnexplainedDependencies(goMod string) []string {
	required := DirectRequirements(goMod)
	var out []string
	for _, module := range required {
		if !slices.ContainsFunc(Dependencies, func(d Dependency) bool { return d.Module == module }) {
			out = append(out, fmt.Sprintf("go.mod requires %s, and Dependencies does not say why", module))
		}
	}
	for _, d := range Dependencies {
		if !slices.Contains(required, d.Module) {
			out = append(out, fmt.Sprintf("Dependencies explains %s, which go.mod does not require directly", d.Module))
		}
	}
	return out
}
