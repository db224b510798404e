// SPDX-License-Identifier: Apache-2.0

package health

import (
	"time"

	"mabeam.dev/agents/query"
)

// Judge returns the verdict after a sample that was taken now.
func Judge(p Policy, last Verdict, s Sample, now time.Time) Verdict {
	v := Verdict{Status: query.Healthy, Judged: now, tracks: last.tracks}
	if s.Dead {
		v.tracks = [measures]track{}
		v.blame(Cause{Name: CauseDead, Status: query.Dead, Detail: s.Reason})
		return v.since(last)
	}
	p = p.withDefaults()
	for m, f := range figures(p, s, now) {
		t, fresh := v.tracks[m].next(f.at(1), f.at(relief))
		if t.level > query.Healthy {
			if fresh {
				t.detail = detail(measure(m), p, s, f.value)
			}
			v.blame(Cause{Name: measureNames[m], Status: t.level, Detail: t.detail})
		}
		v.tracks[m] = t
	}
	for _, c := range s.Checks {
		if c.Status > query.Healthy && c.Status < query.Dead {
			v.blame(Cause{Name: CauseCustom + ":" + c.Name, Status: c.Status, Detail: c.Detail})
		}
	}
	return v.since(last)
}

func (v *Verdict) blame(c Cause) {
	v.Causes = append(v.Causes, c)
	v.Status = max(v.Status, c.Status)
}

func (v Verdict) since(last Verdict) Verdict {
	v.Since = v.Judged
	if last.Status == v.Status {
		v.Since = last.Since
	}
	return v
}
