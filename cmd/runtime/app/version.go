// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"mabeam.dev/config"
	"mabeam.dev/internal/buildinfo"
)

// version prints what is running.
func (c *command) version() *cobra.Command {
	cmd := &cobra.Command{Use: "version", Short: "Print version, toolchain and main dependencies", Args: noArgs}
	form := outputFlag(cmd, "text", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := checkOutput(*form, "text", "json"); err != nil {
			return err
		}
		info := buildinfo.Read()
		if *form == "json" {
			return c.json(info)
		}
		_, err := fmt.Fprintf(c.Stdout, "runtime %s (%s, protoactor-go %s, sqlite %s)\n", info.Version, info.Go, info.Protoactor, info.SQLite)
		return err
	}
	return cmd
}

// schema prints the schema of the config file.
func (c *command) schema() *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the schema or the reference of the config file",
		Long: `schema prints what a config file may hold: as JSON schema for editors, or as a
reference for people.

  runtime schema > node.schema.json
  runtime schema --format md`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			switch form {
			case "json":
				_, err := c.Stdout.Write(config.Schema())
				return err
			case "md":
				_, err := fmt.Fprint(c.Stdout, config.Markdown(), config.KindsMarkdown(kindInfos(c.kinds)))
				return err
			}
			return usage("format %q: want json or md", form)
		},
	}
	cmd.Flags().StringVar(&form, "format", "json", "json or md")
	return cmd
}

// json prints a value as indented JSON with its format version in front.
func (c *command) json(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil { // a list: wrap it
		all = map[string]json.RawMessage{"items": body}
	}
	all["version"] = versionOf(all)
	e := json.NewEncoder(c.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// versionOf keeps a field of that name, which only the version command has.
func versionOf(all map[string]json.RawMessage) json.RawMessage {
	if v, ok := all["version"]; ok {
		return v
	}
	return json.RawMessage("1")
}
