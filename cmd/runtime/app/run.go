// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/zlog"
)

// runFlags are the flags of run.
type runFlags struct {
	file, tasks, results, progress, form string
	sets                                 []string
	linger, calm, dry                    bool
}

// run runs a node.
func (c *command) run() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [-c FILE]",
		Short: "Run a node; without a file, the main job",
		Long: `run starts a node from a config file and works until its task sources are exhausted
and every task has its one outcome. Without a file it runs the main job: reviewers
read the source of Go's standard library, with faults on purpose. In the end it
says what came of the tasks, and how each agent did: attempts that ended, share
with a result, times, share of its time with work in hand, and starts.

SIGINT and SIGTERM drain the node; a second one stops it at once. A node that was
killed goes on where it was when it is started again with the same data folder.

  runtime run
  runtime run -c node.yaml --set log.level=debug
  runtime run -c node.yaml --tasks - --results - < tasks.jsonl`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runNode(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "config", "c", "", "config file; without one, the main job")
	flags.StringArrayVar(&f.sets, "set", nil, "set a key, as in --set log.level=debug")
	flags.StringVar(&f.tasks, "tasks", "", "file of tasks for the first queue, - for standard input")
	flags.StringVar(&f.results, "results", "", "file for the results of the first queue, - for standard output")
	flags.StringVar(&f.progress, "progress", "auto", "auto, bar, plain or none")
	flags.StringVarP(&f.form, "output", "o", "text", "form of the summary: text or json")
	flags.BoolVar(&f.linger, "linger", false, "stay up when the work is done")
	flags.BoolVar(&f.calm, "no-chaos", false, "main job without faults on purpose")
	flags.BoolVar(&f.dry, "dry-run", false, "check everything, start nothing")
	return cmd
}

// job is one run of a node, from config to summary.
type job struct {
	*command
	flags runFlags
	cfg   config.Config
	main  bool // the main job
	total int  // tasks known beforehand; 0 if they are not
	tally *tally
	bus   *telemetry.Bus
}

func (c *command) runNode(ctx context.Context, f runFlags) error {
	switch f.progress {
	case "auto", "bar", "plain", "none":
	default:
		return usage("progress %q: want auto, bar, plain or none", f.progress)
	}
	if err := checkOutput(f.form, "text", "json"); err != nil {
		return err
	}
	j := &job{command: c, flags: f, main: f.file == "", bus: telemetry.NewBus()}
	in, err := c.runInput(f)
	if err != nil {
		return exitWith(ExitUsage, err)
	}
	if j.cfg, _, err = config.Load(in); err != nil {
		var all config.Errors
		if errors.As(err, &all) {
			fmt.Fprintln(c.Stderr, all.Text())
			return exitWith(ExitUsage, nil)
		}
		return exitWith(ExitUsage, err)
	}
	if f.dry {
		fmt.Fprintf(c.Stdout, "%s: ok (%s)\n", in.Name, counts(j.cfg))
		return nil
	}
	return j.run(ctx)
}

// runInput reads the config, with the flags that stand for keys behind the others.
func (c *command) runInput(f runFlags) (config.Input, error) {
	sets := f.sets
	if f.tasks != "" {
		sets = append(sets, "work[0].tasks="+f.tasks)
	}
	if f.results != "" {
		sets = append(sets, "work[0].results="+f.results)
	}
	if f.file == "" && f.tasks != "" {
		return config.Input{}, errors.New("the main job makes its own tasks: --tasks needs a config file (-c)")
	}
	if f.file == "" {
		return c.mainJobInput(sets, f.calm)
	}
	if f.calm {
		sets = append(sets, "chaos.panic=0", "chaos.hang=0", "chaos.exit=0")
	}
	return c.input(f.file, sets)
}

func (j *job) run(ctx context.Context) error {
	out := newScreen(j.Stderr, j.flags.progress)
	logger := slog.New(telemetry.Coded(zlog.New(out.logs(), logOptions(j.cfg.Log, out.terminal))))
	tasks := map[string]iter.Seq2[plan.Task, error]{}
	resumed := false
	if j.main {
		source, n, err := j.mainJobTasks()
		if err != nil {
			return err
		}
		if resumed, err = beginMainJob(j.cfg); err != nil {
			return err
		}
		tasks[j.cfg.Work[0].Queue], j.total = source, n
	}
	j.tally = newTally(j.bus)
	defer j.tally.close()
	logs := j.bus.Queue(telemetry.QueueOptions{Name: "log", Size: 4096})
	logsDone := make(chan struct{})
	go func() { // ends when logs is closed; awaited below
		defer close(logsDone)
		_ = logs.Run(context.Background(), collect.LogOnce(telemetry.LogTo(logger))) // closed, which is how it ends
	}()
	defer func() { logs.Close(); <-logsDone }()

	traces, err := newTraces(ctx, j.cfg, logger)
	if err != nil {
		return err
	}
	defer traces.end()
	n, signal, err := j.start(ctx, out, node.Options{
		Config: j.cfg, Kinds: j.kinds, Logger: logger, Bus: j.bus, Epoch: uuid.NewString(), Stdin: j.Stdin, Stdout: j.Stdout,
		Tasks: tasks, RuntimeDir: j.env("XDG_RUNTIME_DIR"), Traces: traces.make(),
	})
	if err != nil {
		return err
	}
	j.notify(notifyReady)
	j.banner(out, n, resumed)
	return j.work(ctx, n, out, signal)
}

// slowStart is how long a phase may take to start before it is said that it is waited for.
const slowStart = 2 * time.Second

// start starts the node. A signal that comes meanwhile is returned, a second one ends the wait: an agent may take its time to start.
func (j *job) start(ctx context.Context, out *screen, o node.Options) (n *node.Node, first os.Signal, err error) {
	type outcome struct {
		n   *node.Node
		err error
	}
	started := make(chan outcome, 1) // sent to once
	go func() {                      // awaited below, or given up with the process
		n, err := node.Start(ctx, o)
		started <- outcome{n, err}
	}()
	phases := make(chan node.PhaseStarting, 16) // sent to by the starting node, which does not wait; never closed
	defer telemetry.Subscribe(o.Bus, "run", func(e node.PhaseStarting) {
		select {
		case phases <- e:
		default:
		}
	})()
	var current node.PhaseStarting
	begin, slow := time.Now(), time.NewTimer(slowStart)
	defer slow.Stop()
	for {
		select {
		case s := <-started:
			return s.n, first, s.err
		case current = <-phases:
			begin = time.Now()
			slow.Reset(slowStart)
		case <-slow.C:
			out.line(fmt.Sprintf("waiting for phase %s: %s of at most %s", current.Phase, time.Since(begin).Round(time.Second), current.Budget))
			slow.Reset(5 * slowStart)
		case s := <-j.Signals:
			if first != nil {
				return nil, nil, exitWith(signalCode(s), errors.New("stopped at once, while the node was starting"))
			}
			first = s
			j.twins()
			out.line(fmt.Sprintf("%s: stopping when the node is up; a second signal stops at once", s))
		}
	}
}

// banner says what is running, where it can be watched, and that faults are on purpose.
func (j *job) banner(out *screen, n *node.Node, resumed bool) {
	text := fmt.Sprintf("node %s: %s", j.cfg.Node.Name, counts(j.cfg))
	if addr := n.Addr(); addr != "" {
		text += ", metrics and health at http://" + addr
	}
	if c := j.cfg.Chaos; c != nil && !j.flags.calm {
		text += fmt.Sprintf("\nfaults on purpose, seed %d; --no-chaos turns them off", c.Seed)
	}
	if len(j.cfg.Work) == 0 && j.cfg.Market == nil && j.cfg.Coordination == nil && j.cfg.Variables == nil && !j.flags.linger {
		text += "\nthere is no queue, so there is nothing to wait for; --linger keeps the node up"
	}
	if resumed {
		text += "\ngoing on where the last run was"
	}
	out.line(text)
}

// work waits for the end of the job or for a signal, and then ends the node.
func (j *job) work(ctx context.Context, n *node.Node, out *screen, first os.Signal) error {
	begin := time.Now()
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)             // sent to once, by Wait
	go func() { done <- n.Wait(waiting) }() // ends with waiting
	progress := j.progress(waiting, n, out)
	err := func() error {
		for first == nil {
			select {
			case err := <-done:
				if err != nil || !j.flags.linger {
					return err
				}
				done = nil // stay up
			case first = <-j.Signals:
			}
		}
		return nil
	}()
	cancel()
	<-progress
	out.clear()
	return j.end(ctx, n, out, begin, first, err)
}

// end drains and stops the node and says what came of the job.
func (j *job) end(ctx context.Context, n *node.Node, out *screen, begin time.Time, signal os.Signal, failed error) error {
	j.notify(notifyStopping)
	limit, stop := context.WithTimeout(context.WithoutCancel(ctx), j.cfg.Node.Drain)
	defer stop()
	type ended struct {
		stats []work.Stats
		err   error
	}
	stopped := make(chan ended, 1) // sent to once
	go func() {                    // awaited below, unless a second signal ends everything
		stats, err := n.Stop(limit)
		stopped <- ended{stats, err}
	}()
	if signal != nil {
		j.twins()
		out.line(fmt.Sprintf("%s: draining for at most %s; a second signal stops at once", signal, j.cfg.Node.Drain))
	}
	var e ended
	select {
	case e = <-stopped:
	case second := <-j.Signals:
		return exitWith(signalCode(second), errors.New("stopped at once; accepted tasks are in the journal for the next start"))
	}
	j.summary(n, e.stats, time.Since(begin))
	switch {
	case failed != nil && errors.Is(failed, node.ErrGaveUp):
		return exitWith(ExitGaveUp, errors.Join(failed, j.tally.lastCrash()))
	case failed != nil:
		return failed
	}
	open, dead := 0, 0
	for _, s := range e.stats {
		open += s.Open()
		dead += s.Dead
	}
	switch {
	case signal != nil && limit.Err() != nil:
		return exitWith(ExitDrained, errors.Join(fmt.Errorf("the drain time was over; %d accepted tasks wait in the journal for the next start", open), e.err))
	case e.err != nil:
		return e.err
	case signal != nil:
		return nil
	case dead > 0:
		return exitWith(ExitDeadLetters, fmt.Errorf("%s in the dead letters", plural(dead, "task")))
	case j.main:
		return endMainJob(j.cfg)
	}
	return nil
}

func signalCode(s os.Signal) int {
	if s == syscall.SIGTERM {
		return ExitTerminate
	}
	return ExitInterrupt
}

func logOptions(l config.Log, terminal bool) zlog.Options {
	o := zlog.Options{Level: map[config.Level]slog.Level{
		config.LevelDebug: slog.LevelDebug, config.LevelInfo: slog.LevelInfo, config.LevelWarn: slog.LevelWarn, config.LevelError: slog.LevelError,
	}[l.Level]}
	switch l.Format {
	case config.TextFormat:
		o.Format = zlog.Text
	case config.JSONFormat:
		o.Format = zlog.JSON
	default:
		o.Format = zlog.JSON
		if terminal {
			o.Format = zlog.Text
		}
	}
	return o
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
