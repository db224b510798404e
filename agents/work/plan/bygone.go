// SPDX-License-Identifier: Apache-2.0

package plan

// bygone is what has to be found when a task that is over is forgotten.
type bygone struct {
	id  string
	key string // idempotency key, if it has one
}

// bygone moves a task from those that are held to those of which little is kept.
func (q *Queue) bygone(r *record, f final) {
	delete(q.records, r.ID)
	q.finished[r.ID] = f
	q.over = append(q.over, bygone{id: r.ID, key: r.Key})
}

// trim decides what to forget so that no more than a number of tasks is remembered.
func (q *Queue) trim(c Trim, out *Output) {
	if n := len(q.over) - max(0, c.Keep); n > 0 {
		out.Events = append(out.Events, Forgotten{First: n})
	}
}

// applyForgotten drops the first tasks that are over, and those that ended early enough; the latter have to be looked for, because clocks are set back.
func (q *Queue) applyForgotten(e Forgotten) {
	first := min(max(0, e.First), len(q.over))
	for _, b := range q.over[:first] {
		q.drop(b)
	}
	rest := q.over[first:]
	if e.Before > 0 {
		kept := make([]bygone, 0, len(rest))
		for _, b := range rest {
			if q.finished[b.id].ended < e.Before {
				q.drop(b)
			} else {
				kept = append(kept, b)
			}
		}
		rest = kept
	} else if first > 0 {
		rest = append(make([]bygone, 0, len(rest)+len(rest)/4), rest...) // the memory of what was dropped is given back
	}
	q.over = rest
}

func (q *Queue) drop(b bygone) {
	q.forgotten[q.finished[b.id].state]++
	delete(q.finished, b.id)
	if b.key != "" {
		delete(q.keys, b.key)
	}
}

// applyPurged gives up a dead letter and keeps what recognises a duplicate.
func (q *Queue) applyPurged(e Purged) string {
	r := q.records[e.ID]
	if r == nil || r.state != StateDead {
		return "task is not dead"
	}
	q.leaveState(r)
	q.bygone(r, final{digest: r.digest, ended: r.ended, version: r.version, state: StateDead})
	return ""
}

// Remembered is the number of tasks that are over and still known. Beyond Spec.Remember it is time for a Trim.
func (q *Queue) Remembered() int { return len(q.over) }

// Forgot is the number of tasks that were known and are no longer. While it is zero the queue knows its duplicates by itself; otherwise whoever submits a task
// that Knows does not report on has to ask the journal for its id and pass what it has as Submit.Past. A key
// is forgotten with its task.
func (q *Queue) Forgot() uint64 {
	return q.forgotten[StateDone] + q.forgotten[StateDead] + q.forgotten[StateCancelled]
}

// Knows reports whether a task is known, by its id or by its key.
func (q *Queue) Knows(id, key string) bool {
	if q.known(id) {
		return true
	}
	_, known := q.keys[key]
	return known && key != ""
}

// TrimDue tells when more is remembered than Spec.Remember allows, by so much that a Trim is worth its event.
func (q *Queue) TrimDue() (Trim, bool) {
	keep := q.spec.Remember
	return Trim{Keep: keep}, keep >= 0 && len(q.over) > keep+keep/4+16
}
