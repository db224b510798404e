// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

func lifeVerbs() []Verb {
	return []Verb{
		{
			Name: "start", Group: Life, Usage: "start FILE", Min: 1, Max: 1, Example: "start node.yaml",
			Doc:   "Starts a node from a config file of the archive, and fails if it does not come up. One node runs at a time.",
			check: checkFile,
			run: func(e *engine, c *Command) (string, error) {
				file, _ := e.script.file(c.Args[0].Text)
				return "", e.start(file)
			},
		},
		{
			Name: "stop", Group: Life, Usage: "stop [PROCESS]", Min: 0, Max: 1, Example: "stop /demo/app/a",
			Doc: "Asks a process to end as its parent would; without a process, drains the queues and stops the node.",
			run: stop,
		},
		{
			Name: "spawn", Group: Life, Usage: "spawn SUPERVISOR/ID KIND", Min: 2, Max: 2, Example: "spawn /demo/app/extra echo",
			Doc: "Adds an agent of a kind, permanent, behind the other children of a supervisor.",
			run: spawn,
		},
		{
			Name: "crash", Group: Life, Usage: "crash PROCESS [TEXT]", Min: 1, Max: 2, Example: `crash /demo/app/a "disk on fire"`,
			Doc: "Ends a process with a crash. Supervisors trap exits: kill them.",
			run: crash,
		},
		{
			Name: "storm", Group: Life, Usage: "storm PATTERN [TEXT]", Min: 1, Max: 2, Example: "storm /demo/app/*",
			Doc: "Ends every process of a pattern with a crash, all in one moment, and prints how many they were. Patterns are those of paths, where * stands for " +
				"anything but a slash; supervisors are left out.",
			run: storm,
		},
		{
			Name: "kill", Group: Life, Usage: "kill PROCESS", Min: 1, Max: 1, Example: "kill /demo/app",
			Doc: "Kills a process, whatever it is doing.",
			run: func(e *engine, c *Command) (string, error) {
				pid, err := e.process(c.Args[0].Text)
				if err != nil {
					return "", err
				}
				pid.Kill()
				return "", nil
			},
		},
		{
			Name: "hang", Group: Life, Usage: "hang PROCESS [DURATION]", Min: 1, Max: 2, Example: "hang /demo/app/a 30s",
			Doc:   "The next message that a process takes in hand holds it up for so long; without a duration until it is killed. It takes no notice of a stop.",
			check: checkDuration(1),
			run: func(e *engine, c *Command) (string, error) {
				f := sim.Fault{Do: sim.Hang, Process: c.Args[0].Text, Nth: 1}
				if len(c.Args) > 1 {
					f.For, _ = time.ParseDuration(c.Args[1].Text)
				}
				return "", e.fault(f)
			},
		},
		{
			Name: "restart", Group: Life, Usage: "restart PROCESS", Min: 1, Max: 1, Example: "restart /demo/app/a",
			Doc: "Stops a child and starts it again through its supervisor, which counts no restart.",
			run: restart,
		},
		{
			Name: "reload", Group: Life, Usage: "reload FILE", Min: 1, Max: 1, Example: "reload changed.yaml",
			Doc: "Changes the tree of the running node to that of another config, and prints what is different: + added and started, - stopped and removed, " +
				"~ changed with its process kept, ! not applied.",
			check: checkFile,
			run:   reload,
		},
	}
}

func reload(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	file, _ := e.script.file(c.Args[0].Text)
	cfg, err := e.load(file)
	if err != nil {
		return "", err
	}
	lines, err := e.node.Reload(e.ctx, cfg)
	if err != nil {
		return "", err
	}
	e.config.Tree = cfg.Tree
	return joined(lines), nil
}

func stop(e *engine, c *Command) (string, error) {
	if len(c.Args) == 1 {
		pid, err := e.process(c.Args[0].Text)
		if err != nil {
			return "", err
		}
		pid.Stop()
		return "", nil
	}
	if e.node == nil {
		return "", errNotStarted
	}
	_, err := e.node.Stop(e.ctx)
	e.node, e.registries, e.council = nil, nil, nil
	return "", err
}

func crash(e *engine, c *Command) (string, error) {
	pid, err := e.process(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	if _, err := supervision.Of(pid); err == nil {
		return "", fmt.Errorf("%s is a supervisor, which traps exits: kill it", pid.Path())
	}
	crashWith(pid, c)
	return "", nil
}

func crashWith(pid actors.PID, c *Command) {
	why := "crash"
	if len(c.Args) > 1 {
		why = c.Args[1].Text
	}
	pid.Exit(exit.CrashOf(&exit.CrashError{Path: pid.Path(), Incarnation: pid.Incarnation(), Cause: errors.New(why)}))
}

func storm(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	if _, err := path.Match(c.Args[0].Text, ""); err != nil {
		return "", fmt.Errorf("%q is no pattern: %w", c.Args[0].Text, err)
	}
	var hit []actors.PID
	for pid := range e.node.System().Processes() {
		if ok, _ := path.Match(c.Args[0].Text, pid.Path()); !ok {
			continue
		}
		if _, err := supervision.Of(pid); err != nil {
			hit = append(hit, pid)
		}
	}
	for _, pid := range hit {
		crashWith(pid, c)
	}
	return fmt.Sprintf("%d crashed\n", len(hit)), nil
}

// child splits the path of a child and finds its supervisor.
func (e *engine) child(name string) (*supervision.Supervisor, string, error) {
	pid, err := e.process(path.Dir(name))
	if err != nil {
		return nil, "", err
	}
	s, err := supervision.Of(pid)
	if err != nil {
		return nil, "", fmt.Errorf("%s is no supervisor", pid.Path())
	}
	return s, path.Base(name), nil
}

func restart(e *engine, c *Command) (string, error) {
	s, id, err := e.child(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	if err := s.TerminateChild(e.ctx, id); err != nil {
		return "", err
	}
	_, err = s.RestartChild(e.ctx, id)
	return "", err
}

func spawn(e *engine, c *Command) (string, error) {
	s, id, err := e.child(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	kind, ok := e.kinds[c.Args[1].Text]
	if !ok {
		return "", fmt.Errorf("unknown kind %q", c.Args[1].Text)
	}
	child, err := agents.Child(agents.Spec{ID: id}, kind, e.node.Directory())
	if err != nil {
		return "", err
	}
	_, err = s.StartChild(e.ctx, child)
	return "", err
}

// fault arms a fault, if it makes sense.
func (e *engine) fault(f sim.Fault) error {
	if err := f.Validate(); err != nil {
		return err
	}
	e.sim.Fault(f)
	return nil
}

func nearestPath(name string, paths []string) string {
	best := ""
	for _, p := range paths {
		if strings.HasSuffix(p, "/"+path.Base(name)) {
			if best != "" {
				return "" // several: no telling which was meant
			}
			best = p
		}
	}
	return best
}
