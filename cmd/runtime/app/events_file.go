// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

func (c *command) eventsExport() *cobra.Command {
	f := &eventFlags{}
	var out string
	cmd := &cobra.Command{
		Use: "export", Short: "Write events as JSON lines", Args: noArgs,
		Long: `export writes the whole journal, or what meets every condition, as JSON lines with a
checksum at the end. A file is there as a whole or not at all. The export of a whole
journal can be imported.

  runtime events export --out backup.jsonl
  runtime events export --file data --stream work/tasks > tasks.jsonl`,
	}
	f.where(cmd, true)
	f.which(cmd, true)
	cmd.Flags().StringVar(&out, "out", "", "file to write; standard output without it")
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		v, err := f.parameters()
		if err != nil {
			return err
		}
		q, err := checked(v)
		if err != nil {
			return err
		}
		end, err := c.destination(out)
		if err != nil {
			return err
		}
		defer end.close()
		j, err := c.open(f)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, j.close()) }()
		// The export goes to a file first, wherever it is to be in the end: only the last line tells that it is whole.
		dir := os.TempDir()
		if end.path != "" {
			dir = filepath.Dir(end.path)
		}
		part, err := os.CreateTemp(dir, ".export-*")
		if err != nil {
			return usage("%w", err)
		}
		defer func() { _ = os.Remove(part.Name()) }() // it has its own name by then, if all went well
		defer part.Close()
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		if err := j.export(ctx, v, q, part); err != nil {
			return err
		}
		if _, err := part.Seek(0, io.SeekStart); err != nil {
			return err
		}
		done, err := events.CheckExport(ctx, part)
		if err != nil {
			return fmt.Errorf("the export was cut off: %w", err)
		}
		if end.path != "" {
			err = errors.Join(part.Sync(), part.Close(), os.Rename(part.Name(), end.path))
		} else if _, err = part.Seek(0, io.SeekStart); err == nil {
			_, err = io.Copy(end.stream, part)
		}
		if err != nil || out == "" {
			return err
		}
		fmt.Fprintf(c.Stderr, "exported %d events to %s\n", done.Events, out)
		return nil
	}
	return cmd
}

func (c *command) eventsVerify() *cobra.Command {
	f := &eventFlags{}
	cmd := &cobra.Command{
		Use: "verify", Short: "Read a whole journal and look for damage", Args: noArgs,
		Long: `verify reads every event, compares its checksum, and looks for holes. It names the
first damage with its file, page and position, and ends with exit code 1.

  runtime events verify
  runtime events verify --file data`,
	}
	f.where(cmd, true)
	form := outputFlag(cmd, "text", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(*form, "text", "json"); err != nil {
			return err
		}
		j, err := c.open(f)
		if err != nil {
			return err
		}
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		done, err := j.verify(ctx)
		if err = errors.Join(err, j.close()); err != nil {
			return err
		}
		if *form == "json" {
			return c.json(done)
		}
		fmt.Fprintf(c.Stdout, "%d events in %d streams are whole, up to position %d\n", done.Events, done.Streams, done.Head)
		return nil
	}
	return cmd
}

func (c *command) eventsImport() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "import EXPORT", Short: "Restore an export into a journal that no node has open",
		Long: `import enters the events of an export, - for standard input, behind the last one of a
journal, with their positions, versions and times; a journal that is not there is made.
Events that are there already are passed over, so an import that broke off can be
done again. A journal that holds something else is left as it is.

  runtime events import backup.jsonl --file restored`,
	}
	cmd.Flags().StringVar(&file, "file", "", "the journal: a data folder, or the file in it")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if len(args) != 1 || file == "" {
			return usage("%s: name one export, and the journal with --file", cmd.CommandPath())
		}
		in := c.Stdin
		if args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return usage("%w", err)
			}
			defer f.Close()
			in = f
		}
		if info, err := os.Stat(journalPath(file)); err == nil && !info.Mode().IsRegular() {
			return usage("--file %q: is no file", file)
		}
		// What is no export at all leaves no journal behind. The rest is found as it comes, for an export may be longer than memory.
		lines := bufio.NewReader(in)
		first, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var bad *events.ImportError
		if _, err := events.CheckExport(cmd.Context(), bytes.NewReader(first)); errors.As(err, &bad) && bad.Line == 1 {
			return err
		}
		store, err := sqlite.Open(journalPath(file), sqlite.Options{Owner: "runtime events import"})
		if err != nil {
			return fileError(err)
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		before := store.Stats().Head
		ctx, stop := c.interruptible(cmd.Context())
		defer stop()
		done, err := events.Import(ctx, io.MultiReader(bytes.NewReader(first), lines), store)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Stdout, "imported %d events, up to position %d; there were events up to %d\n", done.Events, done.Last, before)
		return nil
	}
	return cmd
}
