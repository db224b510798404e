// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// childEnv selects what this binary does when a test starts it again as a process of its own.
const childEnv = "MABEAM_SQLITE_CHILD"

// children are the programs of child processes; the arguments follow the program's name.
var children = map[string]func(args []string) error{
	"append": childAppend,
	"flush":  childFlush,
	"hold":   childHold,
	"limit":  childLimit,
	"upkeep": childUpkeep,
	"write":  childWrite,
}

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child prepares a process of this binary; wrap may name a program to run it under.
func child(t *testing.T, wrap []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line := append(append(append([]string{}, wrap...), self), args...)
	cmd := exec.CommandContext(t.Context(), line[0], line[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}
