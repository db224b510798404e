// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/internal/node"
)

// validate checks config files.
func (c *command) validate() *cobra.Command {
	var sets, named []string
	var showEnv bool
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Show every mistake of config files at once",
		Long: `validate reads config files as run would and shows every mistake with its place,
or says ok.

  runtime validate node.yaml
  runtime validate --show-env node.yaml      the environment variables that apply`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args)+len(named) == 0 {
				return usage("validate needs at least one file")
			}
			return nil
		},
	}
	form := outputFlag(cmd, "text", "json")
	cmd.Flags().StringArrayVarP(&named, "config", "c", nil, "a file, as run takes it; the same as to name it without the flag")
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a key, as in --set log.level=debug")
	cmd.Flags().BoolVar(&showEnv, "show-env", false, "list the environment variables that apply to the file")
	cmd.RunE = func(_ *cobra.Command, files []string) error {
		if err := checkOutput(*form, "text", "json"); err != nil {
			return err
		}
		bad := false
		for _, f := range append(named, files...) {
			in, err := c.input(f, sets)
			if err != nil {
				return exitWith(ExitUsage, err)
			}
			if showEnv {
				for _, v := range config.ShowEnv(in) {
					fmt.Fprintf(c.Stdout, "%s\t%s\t%s\n", v.Name, v.Type, v.Doc)
				}
				continue
			}
			cfg, _, err := config.Load(in)
			if c.verdict(f, cfg, err, *form) {
				bad = true
			}
		}
		if bad {
			return exitWith(ExitUsage, nil)
		}
		return nil
	}
	return cmd
}

// verdict prints the outcome of one file and reports whether it is bad.
func (c *command) verdict(file string, cfg config.Config, err error, form string) bool {
	var all config.Errors
	switch {
	case err == nil && form == "text":
		fmt.Fprintf(c.Stdout, "%s: ok (%s)\n", file, counts(cfg))
	case err == nil:
		fmt.Fprintln(c.Stdout, `{"version":1,"problems":[]}`)
	case errors.As(err, &all) && form == "json":
		fmt.Fprintln(c.Stdout, string(all.JSON()))
	case errors.As(err, &all):
		fmt.Fprintln(c.Stdout, strings.TrimRight(all.Text(), "\n"))
	default:
		fmt.Fprintln(c.Stdout, err)
	}
	return err != nil
}

// counts says in a few words what a config declares.
func counts(cfg config.Config) string {
	n := 0
	var count func([]config.Child)
	count = func(children []config.Child) {
		for _, ch := range children {
			if ch.Kind == config.KindSupervisor {
				count(ch.Children)
			} else {
				n += len(ch.IDs())
			}
		}
	}
	if cfg.Tree != nil {
		count(cfg.Tree.Children)
	}
	return plural(n, "agent") + ", " + plural(len(cfg.Work), "queue")
}

// input reads a config file.
func (c *command) input(file string, sets []string) (config.Input, error) {
	data, err := config.OS().ReadFile(file, config.MaxFile+1) // what is more is refused, not read
	if err != nil {
		return config.Input{}, err
	}
	return config.Input{Name: file, Data: data, Env: c.Env, Sets: sets, Kinds: kindInfos(c.kinds), Files: config.OS(), Series: node.SeriesNames(), Pack: node.AlertPack()}, nil
}

// kindInfos tells the config what kinds there are.
func kindInfos(kinds agents.Kinds) map[string]config.KindInfo {
	out := map[string]config.KindInfo{}
	for name, k := range kinds {
		if name == config.KindExec {
			continue // the file format knows it, with keys of its own
		}
		info := config.KindInfo{Doc: k.Doc}
		if k.Settings != nil {
			info.Settings = reflect.TypeOf(k.Settings)
		}
		out[name] = info
	}
	return out
}
