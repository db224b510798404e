// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"mabeam.dev/supervision"
)

// subject is something that can be expected.
type subject struct {
	name     string
	usage    string
	doc      string
	min, max int
	value    func(e *engine, args []Arg) (string, error)
}

// subjects is the table of them.
func subjects() []subject {
	return append([]subject{
		{"state", "state PROCESS", "up, stopped, restarting or backoff, as its supervisor sees it; gone if there is nothing of the name", 1, 1, state},
		{"restarts", "restarts PROCESS", "how often its supervisor has started it again", 1, 1, ofNode(func(n supervision.Node) string { return strconv.Itoa(n.Restarts) })},
		{"reason", "reason PROCESS", "why its former incarnation ended", 1, 1, ofNode(func(n supervision.Node) string { return n.LastReason })},
		{"mailbox", "mailbox PROCESS", "messages that wait", 1, 1, ofNode(func(n supervision.Node) string { return strconv.Itoa(n.Mailbox) })},
		{"count", "count EVENT [PROCESS]", "how many events of a name there have been", 1, 2, countEvents},
		{"tasks", "tasks STATE [QUEUE]", "how many tasks a queue has in a state: accepted, running, waiting, done, dead, cancelled, open or late", 1, 2, countTasks},
		{"outcome", "outcome TASK", "done, dead or cancelled, as the results say; none if there is none yet", 1, 1, outcome},
		{"output", "output TASK", "what the task's result is, as JSON", 1, 1, output},
		{"attempts", "attempts TASK", "how many attempts the outcome of a task tells of", 1, 1, attempts},
		{"outcomes", "outcomes TASK", "how many outcomes the results have for a task: 1, if the promise is kept", 1, 1, outcomes},
		{"processes", "processes", "how many processes live", 0, 0, func(e *engine, _ []Arg) (string, error) {
			if e.node == nil {
				return "0", nil
			}
			return strconv.Itoa(e.node.System().Len()), nil
		}},
		{"time", "time", "virtual time since the beginning", 0, 0, func(e *engine, _ []Arg) (string, error) { return e.elapsed().String(), nil }},
	}, slices.Concat(registrySubjects(), dealSubjects(), marketSubjects(), bookSubjects(), attackSubjects(), coordinationSubjects(), primitiveSubjects(), variableSubjects(), adaptationSubjects())...)
}

func subjectNames() []string {
	var out []string
	for _, s := range subjects() {
		out = append(out, s.name)
	}
	return out
}

func subjectsDoc() string {
	var parts []string
	for _, s := range subjects() {
		parts = append(parts, fmt.Sprintf("%s: %s.", s.usage, s.doc))
	}
	return "Subjects: " + strings.Join(parts, " ")
}

// find looks for a path in a tree.
func find(n supervision.Node, name string) (supervision.Node, bool) {
	if n.Path == name {
		return n, true
	}
	for _, c := range n.Children {
		if found, ok := find(c, name); ok {
			return found, true
		}
	}
	return supervision.Node{}, false
}

// at finds a process in the tree as it is now.
func (e *engine) at(name string) (n supervision.Node, ok bool, err error) {
	if e.node == nil {
		return n, false, errNotStarted
	}
	all, err := e.node.Tree(e.ctx, 0)
	if err != nil {
		return n, false, err
	}
	n, ok = find(all, path.Clean(name))
	return n, ok, nil
}

func state(e *engine, args []Arg) (string, error) {
	n, ok, err := e.at(args[0].Text)
	if errors.Is(err, errRootGone) || err == nil && !ok {
		return "gone", nil
	}
	return n.State, err
}

func ofNode(value func(supervision.Node) string) func(*engine, []Arg) (string, error) {
	return func(e *engine, args []Arg) (string, error) {
		n, ok, err := e.at(args[0].Text)
		switch {
		case err != nil:
			return "", err
		case !ok:
			return "", fmt.Errorf("no %s in the tree%s", args[0].Text, e.near(args[0].Text))
		}
		return value(n), nil
	}
}

func countEvents(e *engine, args []Arg) (string, error) {
	about := ""
	if len(args) > 1 {
		about = args[1].Text
	}
	return strconv.Itoa(e.log.count(args[0].Text, about)), nil
}

func countTasks(e *engine, args []Arg) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	at := 0
	if len(args) > 1 {
		at = e.queue(args[1].Text)
	}
	if queues := e.node.Queues(); at < 0 || at >= len(queues) {
		return "", errors.New("no such queue in the config")
	}
	s, err := e.node.Queues()[at].Stats(e.ctx)
	if err != nil {
		return "", err
	}
	n, ok := map[string]int{
		"accepted": s.Accepted, "running": s.Running, "waiting": s.Waiting, "done": s.Done, "dead": s.Dead, "cancelled": s.Cancelled,
		"open": s.Open(), "late": int(s.Late),
	}[args[0].Text]
	if !ok {
		return "", fmt.Errorf("tasks have no state %q", args[0].Text)
	}
	return strconv.Itoa(n), nil
}
