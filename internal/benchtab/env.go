// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// engine is the module whose version decides what the kernel's figures mean.
const engine = "github.com/asynkron/protoactor-go"

// Env is what the figures were measured on.
type Env struct {
	// Machine is the processor's model name where the system tells it, with operating system and architecture.
	Machine string `json:"machine"`
	// Cores is how many processors the program may use at once (GOMAXPROCS).
	Cores int `json:"cores"`
	// Go is the version of the toolchain, such as "go1.26.8".
	Go string `json:"go"`
	// Protoactor is the version of protoactor-go linked into the program; "not linked" where it is not.
	Protoactor string `json:"protoactor"`
	// Peer names what the rows are compared with where that is a program of its own, such as "Erlang/OTP 25 (erts-13.1.5, jit)".
	Peer string `json:"peer,omitempty"`
}

// Here describes the running program and its machine.
func Here() Env {
	machine := runtime.GOOS + "/" + runtime.GOARCH
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if model := cpuModel(string(data)); model != "" {
			machine = model + ", " + machine
		}
	}
	env := Env{Machine: machine, Cores: runtime.GOMAXPROCS(0), Go: runtime.Version(), Protoactor: "not linked"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == engine {
				env.Protoactor = dep.Version
			}
		}
	}
	return env
}

// String writes the environment on one line, as it stands above a table.
func (e Env) String() string {
	text := fmt.Sprintf("%s, %d cores, %s, protoactor-go %s", e.Machine, e.Cores, e.Go, e.Protoactor)
	if e.Peer != "" {
		text += ", " + e.Peer
	}
	return text
}

func cpuModel(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
