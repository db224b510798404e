// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// message is a line from the runtime; each type uses some of the fields.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Attempt int             `json:"attempt"`
	Input   json.RawMessage `json:"input"`
	N       int             `json:"n"`
}

// reply is a line to the runtime.
type reply struct {
	Type         string   `json:"type"`
	Protocol     int      `json:"protocol,omitempty"`
	Name         string   `json:"name,omitempty"`
	Capabilities []string `json:"capabilities,omitempty"`
	Features     []string `json:"features,omitempty"`
	ID           string   `json:"id,omitempty"`
	Attempt      int      `json:"attempt,omitempty"`
	Output       *string  `json:"output,omitempty"`
	Code         string   `json:"code,omitempty"`
	Message      string   `json:"message,omitempty"`
	Retry        *bool    `json:"retry,omitempty"`
	N            int      `json:"n,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve says hello and answers lines until there are no more.
func serve(in io.Reader, out io.Writer) error {
	lines, answers := json.NewDecoder(in), json.NewEncoder(out) // the encoder ends each value with a newline
	err := answers.Encode(reply{Type: "hello", Protocol: 1, Name: "upper", Capabilities: []string{"text"}, Features: []string{"ping"}})
	for err == nil {
		var m message
		if err = lines.Decode(&m); err != nil {
			break
		}
		switch m.Type {
		case "task":
			err = answers.Encode(upper(m))
		case "ping":
			err = answers.Encode(reply{Type: "pong", N: m.N})
		case "stop":
			return nil
		}
		// The rest is for programs that want more: ready tells limits, and a cancel is for tasks that take long.
	}
	if errors.Is(err, io.EOF) {
		return nil // the runtime has gone, or wants us to go
	}
	return err
}

// upper does a task.
func upper(task message) reply {
	var text string
	if err := json.Unmarshal(task.Input, &text); err != nil {
		again := false
		return reply{Type: "error", ID: task.ID, Attempt: task.Attempt, Code: "bad_input", Message: err.Error(), Retry: &again}
	}
	text = strings.ToUpper(text)
	return reply{Type: "result", ID: task.ID, Attempt: task.Attempt, Output: &text}
}
