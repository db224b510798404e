// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
)

// coordinateFlags are those of coordinate.
type coordinateFlags struct {
	watchFlags
	order   admin.SessionOrder
	rule    string
	params  string
	file    string
	sets    []string
	explain bool
	liars   int
	lie     string
	every   time.Duration
}

// coordinate has the agents of a node decide something.
func (c *command) coordinate() *cobra.Command {
	f := &coordinateFlags{}
	cmd := f.add(&cobra.Command{
		Use:   "coordinate --question TEXT [--option TEXT]...",
		Short: "Have the agents of a node decide something together",
		Args:  noArgs,
		Long: `coordinate starts a session of coordination, shows its rounds and votes as they come,
and in the end what was decided. Exit code 8 says that the session ended without a
decision. Without --agent or --who all agents of the node take part; without
--option the answers are yes and no. An interrupt cancels the session.

The session runs on a running node or, with -c FILE, on a node that is started for it
and ends with it. Repeated with its --id a session is the same one.

  runtime coordinate --question "Ship it?" --agent ann --agent bob --agent cleo
  runtime coordinate -c examples/council.yaml --question Lunch? --option soup --option salad
  runtime coordinate -c examples/council.yaml --protocol byzantine --liars 1 --question Lunch? --option soup --option salad
  runtime coordinate --question "Ship it?" --who 'team = "blue"' --fault high --explain
  runtime coordinate --question "Ship it?" --rule supermajority:3/4 --deadline 5s -o json`,
	})
	flags := cmd.Flags()
	o := &f.order
	flags.StringVar(&o.Question, "question", "", "what is asked")
	flags.StringArrayVar(&o.Options, "option", nil, "what can be chosen; once for each")
	flags.StringArrayVar(&o.Participants, "agent", nil, "who takes part; once for each")
	flags.StringVar(&o.Query, "who", "", "query of who takes part")
	flags.StringVar(&o.Protocol, "protocol", "", "protocol, such as simple or hierarchical; without it one is chosen")
	flags.StringVar(&o.Type, "type", "", "what the session is for: standard, refinement, ml_reasoning and so on")
	flags.StringVar(&o.Fault, "fault", "", "what the decision must stand: low is crashes, medium is a durable decision, high is liars")
	flags.IntVar(&o.F, "f", 0, "how many liars, with --fault high; 0 is as many as can be")
	flags.BoolVar(&o.Expertise, "expertise", false, "votes weigh as their agents do")
	flags.StringVar(&f.rule, "rule", "", "majority, plurality, supermajority:A/B, unanimous or at-least:K")
	flags.StringVar(&o.Deadline, "deadline", "", "how long it may take, as in 30s")
	flags.StringVar(&o.Durability, "durability", "", "what it survives: volatile, buffered, durable or durable-ballots")
	flags.Int64Var(&o.Budget, "budget", 0, "what it may cost, in micro-units; the node keeps it aside until the end")
	flags.StringVar(&o.Reuse, "reuse", "", "take the outcome of an equal session that is no older than this, as in 10m; not with --id")
	flags.StringVar(&f.params, "params", "", "JSON for the protocol")
	flags.StringVar(&o.ID, "id", "", "name of the session, which makes a repetition the same session")
	flags.StringVar(&o.Correlation, "correlation", "", "id that the session's events carry")
	flags.StringArrayVar(&o.Tags, "tag", nil, "mark of the session; once for each")
	flags.Uint64Var(&o.Seed, "seed", 0, "seed of the session's randomness; 0 is one of its own")
	flags.StringVarP(&f.file, "config", "c", "", "config file of a node that is started for it")
	flags.StringArrayVar(&f.sets, "set", nil, "set a key of the config, as in --set log.level=debug")
	flags.IntVar(&f.liars, "liars", 0, "with -c: how many participants lie, the last ones, to see what the decision stands")
	flags.StringVar(&f.lie, "lie", "equivocate", "what the liars do: "+lies())
	flags.BoolVar(&f.explain, "explain", false, "say which protocol is chosen and why, and start nothing")
	flags.DurationVar(&f.every, "every", 20*time.Millisecond, "time between two looks at the session")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return c.runCoordinate(cmd.Context(), f) }
	cmd.AddCommand(c.coordinateTruth(), c.coordinateSkills())
	return cmd
}

func (c *command) runCoordinate(ctx context.Context, f *coordinateFlags) error {
	o := &f.order
	switch {
	case o.Question == "" && f.params == "":
		return usage("there is nothing to decide: --question asks it")
	case len(o.Participants) > 0 && o.Query != "":
		return usage("--agent and --who both say who takes part: want one of them")
	case f.params != "" && !json.Valid([]byte(f.params)):
		return usage("--params %.60q: want JSON", f.params)
	case f.every < time.Millisecond:
		return usage("--every %s: want 1ms or more", f.every)
	case f.file != "" && (f.addr != "" || f.socket != "" || f.node != ""):
		return usage("-c starts a node, so --addr, --socket and --node name none")
	case f.file == "" && f.liars != 0:
		return usage("--liars needs -c: the agents of a running node are not made to lie")
	case f.liars < 0 || !slices.Contains(byzantine.Behaviours(), f.behaviour()):
		return usage("--liars %d --lie %s: want 0 or more, and %s", f.liars, f.lie, lies())
	case o.Reuse != "" && o.ID != "":
		return usage("--reuse takes another session's outcome, and --id names this one: want one of them")
	case f.file == "" && len(f.sets) > 0:
		return usage("--set is for the config of -c")
	}
	if len(o.Participants) == 0 && o.Query == "" {
		o.Query = "namespace *"
	}
	o.Params = json.RawMessage(f.params)
	o.Durability = strings.ReplaceAll(o.Durability, "-", " ")
	var err error
	if o.Rule, err = ruleNamed(f.rule); err != nil {
		return err
	}
	if o.ID == "" && o.Reuse == "" && !f.explain {
		o.ID = uuid.NewString()
	}
	ctx, stop := c.interruptible(ctx)
	defer stop()
	if f.file != "" {
		return c.coordinateAt(ctx, f)
	}
	return c.ask(&f.watchFlags, func(client *admin.Client) error { return c.coordinateWith(ctx, f, client) })
}

// behaviour is how the liars lie.
func (f *coordinateFlags) behaviour() byzantine.Behaviour {
	return byzantine.Behaviour(strings.ReplaceAll(f.lie, "-", " "))
}

// lies are the behaviours of liars as they are written in a command.
func lies() string {
	all := byzantine.Behaviours()
	names := make([]string, len(all))
	for i, b := range all {
		names[i] = strings.ReplaceAll(string(b), " ", "-")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ruleNamed reads a rule.
func ruleNamed(text string) (r consensus.Rule, err error) {
	name, rest, more := strings.Cut(text, ":")
	switch consensus.RuleKind(strings.ReplaceAll(name, "-", " ")) {
	case "":
		return r, nil
	case consensus.Majority, consensus.Plurality, consensus.Unanimous:
		r.Kind = consensus.RuleKind(name)
		if more {
			return r, usage("rule %q: %s takes nothing more", text, name)
		}
		return r, nil
	case consensus.Supermajority:
		r.Kind = consensus.Supermajority
		if !more {
			return r, nil
		}
		a, b, _ := strings.Cut(rest, "/")
		num, err1 := strconv.ParseInt(a, 10, 64)
		den, err2 := strconv.ParseInt(b, 10, 64)
		if err1 != nil || err2 != nil {
			return r, usage("rule %q: want a share such as supermajority:2/3", text)
		}
		r.Share = consensus.Fraction{Num: num, Den: den}
		return r, nil
	case consensus.AtLeast:
		r.Kind = consensus.AtLeast
		if r.K, err = strconv.Atoi(rest); err != nil {
			return r, usage("rule %q: want a number such as at-least:3", text)
		}
		return r, nil
	}
	return r, usage("rule %q: want majority, plurality, supermajority:A/B, unanimous or at-least:K", text)
}

// coordinateWith has a node decide, or explain.
func (c *command) coordinateWith(ctx context.Context, f *coordinateFlags, client *admin.Client) error {
	if f.explain {
		a, err := client.ExplainSession(ctx, f.order)
		switch {
		case err != nil:
			return err
		case f.form == "json":
			return c.json(a)
		}
		fmt.Fprint(c.Stdout, a.Text)
		return nil
	}
	a, err := client.StartSession(ctx, f.order)
	if err != nil {
		return err
	}
	id := a.Session.ID
	w := &councilWatch{c: c, quiet: f.form == "json"}
	for {
		w.show(a.Session)
		if a.Session.Result != nil {
			break
		}
		timer := time.NewTimer(f.every)
		select {
		case <-timer.C:
			a, err = client.Session(ctx, id, w.seen)
		case <-ctx.Done():
			timer.Stop()
			return c.interruptCouncil(ctx, client, id)
		}
		if err != nil {
			if ctx.Err() != nil {
				return c.interruptCouncil(ctx, client, id)
			}
			return err
		}
	}
	r := *a.Session.Result
	if f.form == "json" {
		if err := c.json(a); err != nil {
			return err
		}
	} else {
		w.result(r)
	}
	if r.State != string(protocols.StateDecided) {
		return exitWith(ExitUndecided, nil)
	}
	return nil
}

// interruptCouncil cancels the session of a command that was interrupted.
func (c *command) interruptCouncil(ctx context.Context, client *admin.Client, id string) error {
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	if _, err := client.CancelSession(last, id, "interrupted"); err != nil {
		return exitWith(ExitInterrupt, fmt.Errorf("the session %s goes on: %w", id, err))
	}
	return exitWith(ExitInterrupt, errors.New("interrupted: the session is cancelled"))
}
