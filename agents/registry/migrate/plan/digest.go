// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"mabeam.dev/agents/index"
)

// Digest is the SHA-256 of all that a row says, but for when it was taken over.
func Digest(r *index.Row) [sha256.Size]byte { return new(digester).sum(r) }

// digester writes rows as bytes: each value by its own, with its length where that is not fixed, so that no two rows that differ are written alike.
type digester struct{ buf []byte }

func (d *digester) sum(r *index.Row) [sha256.Size]byte {
	d.buf = d.buf[:0]
	d.row(r)
	return sha256.Sum256(d.buf)
}

func (d *digester) row(r *index.Row) {
	d.texts(r.Namespace, r.ID, r.Kind, r.Team, r.Role, r.Node, r.Reason, string(r.Config), string(r.Keys.Sign), string(r.Keys.Exchange))
	if r.Handle == nil {
		d.int(0)
	} else {
		d.int(1)
		d.texts(r.Handle.String())
	}
	d.int(int64(r.State))
	d.int(int64(r.Incarnation))
	d.int(int64(r.Version))
	d.float(r.Weight)
	d.time(r.RegisteredAt)
	d.int(int64(len(r.Capabilities)))
	for _, c := range r.Capabilities {
		d.texts(c.Name, c.Version, string(c.Settings))
	}
	d.int(int64(len(r.Labels)))
	for _, l := range r.Labels {
		d.texts(l.Name, l.Value)
	}
	d.health(r.Health)
	d.measures(r)
	d.coordination(r.Coordination)
}

func (d *digester) health(h index.Health) {
	d.int(int64(h.Status))
	d.time(h.Since)
	d.time(h.LastReport)
	d.int(int64(len(h.Causes)))
	for _, c := range h.Causes {
		d.texts(c.Name, c.Detail)
		d.int(int64(c.Status))
	}
}

func (d *digester) measures(r *index.Row) {
	d.int(r.Limits.Memory)
	d.float(r.Limits.CPU)
	d.int(r.Limits.Queue)
	d.int(r.Limits.Inflight)
	d.int(r.Limits.Budget)
	u, p := r.Usage, r.Performance
	d.int(int64(u.Source))
	for _, m := range []index.Maybe[int64]{u.Memory, u.MemoryFree, u.Queue, u.Inflight} {
		maybe(d, m, d.int)
	}
	for _, m := range []index.Maybe[float64]{u.CPU, u.CPUFree, p.SuccessRate, p.Throughput} {
		maybe(d, m, d.float)
	}
	for _, m := range []index.Maybe[time.Duration]{p.P50, p.P99} {
		maybe(d, m, func(v time.Duration) { d.int(int64(v)) })
	}
	d.int(int64(p.Done))
	d.int(int64(p.Failed))
}

func maybe[T any](d *digester, m index.Maybe[T], write func(T)) {
	v, ok := m.Get()
	if !ok {
		d.int(0)
		return
	}
	d.int(1)
	write(v)
}

func (d *digester) coordination(c *index.Coordination) {
	if c == nil {
		d.int(0)
		return
	}
	d.int(1)
	for _, list := range [][]string{c.Sessions, c.Barriers, c.Leaderships} {
		d.int(int64(len(list)))
		d.texts(list...)
	}
	d.int(int64(len(c.Locks)))
	for _, l := range c.Locks {
		d.texts(l.Name)
		d.int(int64(l.Token))
	}
}

func (d *digester) int(n int64) { d.buf = binary.BigEndian.AppendUint64(d.buf, uint64(n)) }

func (d *digester) float(f float64) { d.int(int64(math.Float64bits(f))) }

// time writes the moment, whatever its zone.
func (d *digester) time(t time.Time) {
	d.int(t.Unix())
	d.int(int64(t.Nanosecond()))
}

func (d *digester) texts(all ...string) {
	for _, t := range all {
		d.int(int64(len(t)))
		d.buf = append(d.buf, t...)
	}
}
