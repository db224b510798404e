// SPDX-License-Identifier: Apache-2.0

package buildinfo

import "runtime/debug"

// Version is set by the linker; "devel" in a build that did not.
var Version = "devel"

// Info is what is known of the binary.
type Info struct {
	Version    string `json:"version"`
	Go         string `json:"go"`
	Protoactor string `json:"protoactor"`
	SQLite     string `json:"sqlite"`
}

// Read returns what is known.
func Read() Info {
	i := Info{Version: Version}
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return i
	}
	i.Go = b.GoVersion
	for _, d := range b.Deps {
		switch d.Path {
		case "github.com/asynkron/protoactor-go":
			i.Protoactor = d.Version
		case "modernc.org/sqlite":
			i.SQLite = d.Version
		}
	}
	return i
}
