// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	osexec "os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// The program under test is the test binary itself, started with these names set.
const (
	roleName = "EXEC_TEST_ROLE"
	lifeName = "EXEC_TEST_LIFE" // a FIFO that every process of the program keeps open for as long as it lives
)

// lifeline stays open until the process is dead, however it dies.
var lifeline *os.File

// burnt is what keeps a processor busy.
var burnt atomic.Uint64

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// forever waits without ever being found deadlocked.
func forever() { <-time.After(time.Hour) }

// play is the program. Its role says how it starts; what it does with a task is the task's kind.
func play(role string) {
	if path := os.Getenv(lifeName); path != "" {
		lifeline, _ = os.OpenFile(path, os.O_WRONLY, 0)
	}
	switch role {
	case "silent":
		fmt.Fprintln(os.Stderr, "no greeting today")
		forever()
	case "gone before hello":
		fmt.Fprintln(os.Stderr, "cannot open the database")
		os.Exit(4)
	case "grandchild":
		signal.Ignore(syscall.SIGTERM)
		forever()
	case "stubborn", "stays":
		signal.Ignore(syscall.SIGTERM)
	case "another version":
		say(`{"type":"hello","protocol":7}`)
		forever()
	}
	hello := `{"type":"hello","protocol":1,"name":"role","capabilities":["echo","spec"]}`
	switch role {
	case "burns":
		go func() { // ends with the program
			for n := uint64(0); ; n++ {
				burnt.Store(n)
			}
		}()
	case "pinged":
		hello = `{"type":"hello","protocol":1,"features":["ping"]}`
	case "one at a time":
		hello = `{"type":"hello","protocol":1,"inflight":1}`
	}
	say("%s", hello)
	if role == "stubborn" || role == "pinged" {
		forever()
	}
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			os.Exit(99)
		}
		switch m.Type {
		case "stop":
			if role == "stays" {
				say(`{"type":"event","topic":"stopping"}`)
				forever()
			}
			if role == "slow to stop" {
				say(`{"type":"result","id":"last","output":"in time"}`)
				fmt.Fprintln(os.Stderr, "goodbye")
			}
			return
		case "task":
			m.work()
		case "cancel":
			say(`{"type":"result","id":%q,"output":"too late"}`, m.ID)
		}
	}
}

// message is a line from the runtime.
type message struct {
	Type     string          `json:"type"`
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Attempt  int             `json:"attempt"`
	Input    json.RawMessage `json:"input"`
	Deadline int64           `json:"deadline_ms"`
}

func (m message) work() {
	switch m.Kind {
	case "refuse":
		say(`{"type":"error","id":%q,"code":"no","message":"not today"}`, m.ID)
	case "refuse for ever":
		say(`{"type":"error","id":%q,"code":"never","message":"not ever","retry":false}`, m.ID)
	case "exit 0":
		os.Exit(0)
	case "exit 3":
		fmt.Fprintln(os.Stderr, "something broke")
		os.Exit(3)
	case "signal":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		forever()
	case "hang":
		say(`{"type":"progress","id":%q,"data":"stuck"}`, m.ID)
		forever()
	case "wait": // for its cancel
		say(`{"type":"progress","id":%q,"data":"waiting"}`, m.ID)
	case "bye":
		say(`{"type":"result","id":%q}`, m.ID)
		say(`{"type":"bye"}`)
		os.Exit(0)
	case "deadline":
		say(`{"type":"result","id":%q,"output":%t}`, m.ID, m.Deadline > 0 && m.Deadline <= 3_600_000)
	case "junk":
		fmt.Print(strings.Repeat("no message at all\n", 200))
		forever()
	case "long line":
		fmt.Print(strings.Repeat("x", 3<<20))
		forever()
	case "half a line":
		fmt.Printf(`{"type":"result","id":%q,"outp`, m.ID)
		os.Exit(0)
	case "strays":
		say(`{"type":"result","id":"nobody","output":1}`)
		say(`{"type":"result","id":%q,"attempt":77,"output":1}`, m.ID)
		say(`{"type":"result","id":%q,"output":"once"}`, m.ID)
		say(`{"type":"result","id":%q,"output":"twice"}`, m.ID)
	case "flood":
		out := bufio.NewWriter(os.Stdout)
		for i := range 20_000 {
			fmt.Fprintf(out, `{"type":"log","level":"warn","message":"log %d"}`+"\n", i)
		}
		out.Flush()
		noise := bufio.NewWriter(os.Stderr)
		for i := range 20_000 {
			fmt.Fprintln(noise, "err", i)
		}
		noise.Flush()
		say(`{"type":"event","topic":"flood","data":1}`)
		say(`{"type":"result","id":%q,"output":"through"}`, m.ID)
	case "figures":
		say(`{"type":"record","metric":"tokens","value":40}`)
		say(`{"type":"record","metric":"tokens","value":2}`)
		say(`{"type":"result","id":%q}`, m.ID)
	case "child":
		spawn()
		say(`{"type":"result","id":%q}`, m.ID)
	case "environment":
		env, _ := json.Marshal(os.Environ())
		say(`{"type":"result","id":%q,"output":%s}`, m.ID, env)
	default:
		say(`{"type":"result","id":%q,"attempt":%d,"output":%s}`, m.ID, m.Attempt, m.Input)
	}
}

// spawn starts a grandchild of the runtime that holds the pipes and the lifeline and ignores SIGTERM.
func spawn() {
	cmd := osexec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleName+"=grandchild", lifeName+"=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if lifeline != nil {
		cmd.ExtraFiles = []*os.File{lifeline}
	}
	if err := cmd.Start(); err != nil {
		say(`{"type":"log","level":"error","message":%q}`, err.Error())
		os.Exit(98)
	}
}
