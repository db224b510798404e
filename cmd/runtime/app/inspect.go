// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// inspect looks at a running node.
func (c *command) inspect() *cobra.Command {
	var addr, socket, node string
	var limit int
	cmd := &cobra.Command{
		Use:   "inspect [tree|health]",
		Short: "Look at a running node",
		Long: `inspect asks a running node once and prints the answer. One node that runs under
this user is found without a flag.

  runtime inspect tree
  runtime inspect tree -o dot | dot -Tsvg > tree.svg
  runtime inspect health -o json
  runtime inspect phases
  runtime inspect alerts
  runtime inspect crashes --limit 1
  runtime inspect metrics reviewer-2
  runtime inspect market
  runtime inspect coordination
  runtime inspect variables`,
		ValidArgs: []string{"tree", "health"},
	}
	form := outputFlag(cmd, "text", "json", "dot")
	cmd.Flags().StringVar(&addr, "addr", "", "host:port of the node")
	cmd.Flags().StringVar(&socket, "socket", "", "path of the node's socket")
	cmd.Flags().StringVar(&node, "node", "", "name of the node, if several run")
	cmd.Flags().IntVar(&limit, "limit", 50, "children shown of each supervisor; 0 shows all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		what := "tree"
		if len(args) > 0 {
			what = args[0]
		}
		if len(args) > 1 || (what != "tree" && what != "health") {
			return usage("inspect %s: want tree or health", strings.Join(args, " "))
		}
		if err := checkOutput(*form, "text", "json", "dot"); err != nil {
			return err
		}
		if *form == "dot" && what != "tree" {
			return usage("output dot is for the tree alone")
		}
		client, err := c.client(addr, socket, node)
		if err != nil {
			return err
		}
		if what == "health" {
			err = c.showHealth(cmd, client, *form)
		} else {
			err = c.showTree(cmd, client, *form, limit)
		}
		return told(err)
	}
	cmd.AddCommand(c.inspectPhases(), c.inspectAgents(), c.inspectAlerts(), c.inspectCrashes(), c.inspectMetrics(), c.inspectSeries(), c.inspectMarket(), c.inspectCoordination(), c.inspectVariables())
	return cmd
}

// client finds the node.
func (c *command) client(addr, socket, node string) (*admin.Client, error) {
	dir := c.env("XDG_RUNTIME_DIR")
	switch {
	case addr != "":
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" || strings.Contains(addr, "/") {
			return nil, usage("--addr %q: want host:port, such as 127.0.0.1:7070", addr)
		}
		return admin.DialAddr(addr), nil
	case socket != "":
		return admin.DialSocket(socket), nil
	case node != "":
		return admin.DialSocket(admin.SocketPath(dir, node)), nil
	}
	var living []string
	for _, path := range admin.Sockets(dir) {
		if conn, err := dialSocket(path); err == nil {
			_ = conn.Close() // it was only a question
			living = append(living, path)
		}
	}
	switch len(living) {
	case 0:
		return nil, exitWith(ExitUnreachable, fmt.Errorf("no node of this user is running (looked in %s); --addr names one elsewhere", admin.SocketDir(dir)))
	case 1:
		return admin.DialSocket(living[0]), nil
	}
	return nil, usage("several nodes are running, choose one with --socket: %s", strings.Join(living, ", "))
}

func (c *command) showHealth(cmd *cobra.Command, client *admin.Client, form string) error {
	h, err := client.Health(cmd.Context())
	if err != nil {
		return err
	}
	if form == "json" {
		return c.json(h)
	}
	state := "not ready"
	switch {
	case h.Draining:
		state = "draining"
	case h.Ready:
		state = "ready"
	}
	fmt.Fprintf(c.Stdout, "%s  %s  up %.0fs  %d processes\n", h.Node, state, h.Uptime, h.Processes)
	for _, p := range h.Phases {
		mark := p.State
		if p.Why != "" {
			mark += ": " + p.Why
		}
		fmt.Fprintf(c.Stdout, "  %-13s %s\n", p.Name, mark)
	}
	return nil
}

func (c *command) showTree(cmd *cobra.Command, client *admin.Client, form string, limit int) error {
	t, err := client.Tree(cmd.Context(), limit)
	if err != nil {
		return err
	}
	switch form {
	case "json":
		return c.json(t)
	case "dot":
		fmt.Fprint(c.Stdout, t.Tree.Dot())
	default:
		fmt.Fprint(c.Stdout, t.Tree.String())
	}
	return nil
}

// env returns the value of an environment variable of the World.
func (c *command) env(name string) string {
	for i := len(c.Env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(c.Env[i], name+"="); ok {
			return v
		}
	}
	return ""
}
