// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"mabeam.dev/internal/admin"
)

// adaptFlags say how a variable is to be adapted.
type adaptFlags struct {
	watchFlags
	strategy, file, cycle, agents string
	weights, ceilings, floors     []string
	learning, exploration, share  float64
	budget                        float64
	warm, settle, trial, watch    int
	immediate, stop, resume       bool
}

func (c *command) variablesAdapt() *cobra.Command {
	f := &adaptFlags{}
	cmd := f.watchFlags.add(&cobra.Command{
		Use: "adapt NAME", Short: "Change how a variable follows what is measured", Args: words(1, 1, "a variable"),
		Long: `adapt starts the adaptation of a variable or changes how it is adapted; what is not said
stays as it is. The keys of a file are those of the config's section adapt. It holds until the
node ends: the config says what the next one begins with.

  runtime variables adapt temperature --strategy cost_optimization --floor quality=0.8
  runtime variables adapt batch --weight throughput=1 --weight latency=-20 --learning-rate 0.2
  runtime variables adapt batch --file adapt.yaml
  runtime variables adapt batch --stop
  runtime variables adapt batch --resume      end a freeze after too many changes were taken back`,
	})
	flags := cmd.Flags()
	flags.StringVar(&f.strategy, "strategy", "", "what for: performance_feedback, quality_improvement, cost_optimization, load_balancing or static")
	flags.StringVar(&f.file, "file", "", "file with the keys of the section adapt; - is the input")
	flags.StringArrayVar(&f.weights, "weight", nil, "what a unit of a metric is worth, as in latency=-1")
	flags.StringArrayVar(&f.ceilings, "ceiling", nil, "bound that the mean of a metric must stay under, as in latency=0.5")
	flags.StringArrayVar(&f.floors, "floor", nil, "bound that the mean of a metric must stay over, as in quality=0.8")
	flags.StringVar(&f.cycle, "cycle", "", "how often it thinks, as in 1s")
	flags.BoolVar(&f.immediate, "immediate", false, "think after each report")
	flags.StringVar(&f.agents, "agents", "", "query of the agents of whom a share tries a candidate first")
	flags.Float64Var(&f.share, "share", 0, "that share")
	flags.Float64Var(&f.learning, "learning-rate", 0, "first step of a number, as a share of its range")
	flags.Float64Var(&f.exploration, "exploration", 0, "share of the reports that may go to candidates that are not kept")
	flags.Float64Var(&f.budget, "budget", 0, "most that trials may cost in an hour")
	flags.IntVar(&f.warm, "warm", 0, "reports that it wants before a trial")
	flags.IntVar(&f.settle, "settle", 0, "reports of a new value that it ignores")
	flags.IntVar(&f.trial, "trial", 0, "reports after which a candidate is given up")
	flags.IntVar(&f.watch, "watch", 0, "reports for which a change is watched")
	flags.BoolVar(&f.stop, "stop", false, "end the adaptation; the value stays")
	flags.BoolVar(&f.resume, "resume", false, "end a freeze")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		how, err := f.section(cmd)
		if err != nil {
			return err
		}
		o := admin.AdaptationOrder{Stop: f.stop, Resume: f.resume}
		ways := 0
		for _, used := range []bool{f.stop, f.resume, f.file != "", len(how) > 0} {
			if used {
				ways++
			}
		}
		switch ways {
		case 0:
			return usage("nothing says how: want --strategy, --weight, --file or another flag")
		case 1:
		default:
			return usage("--stop, --resume and --file stand alone")
		}
		if f.file != "" {
			o.Text, err = c.textOf(f.file)
		} else if len(how) > 0 {
			o.Adapt, err = json.Marshal(how)
		}
		if err != nil {
			return usage("%v", err)
		}
		return c.ask(&f.watchFlags, func(client *admin.Client) error {
			v, err := c.variableOf(cmd, client, args[0])
			if err != nil {
				return err
			}
			a, err := client.Adapt(cmd.Context(), v.Space, v.Name, o)
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(a)
			}
			fmt.Fprintf(c.Stdout, "%s/%s: %s\n", a.Space, a.Variable, adaptationLine(a))
			return nil
		})
	}
	return cmd
}

// section is what the flags say, in the keys of the config.
func (f *adaptFlags) section(cmd *cobra.Command) (map[string]any, error) {
	how := map[string]any{}
	for _, x := range []struct {
		flag, key string
		value     any
	}{
		{"strategy", "strategy", f.strategy},
		{"cycle", "cycle", f.cycle},
		{"immediate", "immediate", f.immediate},
		{"agents", "agents", f.agents},
		{"share", "share", f.share},
		{"learning-rate", "learning_rate", f.learning},
		{"exploration", "exploration", f.exploration},
		{"budget", "budget", f.budget},
		{"warm", "warm", f.warm},
		{"settle", "settle", f.settle},
		{"trial", "trial", f.trial},
		{"watch", "watch", f.watch},
	} {
		if cmd.Flags().Changed(x.flag) {
			how[x.key] = x.value
		}
	}
	for _, x := range []struct {
		flag, key string
		pairs     []string
	}{{"weight", "weights", f.weights}, {"ceiling", "ceilings", f.ceilings}, {"floor", "floors", f.floors}} {
		if len(x.pairs) == 0 {
			continue
		}
		table, err := metricPairs(x.flag, x.pairs)
		if err != nil {
			return nil, err
		}
		how[x.key] = table
	}
	return how, nil
}

// metricPairs reads NAME=NUMBER.
func metricPairs(flag string, pairs []string) (map[string]float64, error) {
	table := map[string]float64{}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		x, err := strconv.ParseFloat(text, 64)
		if !ok || name == "" || err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, usage("--%s %q: want a metric and a number, as in latency=0.5", flag, pair)
		}
		if _, twice := table[name]; twice {
			return nil, usage("--%s %q: %s is there already", flag, pair, name)
		}
		table[name] = x
	}
	return table, nil
}

// textOf reads a small file, or the input for "-".
func (c *command) textOf(path string) (string, error) {
	const most = 1 << 20
	if path == "-" {
		data, err := io.ReadAll(io.LimitReader(c.Stdin, most))
		return string(data), err
	}
	data, err := os.ReadFile(path)
	return string(data), err
}

// variableOf asks a node for one of its variables.
func (c *command) variableOf(cmd *cobra.Command, client *admin.Client, name string) (admin.VariableView, error) {
	all, err := client.Variables(cmd.Context())
	if err != nil {
		return admin.VariableView{}, err
	}
	return variableNamed(all, name)
}

// adaptationLine says in a line how a variable is adapted.
func adaptationLine(a admin.AdaptationAnswer) string {
	if a.Strategy == admin.Unadapted {
		return "not adapted"
	}
	line := a.Strategy
	if len(a.With) > 0 {
		line += " with " + strings.Join(a.With, ", ")
	}
	switch {
	case a.Frozen:
		line += ", frozen: too many changes were taken back"
	case a.Candidate != nil:
		line += fmt.Sprintf(", %s, tries %v", a.Phase, a.Candidate)
	case a.Resting != "":
		line += ", rests until " + a.Resting
	case a.Phase != "":
		line += ", " + a.Phase
	}
	if len(a.Problems) > 0 {
		line += ", problems: " + strings.Join(a.Problems, ", ")
	}
	return line
}

// reportFlags are those of one report.
type reportFlags struct {
	watchFlags
	metrics        []string
	agent, at, key string
	weight         float64
}

func (c *command) variablesReport() *cobra.Command {
	f := &reportFlags{}
	cmd := f.watchFlags.add(&cobra.Command{
		Use: "report NAME", Short: "Report what was measured with a variable", Args: words(1, 1, "a variable"),
		Long: `report tells the adaptation of a variable what was measured while a version of it was in
use; without --at it is the present one. A program reports many at once over HTTP:
POST /v1/variables/SPACE/NAME/feedback.

  runtime variables report temperature --metric latency=0.31 --metric quality=0.9
  runtime variables report temperature --metric latency=0.31 --agent ann --at 0.17 --key run-7`,
	})
	flags := cmd.Flags()
	flags.StringArrayVar(&f.metrics, "metric", nil, "what was measured, as in latency=0.31")
	flags.StringVar(&f.agent, "agent", "", "agent that has measured it")
	flags.StringVar(&f.at, "at", "", "version that was used, as in 0.17; without it the present one")
	flags.StringVar(&f.key, "key", "", "name of the report, which makes a repetition the same one")
	flags.Float64Var(&f.weight, "weight", 1, "how much it counts")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		metrics, err := metricPairs("metric", f.metrics)
		if err != nil {
			return err
		}
		if len(metrics) == 0 {
			return usage("nothing was measured: want --metric")
		}
		if f.weight <= 0 {
			return usage("--weight %v: want more than 0", f.weight)
		}
		if f.key == "" {
			f.key = uuid.NewString()
		}
		return c.ask(&f.watchFlags, func(client *admin.Client) error {
			v, err := c.variableOf(cmd, client, args[0])
			if err != nil {
				return err
			}
			one := admin.ReportView{At: f.at, Agent: f.agent, Metrics: metrics, Weight: f.weight}
			if one.At == "" {
				one.At = v.At
				for _, o := range v.Exceptions {
					if o.Scope == "agent/"+f.agent {
						one.At = o.At
					}
				}
			}
			got, err := client.Report(cmd.Context(), v.Space, v.Name, admin.FeedbackOrder{Key: f.key, Reports: []admin.ReportView{one}})
			switch {
			case err != nil:
				return err
			case f.form == "json":
				return c.json(got)
			}
			fate := "taken"
			switch {
			case got.Again:
				fate = "known already"
			case got.Outdated > 0:
				fate = "outdated: version " + one.At + " is not in force"
			case got.Dropped > 0:
				fate = "dropped: the adaptation does not keep up"
			}
			fmt.Fprintf(c.Stdout, "%s/%s: %s\n", got.Space, got.Variable, fate)
			return nil
		})
	}
	return cmd
}
