// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"slices"
	"strings"
)

// Row is one layer: which packages it holds and which layers they may import besides their own.
type Row struct {
	// Layer names the row; other rows refer to it by this name.
	Layer string
	// Packages are patterns relative to the module: "actors" is that package, "events/..." that package and all below it,
	// "market/*" only those below it. The longest pattern that fits decides.
	Packages []string
	// Imports names the layers whose packages may be imported. Packages of one layer may import each other unless
	// Siblings forbids it.
	Imports []string
	// Pure marks layers without clock, goroutine, lock, I/O or global randomness.
	Pure bool
	// Why is the reason of the row.
	Why string
}

// Table is the layer table, lowest first. ARCHITECTURE.md prints it.
var Table = []Row{
	{
		Layer: "L0 pure",
		Packages: []string{
			"actors/exit", "actors/fault", "supervision/plan", "agents/balance", "agents/bidding", "agents/capability", "agents/discover", "agents/exec/protocol", "agents/health", "agents/index", "agents/lifecycle", "agents/performance",
			"agents/query", "agents/registry/migrate/plan", "agents/work/lines", "agents/work/plan",
			"telemetry/alert", "telemetry/sketch", "telemetry/window",
			"internal/nearest", "internal/node/phase", "resilience/*", "protocols/*", "market/*", "cognitive/*", "evaluation/*",
		},
		Pure: true,
		Why:  "decisions are testable without clock, goroutine or mailbox",
	},
	{
		Layer:    "L0 base",
		Packages: []string{"telemetry", "telemetry/recorder", "internal/buildinfo", "internal/invariant"},
		Imports:  []string{"L0 pure"},
		Why:      "everyone emits events, and no back end is forced on anyone",
	},
	{
		Layer:    "L1 kernel",
		Packages: []string{"internal/kernel/..."},
		Imports:  []string{"L0 pure", "L0 base"},
		Why:      "a fork of the engine or a new one touches one package",
	},
	{
		Layer:    "L1 actors",
		Packages: []string{"actors/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 kernel"},
		Why:      "one process model, typed at the edge; nobody above talks to the kernel",
	},
	{
		Layer:    "L2",
		Packages: []string{"supervision/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors"},
		Why:      "OTP semantics live here and nowhere else",
	},
	{
		Layer:    "L3",
		Packages: []string{"config/...", "events/...", "resilience", "telemetry/collect"},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2"},
		Why:      "services that agents lean on; none leans on another",
	},
	{
		Layer:    "L4",
		Packages: []string{"agents/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3"},
		Why:      "identity, registry, work queue and kinds of agents",
	},
	{
		Layer:    "L5",
		Packages: []string{"cognitive", "market", "protocols", "protocols/byzantine"},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4"},
		Why:      "each is usable, testable and replaceable alone, so never a sibling",
	},
	{
		Layer:    "L6",
		Packages: []string{"cluster/...", "evaluation"},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5"},
		Why:      "they implement interfaces that lower layers declare",
	},
	{
		Layer:    "Adapters",
		Packages: []string{"telemetry/otel", "telemetry/prom", "telemetry/zlog"},
		Imports:  []string{"L0 pure", "L0 base"},
		Why:      "the only importers of their back ends, chosen by the program and not by a library",
	},
	{
		Layer:    "L7 surfaces",
		Packages: []string{"internal/admin/...", "internal/dash/...", "internal/tui/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5", "L6"},
		Why:      "they show what is there and are handed what they show",
	},
	{
		Layer:    "L7 root",
		Packages: []string{"internal/node/..."},
		Imports: []string{
			"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5", "L6", "Adapters", "L7 surfaces",
		},
		Why: "siblings meet here and nowhere else",
	},
	{
		Layer:    "L8",
		Packages: []string{"cmd/..."},
		Imports: []string{
			"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5", "L6", "Adapters", "L7 surfaces", "L7 root",
		},
		Why: "flags, wiring and exit codes; nothing imports it but programs that add kinds, and what documents it",
	},
	{
		Layer:    "Test",
		Packages: []string{"testkit/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 kernel", "L1 actors", "L2", "L3", "L4", "L5", "L6"},
		Why:      "production imports neither it nor testing",
	},
	{
		Layer:    "Test node",
		Packages: []string{"testkit/scenario/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5", "L6", "L7 root", "Test"},
		Why:      "scenarios run whole nodes in the simulator",
	},
	{
		Layer:    "Examples",
		Packages: []string{"examples/..."},
		Imports:  []string{"L0 pure", "L0 base", "L1 actors", "L2", "L3", "L4", "L5", "L6", "Adapters", "L8"},
		Why:      "what a user can paste: nothing internal",
	},
	{
		Layer: "Tools",
		Packages: []string{
			"internal/archtest", "internal/bench/...", "internal/benchtab", "internal/missiongen", "internal/mutants",
			"internal/refgen", "internal/testreport",
		},
		Imports: []string{
			"L0 pure", "L0 base", "L1 kernel", "L1 actors", "L2", "L3", "L4", "L5", "L6", "Adapters", "L7 root", "L8", "Test", "Test node",
		},
		Why: "they judge, measure and document the product, which never imports them",
	},
}

// Siblings are groups of packages that never import one another, wherever they stand in the table.
var Siblings = [][]string{
	{"cognitive", "market", "protocols"},
	{"cognitive", "market", "protocols/byzantine"},
	{"config", "events", "resilience"},
	{"cluster", "evaluation"},
	{"internal/admin", "internal/dash", "internal/tui"},
	{"telemetry/otel", "telemetry/prom", "telemetry/zlog"},
}

// RowOf returns the row that holds a package, given relative to the module.
func RowOf(pkg string) (Row, bool) {
	best, bestLen, found := Row{}, -1, false
	for _, row := range Table {
		for _, pattern := range row.Packages {
			if n := len(pattern); n > bestLen && fits(pattern, pkg) {
				best, bestLen, found = row, n, true
			}
		}
	}
	return best, found
}

// fits reports whether a pattern holds a package.
func fits(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(pkg, base+"/")
	}
	return pkg == pattern
}

func fitsAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, pkg) })
}

// TableMarkdown renders the table as ARCHITECTURE.md prints it.
func TableMarkdown() string {
	var b strings.Builder
	b.WriteString("| Layer | Packages | May import of ours, besides its own layer | Why |\n|---|---|---|---|\n")
	for _, row := range Table {
		imports := strings.Join(row.Imports, ", ")
		if imports == "" {
			imports = "nothing"
		}
		b.WriteString("| " + row.Layer + " | `" + strings.Join(row.Packages, "`, `") + "` | " + imports + " | " + row.Why + " |\n")
	}
	b.WriteString("\nNever one another: ")
	for i, group := range Siblings {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString("`" + strings.Join(group, "`, `") + "`")
	}
	b.WriteString(".\n\n| Back end | Imported only by | Why |\n|---|---|---|\n")
	for _, be := range Backends {
		b.WriteString("| `" + strings.Join(be.Modules, "`, `") + "` | " + importers(be) + " | " + be.Why + " |\n")
	}
	return b.String()
}

func importers(be Backend) string {
	if be.TestsOnly {
		return "tests, `" + strings.Join(be.Importers, "`, `") + "`"
	}
	return "`" + strings.Join(be.Importers, "`, `") + "`"
}
