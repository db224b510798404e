// SPDX-License-Identifier: Apache-2.0

package archtest

import "strings"

// Backend is a third-party module that only a few packages may know.
type Backend struct {
	// Modules are import path prefixes.
	Modules []string
	// Importers are package patterns as in Row.Packages.
	Importers []string
	// TestsOnly lets the test files of every package import it as well; without it the law holds for test files too.
	TestsOnly bool
	Why       string
}

// Backends lists who may import what from outside.
var Backends = []Backend{
	{
		Modules:   []string{"github.com/asynkron/protoactor-go"},
		Importers: []string{"internal/kernel/..."},
		Why:       "a fork of the engine or a new one touches one package",
	},
	{
		Modules:   []string{"github.com/prometheus"},
		Importers: []string{"telemetry/prom"},
		Why:       "metrics are a subscriber, not a dependency",
	},
	{
		Modules:   []string{"github.com/rs/zerolog"},
		Importers: []string{"telemetry/zlog"},
		Why:       "APIs take a slog.Logger",
	},
	{
		Modules:   []string{"go.opentelemetry.io"},
		Importers: []string{"telemetry/otel", "cmd/..."},
		Why:       "the API in one adapter, the SDK in the program",
	},
	{
		Modules:   []string{"modernc.org"},
		Importers: []string{"events/sqlite"},
		Why:       "the store is replaceable behind events.Store",
	},
	{
		Modules:   []string{"github.com/nats-io"},
		Importers: []string{"cluster/...", "events/jetstream"},
		Why:       "one engine for the cluster, behind interfaces declared lower",
	},
	{
		Modules:   []string{"go.yaml.in/yaml", "gopkg.in/yaml.v2", "gopkg.in/yaml.v3"},
		Importers: []string{"config"},
		Why:       "one reader of configuration, so every error has a place",
	},
	{
		Modules:   []string{"cel.dev/cel-go", "cel.dev/expr"},
		Importers: []string{"cognitive/expr"},
		Why:       "expressions are text for everyone else",
	},
	{
		Modules:   []string{"github.com/spf13"},
		Importers: []string{"cmd/..."},
		Why:       "flags end where the program begins",
	},
	{
		Modules: []string{
			"github.com/anishathalye/porcupine", "github.com/cockroachdb/datadriven", "github.com/rogpeppe/go-internal",
			"github.com/stretchr/testify", "go.uber.org/goleak", "pgregory.net/rapid", "testing",
		},
		Importers: []string{"testkit/..."},
		TestsOnly: true,
		Why:       "no test code in a product build",
	},
}

// under reports whether an import path is one of the prefixes or lies below one.
func under(prefixes []string, path string) bool {
	for _, p := range prefixes {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}
