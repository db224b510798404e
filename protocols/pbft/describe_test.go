// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"strings"

	"mabeam.dev/protocols/pbft/wire"
)

// describe says in a few words what a message says.
func describe(m wire.Message) string {
	switch m := m.(type) {
	case *wire.Request:
		return fmt.Sprintf("%d/%d", m.Client, m.Seq)
	case *wire.Proposal:
		return fmt.Sprintf("view %d seq %d %v [%s]", m.PrePrepare.View, m.PrePrepare.Seq, m.PrePrepare.Digest, describeBatch(m.Batch))
	case *wire.Vote:
		return fmt.Sprintf("view %d seq %d %v by %d", m.View, m.Seq, m.Digest, m.Member)
	case *wire.Checkpoint:
		return fmt.Sprintf("seq %d %v by %d", m.Seq, m.State, m.Member)
	case *wire.ViewChange:
		var b strings.Builder
		fmt.Fprintf(&b, "view %d low %d", m.View, m.Stable.Seq)
		for _, p := range m.Prepared {
			fmt.Fprintf(&b, " %d:%v@%d", p.PrePrepare.Seq, p.PrePrepare.Digest, p.PrePrepare.View)
		}
		for _, c := range m.P {
			fmt.Fprintf(&b, " P%d:%v@%d", c.Seq, c.Digest, c.View)
		}
		for _, c := range m.Q {
			fmt.Fprintf(&b, " Q%d:%v@%d", c.Seq, c.Digest, c.View)
		}
		fmt.Fprintf(&b, " by %d", m.Member)
		return b.String()
	case *wire.NewView:
		var b strings.Builder
		fmt.Fprintf(&b, "view %d of", m.View)
		for _, c := range m.Changes {
			fmt.Fprintf(&b, " %d", c.Member)
		}
		for _, o := range m.Orders {
			fmt.Fprintf(&b, ", %d:%v", o.Seq, o.Digest)
		}
		return b.String()
	case *wire.Reply:
		return fmt.Sprintf("%d/%d at %d by %d: %q", m.Client, m.Number, m.Seq, m.Member, m.Results)
	case *wire.Status:
		return fmt.Sprintf("view %d changing %t low %d executed %d by %d", m.View, m.Changing, m.Low, m.Executed, m.Member)
	case *wire.FetchBody:
		return fmt.Sprintf("seq %d %v by %d", m.Seq, m.Digest, m.Member)
	case *wire.Body:
		return fmt.Sprintf("seq %d [%s]", m.Seq, describeBatch(m.Batch))
	case *wire.Exhibit:
		return fmt.Sprintf("view %d seq %d %v", m.PrePrepare.View, m.PrePrepare.Seq, m.PrePrepare.Digest)
	case *wire.FetchState:
		if m.Chunk == wire.WholeState {
			return fmt.Sprintf("seq %d list by %d", m.Seq, m.Member)
		}
		return fmt.Sprintf("seq %d chunk %d by %d", m.Seq, m.Chunk, m.Member)
	case *wire.Manifest:
		return fmt.Sprintf("seq %d %v of %d chunks", m.Stable.Seq, m.Stable.State, len(m.Chunks))
	case *wire.Chunk:
		return fmt.Sprintf("seq %d chunk %d, %d bytes", m.Seq, m.Index, len(m.Data))
	}
	return ""
}

func describeBatch(b wire.Batch) string {
	var words []string
	for _, m := range b {
		words = append(words, fmt.Sprintf("%d/%d", m.Client, m.Seq))
	}
	return strings.Join(words, " ")
}
