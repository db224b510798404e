// SPDX-License-Identifier: Apache-2.0

package predict

// Until returns when a proposed outcome stands, in nanoseconds; false where none is proposed.
func (m *Market) Until() (int64, bool) { return m.until, m.state == Proposed }

// Outcome returns the outcome that was proposed, is disputed or was resolved; false where there is none.
func (m *Market) Outcome() (int, bool) {
	switch m.state {
	case Proposed, Disputed, Resolved:
		return m.proposed, true
	case Open, Closed, Void:
	}
	return 0, false
}
