// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"
	"strings"

	"mabeam.dev/internal/nearest"
)

// validate checks what takes more than one key to see. A key that is refused already is not complained about again.
func (d *decoder) validate(cfg *Config) {
	if listen := cfg.Surfaces.Listen; !d.bad("surfaces.listen", "surfaces.insecure") && !listen.Off() && !listen.Loopback() && !cfg.Surfaces.Insecure {
		d.fail(d.near("surfaces.listen"), "surfaces.listen", fault{
			code: CodeConflict, reason: quote(string(listen)) + " can be reached from other machines", got: string(listen),
			want: "a loopback address such as 127.0.0.1:7070", hint: "or add insecure: true",
		})
	}
	if cfg.Tree != nil {
		d.group(cfg.Tree.Group, "tree")
		d.dependencies(cfg.Tree)
	}
	d.work(cfg.Work)
	d.workAuctions(cfg)
	d.retention(cfg.Journal.Retention, cfg.Work)
	d.market(cfg.Market)
	d.coordination(cfg.Coordination, cfg.Market != nil)
	d.variables(cfg)
	d.programVariables(cfg)
	d.alerts(cfg.Alerts)
	if t := cfg.Telemetry.Traces; t != nil {
		d.web(t.Endpoint, "telemetry.traces.endpoint")
		d.headerValues(t.Headers, "telemetry.traces.headers")
	}
}

func (d *decoder) bad(paths ...string) bool {
	for _, p := range paths {
		if d.refused[p] {
			return true
		}
	}
	return false
}

// group checks a supervisor and everything under it.
func (d *decoder) group(g Group, path string) {
	d.unique(g.Children, path)
	for i, c := range g.Children {
		at := item(path+".children", i)
		d.kind(c, at)
		d.significant(g, c, path, at)
		d.restarts(c, at)
		d.agent(c, at)
		d.bidding(c, at+".bidding")
		d.votes(c, at+".votes")
		if c.Kind == KindSupervisor {
			d.group(c.Group, at)
		}
	}
}

// unique checks that siblings have different names, also those that count makes. Two counted children cannot meet: their
// names part at the last dash already.
func (d *decoder) unique(children []Child, path string) {
	first := map[string]int{}
	for i, c := range children {
		if before, taken := first[c.ID]; taken {
			d.taken(path, i, before, c.ID, "a child named "+quote(c.ID)+" is there already")
		} else if c.ID != "" {
			first[c.ID] = i
		}
	}
	for i, c := range children {
		base, number, ok := lastDash(c.ID)
		if !ok || c.Count > 1 {
			continue
		}
		if j, there := first[base]; there && children[j].Count > 1 && number <= children[j].Count {
			d.taken(path, i, j, c.ID, "count of "+quote(base)+" makes a child named "+quote(c.ID)+" too")
		}
	}
}

func (d *decoder) taken(path string, i, before int, id, reason string) {
	at := item(path+".children", i) + ".id"
	if d.bad(at) {
		return
	}
	here := d.near(at)
	other := d.near(item(path+".children", before) + ".id")
	d.fail(here, at, fault{code: CodeDuplicateID, reason: reason, got: id, hint: "the other is named " + beside(other, here)})
}

// lastDash parts id-7 into id and 7.
func lastDash(id string) (base string, number int, ok bool) {
	cut := strings.LastIndexByte(id, '-')
	if cut < 0 || strings.HasPrefix(id[cut+1:], "0") {
		return "", 0, false
	}
	n, err := strconv.ParseUint(id[cut+1:], 10, 31)
	return id[:cut], int(n), err == nil
}

func (d *decoder) kind(c Child, at string) {
	if c.Kind == "" || d.bad(at+".kind") {
		return
	}
	if _, ok := d.kinds[c.Kind]; !ok && c.Kind != KindSupervisor && c.Kind != KindExec {
		d.fail(d.near(at+".kind"), at+".kind", fault{
			code: CodeUnknownValue, reason: "unknown kind " + quote(c.Kind), got: c.Kind, suggestion: nearest.Word(c.Kind, d.known), oneOf: d.known,
		})
	}
	if len(c.Command) > 0 && c.Command[0].Reveal() == "" && !d.bad(item(at+".command", 0)) {
		d.fail(d.near(item(at+".command", 0)), item(at+".command", 0), fault{code: CodeBadValue, reason: "the program has no name"})
	}
}

// significant holds OTP's rule: what is restarted after every exit never ends for good, and where nobody shuts down by
// itself nobody can be significant for it.
func (d *decoder) significant(g Group, c Child, path, at string) {
	if !c.Significant || d.bad(at+".significant") {
		return
	}
	here := d.near(at + ".significant")
	if c.Restart == Permanent && !d.bad(at+".restart") {
		d.fail(here, at+".significant", fault{
			code: CodeConflict, reason: "a permanent child cannot be significant", got: "true", hint: "use restart: transient or restart: temporary",
		})
	}
	if g.AutoShutdown == Never && !d.bad(path+".auto_shutdown") {
		d.fail(here, at+".significant", fault{
			code: CodeConflict, reason: "significant means nothing while auto_shutdown is never", got: "true",
			hint: "set " + path + ".auto_shutdown to any_significant or all_significant",
		})
	}
}

// restarts checks what is said about restarts of a child: that there are any, and that a first wait is within its bound.
func (d *decoder) restarts(c Child, at string) {
	for _, section := range []struct {
		key     string
		written bool
	}{{"backoff", c.Backoff != nil}, {"restart_limit", c.RestartLimit != nil}, {"schedule", c.Schedule != nil}} {
		if path := at + "." + section.key; section.written && c.Restart == Temporary && !d.bad(path, at+".restart") {
			d.fail(d.near(path), path, fault{
				code: CodeConflict, reason: "a temporary child is never restarted", got: section.key,
				hint: "use restart: transient or restart: permanent",
			})
		}
	}
	most := at + ".backoff.max"
	if b := c.Backoff; b != nil && b.Max < b.Initial && !d.bad(most, at+".backoff.initial") {
		d.fail(d.near(most), most, fault{
			code: CodeConflict, reason: "max is shorter than initial, which is " + b.Initial.String(), got: b.Max.String(),
			want: b.Initial.String() + " or more",
		})
	}
}

// work checks the queues against each other and against the file system.
func (d *decoder) work(queues []Queue) {
	names, tasks, results := map[string]string{}, map[string]string{}, map[string]string{}
	for i, q := range queues {
		at := item("work", i)
		d.shared(names, Plain(q.Queue), at+".queue", CodeDuplicateID, "a queue named "+quote(q.Queue)+" is there already")
		d.shared(tasks, q.Tasks, at+".tasks", CodeConflict, "another queue reads "+quote(q.Tasks.String()))
		if q.Results.Reveal() != "-" { // lines of several queues may share standard output
			d.shared(results, q.Results, at+".results", CodeConflict, "another queue writes "+quote(q.Results.String()))
		}
		kinds := map[string]string{}
		for j, k := range q.Kinds {
			d.shared(kinds, Plain(k.Kind), item(at+".kinds", j)+".kind", CodeDuplicateID, "a quota for kind "+quote(k.Kind)+" is there already")
		}
		source := q.Tasks.Reveal()
		if source == "" || source == "-" || d.bad(at+".tasks") {
			continue
		}
		if source == q.Results.Reveal() && !d.bad(at+".results") {
			d.fail(d.near(at+".results"), at+".results", fault{code: CodeConflict, reason: "results would be written into the file of tasks", got: q.Results.String()})
		}
		if d.files == nil {
			continue
		}
		if err := d.files.Readable(source); err != nil {
			d.fail(d.near(at+".tasks"), at+".tasks", fault{
				code: CodeUnreadable, reason: "cannot read " + quote(q.Tasks.String()) + ": " + strings.TrimSpace(cause(err)), got: q.Tasks.String(),
			})
		}
	}
}

// shared complains if two queues have the same value where each needs its own.
func (d *decoder) shared(seen map[string]string, text Text, path string, code Code, reason string) {
	if text.Reveal() == "" || d.bad(path) {
		return
	}
	first, taken := seen[text.Reveal()]
	if !taken {
		seen[text.Reveal()] = path
		return
	}
	here := d.near(path)
	d.fail(here, path, fault{code: code, reason: reason, got: text.String(), hint: "the other is named " + beside(d.near(first), here)})
}
