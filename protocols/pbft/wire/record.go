// SPDX-License-Identifier: Apache-2.0

package wire

import "fmt"

// Record is a line of a replica's vote log: a pointer to one of the record types of this package. Replicas write it before they say it.
type Record interface {
	tag() uint8
	put(*enc)
	get(*dec)
}

// KeptBody is a batch that the replica has vouched for.
type KeptBody struct {
	Seq   uint64
	Batch Batch
}

func (*KeptBody) tag() uint8   { return 1 }
func (r *KeptBody) put(e *enc) { e.u64(r.Seq); r.Batch.put(e) }
func (r *KeptBody) get(d *dec) { r.Seq, r.Batch = d.u64(), getBatch(d) }

// Accepted is a PRE-PREPARE that the replica accepted, or made.
type Accepted struct{ PrePrepare *PrePrepare }

func (*Accepted) tag() uint8   { return 2 }
func (r *Accepted) put(e *enc) { r.PrePrepare.put(e) }
func (r *Accepted) get(d *dec) { r.PrePrepare = new(PrePrepare); r.PrePrepare.get(d) }

// Committing is a prepared batch for which the replica sends COMMIT. In MAC mode there are no marks.
type Committing struct{ Prepared *Prepared }

func (*Committing) tag() uint8   { return 3 }
func (r *Committing) put(e *enc) { r.Prepared.put(e) }
func (r *Committing) get(d *dec) { r.Prepared = new(Prepared); r.Prepared.get(d) }

// Checkpointed is the state after Seq, for which the replica sends CHECKPOINT: who has signed for a state can hand it out, whatever happens.
type Checkpointed struct {
	Seq   uint64
	State []byte
}

func (*Checkpointed) tag() uint8   { return 4 }
func (r *Checkpointed) put(e *enc) { e.u64(r.Seq); e.bytes(r.State) }
func (r *Checkpointed) get(d *dec) { r.Seq, r.State = d.u64(), d.bytes() }

// Changing is the VIEW-CHANGE that the replica sends.
type Changing struct{ ViewChange *ViewChange }

func (*Changing) tag() uint8   { return 5 }
func (r *Changing) put(e *enc) { r.ViewChange.put(e) }
func (r *Changing) get(d *dec) { r.ViewChange = new(ViewChange); r.ViewChange.get(d) }

// Entered is the NEW-VIEW that took the replica into a view.
type Entered struct{ NewView *NewView }

func (*Entered) tag() uint8   { return 6 }
func (r *Entered) put(e *enc) { r.NewView.put(e) }
func (r *Entered) get(d *dec) { r.NewView = new(NewView); r.NewView.get(d) }

// Settled is a stable checkpoint: everything up to it may be forgotten.
type Settled struct{ Stable *Stable }

func (*Settled) tag() uint8   { return 7 }
func (r *Settled) put(e *enc) { r.Stable.put(e) }
func (r *Settled) get(d *dec) { r.Stable = new(Stable); r.Stable.get(d) }

// EncodeRecord returns the encoding of a record.
func EncodeRecord(r Record) []byte {
	e := enc{[]byte{r.tag()}}
	r.put(&e)
	return e.b
}

// DecodeRecord returns the record that the bytes encode. Logs are the replica's own, so there is no limit of size.
func DecodeRecord(b []byte) (Record, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("pbft/wire: decode record: empty: %w", ErrMalformed)
	}
	var r Record
	switch b[0] {
	case 1:
		r = new(KeptBody)
	case 2:
		r = new(Accepted)
	case 3:
		r = new(Committing)
	case 4:
		r = new(Checkpointed)
	case 5:
		r = new(Changing)
	case 6:
		r = new(Entered)
	case 7:
		r = new(Settled)
	default:
		return nil, fmt.Errorf("pbft/wire: decode record: unknown kind %d: %w", b[0], ErrMalformed)
	}
	d := dec{b: b[1:]}
	r.get(&d)
	if d.bad != "" || len(d.b) > 0 {
		if d.bad == "" {
			d.bad = "trailing bytes"
		}
		return nil, fmt.Errorf("pbft/wire: decode record: %s: %w", d.bad, ErrMalformed)
	}
	return r, nil
}
