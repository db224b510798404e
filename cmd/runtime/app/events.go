// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mabeam.dev/agents/work"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/events/standard"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
)

// eventFlags say which journal is meant, and which of its events.
type eventFlags struct {
	addr, socket, node, token, file      string
	stream, agent, severity, task        string
	correlation, causation, since, until string
	from, to                             uint64
	types                                []string
	scan                                 bool
}

// events looks into a journal.
func (c *command) events() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Look into the journal of a node",
		Long: `events reads the journal of a running node or, with --file, of one that is not
running: what happened, in order, with what it belongs to and what caused it.

  runtime events query --severity warning --since 1h
  runtime events query --correlation ID      the whole story of one task
  runtime events query --stream work/review --task net/http
  runtime events query --file data -o jsonl
  runtime events tail --type work.died
  runtime events export --out backup.jsonl
  runtime events verify --file data
  runtime events import backup.jsonl --file restored`,
		Args: unknown,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.eventsQuery(), c.eventsTail(), c.eventsExport(), c.eventsVerify(), c.eventsImport())
	return cmd
}

// where adds the flags that say which journal is meant.
func (f *eventFlags) where(cmd *cobra.Command, file bool) {
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "", "host:port of the node")
	flags.StringVar(&f.socket, "socket", "", "path of the node's socket")
	flags.StringVar(&f.node, "node", "", "name of the node, if several run")
	flags.StringVar(&f.token, "token-file", "", "file with the token, for a node on another machine")
	if file {
		flags.StringVar(&f.file, "file", "", "journal that no node has open: a data folder, or the file in it")
	}
}

// which adds the flags that say which events are meant.
func (f *eventFlags) which(cmd *cobra.Command, bounds bool) {
	flags := cmd.Flags()
	flags.StringVar(&f.stream, "stream", "", "events of this stream")
	flags.StringVar(&f.agent, "agent", "", "events of this agent")
	flags.StringSliceVar(&f.types, "type", nil, "events of these types")
	flags.StringVar(&f.severity, "severity", "", "events of the node's types with this severity or a higher one: debug, info, warning, error, critical")
	flags.StringVar(&f.correlation, "correlation", "", "events of one piece of work, by its id")
	flags.StringVar(&f.task, "task", "", "events of the task with this id, of the queue whose --stream is named")
	flags.StringVar(&f.causation, "causation", "", "events that this event or message caused")
	if !bounds {
		return
	}
	flags.StringVar(&f.since, "since", "", "events from this time on: 2026-01-02T15:04:05Z, or a duration ago such as 90m")
	flags.StringVar(&f.until, "until", "", "events before this time")
	flags.Uint64Var(&f.from, "from", 0, "first position")
	flags.Uint64Var(&f.to, "to", 0, "last position")
	flags.BoolVar(&f.scan, "scan", false, "allow a query that looks at the whole log")
}

// parameters gives the flags the form that the node reads, too.
func (f *eventFlags) parameters() (url.Values, error) {
	v := url.Values{}
	stream, correlation := f.stream, f.correlation
	switch {
	case f.task == "":
	case f.correlation != "" || f.stream == "":
		return nil, usage("--task needs the --stream of its queue, such as work/main, and no --correlation")
	default: // all that belongs to the task has its correlation, on whatever stream it is
		stream, correlation = "", work.CorrelationOf(events.Stream(f.stream), f.task).String()
	}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("stream", stream)
	set("agent", f.agent)
	set("type", strings.Join(f.types, ","))
	set("severity", f.severity)
	set("correlation", correlation)
	set("causation", f.causation)
	for name, text := range map[string]string{"since": f.since, "until": f.until} {
		at, err := moment(text, time.Now())
		if err != nil {
			return nil, usage("--%s %q: want a time such as 2026-01-02T15:04:05Z, or a duration such as 90m", name, text)
		}
		set(name, at)
	}
	for name, n := range map[string]uint64{"from": f.from, "to": f.to} {
		if n > 0 {
			set(name, strconv.FormatUint(n, 10))
		}
	}
	if f.scan {
		v.Set("scan", "true")
	}
	return v, nil
}

// moment reads a time, or how long ago it was.
func moment(text string, now time.Time) (string, error) {
	if text == "" {
		return "", nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d).UTC().Format(time.RFC3339Nano), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at.UTC().Format(time.RFC3339Nano), nil
		}
	}
	return "", errors.New("no time")
}

// checked reads the parameters as the node will, so that a mistake is found before anybody is asked.
func checked(v url.Values) (admin.EventQuery, error) {
	q, err := admin.ParseEventQuery(v, standard.Catalog())
	if err == nil {
		_, err = admin.ExplainOf(q)
	}
	if err != nil {
		text := strings.ReplaceAll(err.Error(), "\n", "; ")
		if errors.Is(err, events.ErrScan) {
			text += " (--scan)"
		}
		return q, usage("%s", text)
	}
	return q, nil
}

// journal is what a query asks: a node, or a file.
type journal interface {
	page(ctx context.Context, v url.Values, q admin.EventQuery) (admin.EventsAnswer, error)
	export(ctx context.Context, v url.Values, q admin.EventQuery, to *os.File) error
	verify(ctx context.Context) (admin.VerifiedAnswer, error)
	close() error
}

// open finds the journal that the flags mean.
func (c *command) open(f *eventFlags) (journal, error) {
	if f.file == "" {
		client, err := c.client(f.addr, f.socket, f.node)
		if err != nil {
			return nil, err
		}
		if f.token != "" {
			token, err := os.ReadFile(f.token)
			if err != nil {
				return nil, usage("token: %w", err)
			}
			client = client.WithToken(strings.TrimSpace(string(token)))
		}
		return remote{client}, nil
	}
	if f.addr != "" || f.socket != "" || f.node != "" || f.token != "" {
		return nil, usage("--file and a node exclude each other")
	}
	path := journalPath(f.file)
	if info, err := os.Stat(path); err != nil {
		return nil, usage("%w", err)
	} else if !info.Mode().IsRegular() {
		return nil, usage("--file %q: is no file", f.file)
	}
	store, err := sqlite.Open(path, sqlite.Options{ReadOnly: true, Owner: "runtime events"})
	if err != nil {
		return nil, fileError(err)
	}
	return local{store}, nil
}

// journalPath finds the journal in a data folder. What is not there is taken for a folder if its name has no extension.
func journalPath(path string) string {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() || errors.Is(err, os.ErrNotExist) && filepath.Ext(path) == "" {
		return filepath.Join(path, node.StoreFile)
	}
	return path
}

// fileError gives an error of opening a journal its exit code, and says what helps.
func fileError(err error) error {
	switch {
	case errors.Is(err, sqlite.ErrStoreLocked):
		return exitWith(ExitFailed, errorWithHint(err, "leave --file out to ask the node itself"))
	case errors.Is(err, sqlite.ErrForeign), errors.Is(err, sqlite.ErrNewerStore), errors.Is(err, sqlite.ErrNotLocal):
		return exitWith(ExitUsage, err)
	}
	return err
}
