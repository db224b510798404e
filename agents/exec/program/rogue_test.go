// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// The rogue is the program under test in all its moods: the test binary itself, started with these names set.
const (
	rogueMode = "ROGUE_MODE"
	rogueLife = "ROGUE_LIFE" // a FIFO that every process of the rogue keeps open for as long as it lives
)

// lifeline stays open until the process is dead, however it dies.
var lifeline *os.File

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// standIn is a runtime of its own with a program that does not watch its input; it says when that is running.
func standIn() {
	_, err := program.Open(program.Spec{
		Command: []string{os.Args[0]},
		Env:     []string{rogueMode + "=deaf to stop", rogueLife + "=" + os.Getenv(rogueLife)},
	}, protocol.Config{}, program.Owner{Post: func(in protocol.Input) bool {
		if _, ok := in.(protocol.LineRead); ok {
			say("running")
		}
		return true
	}})
	if err != nil {
		say("%v", err)
		os.Exit(1)
	}
	forever()
}

// forever waits without ever being found deadlocked.
func forever() { <-time.After(time.Hour) }

func rogue(mode string) {
	if path := os.Getenv(rogueLife); path != "" {
		lifeline, _ = os.OpenFile(path, os.O_WRONLY, 0)
	}
	const hello = `{"type":"hello","protocol":1,"name":"rogue","capabilities":["echo"]}`
	switch mode {
	case "hang before hello":
		forever()
	case "exit before hello":
		os.Exit(4)
	case "grandchild":
		signal.Ignore(syscall.SIGTERM)
		forever()
	case "runtime":
		standIn()
	}
	if strings.HasPrefix(mode, "ignore TERM") {
		signal.Ignore(syscall.SIGTERM)
	}
	say(hello)
	switch mode {
	case "ignore TERM", "deaf to stop":
		forever()
	case "flood stdout junk":
		for {
			say("%s", strings.Repeat("junk ", 20))
		}
	case "flood stdout":
		floodUntilBlocked()
	case "numbers":
		out := bufio.NewWriter(os.Stdout)
		for i := range 20000 {
			fmt.Fprintf(out, `{"type":"event","topic":"n","data":%d}`+"\n", i)
		}
		out.Flush()
		say(`{"type":"bye"}`)
		return
	case "never read stdin":
		forever()
	case "close stdout and live":
		os.Stdout.Close()
		forever()
	case "close stdin and live":
		// Not before ready is read, or the runtime would find out by writing that.
		_, _ = bufio.NewReaderSize(os.Stdin, 16).ReadString('\n')
		os.Stdin.Close()
		say(`{"type":"log","message":"closed"}`)
		forever()
	case "bye":
		say(`{"type":"bye"}`)
		return
	case "bye and stay":
		say(`{"type":"bye"}`)
		forever()
	case "grandchild holds stdout":
		spawn(false)
		say(`{"type":"event","topic":"spawned"}`)
	case "grandchild outlives the leader":
		spawn(false)
		say(`{"type":"bye"}`)
		return
	case "setsid escape":
		say(`{"type":"event","topic":"escaped","data":%d}`, spawn(true))
		say(`{"type":"bye"}`)
		return
	}
	work(mode)
}

// work is the loop of an ordinary program, but for what the mode does with a task.
func work(mode string) {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		var msg struct {
			Type    string          `json:"type"`
			ID      string          `json:"id"`
			Attempt int             `json:"attempt"`
			Input   json.RawMessage `json:"input"`
		}
		if err := json.Unmarshal([]byte(line), &msg); err != nil {
			os.Exit(99)
		}
		switch msg.Type {
		case "stop":
			if mode != "grandchild holds stdout" {
				say(`{"type":"log","message":"told to stop"}`)
			}
			return
		case "task":
			misbehave(mode, msg.ID)
			say(`{"type":"result","id":%q,"attempt":%d,"output":%s}`, msg.ID, msg.Attempt, msg.Input)
		}
	}
}

func misbehave(mode, id string) {
	switch mode {
	case "crash":
		fmt.Fprintln(os.Stderr, "about to crash")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		forever()
	case "exit 3":
		os.Exit(3)
	case "hang in a task":
		say(`{"type":"progress","id":%q,"data":"stuck"}`, id)
		forever()
	case "flood stderr":
		line := strings.Repeat("e", 999) + "\n"
		for range 20000 {
			os.Stderr.WriteString(line)
		}
		os.Stderr.WriteString("last words")
	case "half a line":
		fmt.Printf(`{"type":"result","id":%q,"outp`, id)
		os.Exit(0)
	case "100 MB line":
		chunk := []byte(strings.Repeat("x", 1<<20))
		for range 100 {
			if _, err := os.Stdout.Write(chunk); err != nil {
				break
			}
		}
		forever()
	case "wrong ids":
		say(`{"type":"result","id":"","output":1}`)
		say(`{"type":"result","id":"unknown","output":1}`)
		say(`{"type":"result","id":%q,"attempt":77,"output":"of another attempt"}`, id)
	case "duplicates":
		say(`{"type":"result","id":%q,"output":"first"}`, id)
	case "environment":
		env, _ := json.Marshal(os.Environ())
		dir, _ := os.Getwd()
		say(`{"type":"event","topic":%q,"data":%s}`, dir, env)
	case "result then exit":
		say(`{"type":"result","id":%q,"output":"in the last moment"}`, id)
		os.Exit(7)
	}
}

// spawn starts a grandchild that holds all of our output and ignores SIGTERM.
func spawn(escape bool) int {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), rogueMode+"=grandchild", rogueLife+"=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if lifeline != nil {
		cmd.ExtraFiles = []*os.File{lifeline}
	}
	if escape {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	}
	if err := cmd.Start(); err != nil {
		say(`{"type":"log","level":"error","message":%q}`, err.Error())
		os.Exit(98)
	}
	return cmd.Process.Pid
}

// floodUntilBlocked writes lines until one write hangs, and tells over the lifeline how many bytes went out.
func floodUntilBlocked() {
	var written, before atomic.Int64
	go func() {
		for range time.Tick(200 * time.Millisecond) {
			if now := written.Load(); now == before.Swap(now) {
				fmt.Fprintln(lifeline, now)
				return
			}
		}
	}()
	line := []byte(`{"type":"log","message":"` + strings.Repeat("l", 200) + `"}` + "\n")
	for {
		n, err := os.Stdout.Write(line)
		if err != nil {
			return
		}
		written.Add(int64(n))
	}
}
