// SPDX-License-Identifier: Apache-2.0

package orderbook

// index finds the slot of an order by its id. It is a table with open addresses whose entries move back when one before them goes, so that it
// has no graves to clean up: unlike a map it allocates only while the number of orders grows.
type index struct {
	keys  []ID // 0 is empty
	slots []int32
	shift uint
	count int
}

func newIndex() index {
	return index{keys: make([]ID, 64), slots: make([]int32, 64), shift: 64 - 6}
}

// home is where an id belongs: by the golden ratio, which spreads numbers that follow each other evenly.
func (x *index) home(id ID) int { return int(uint64(id) * 0x9e3779b97f4a7c15 >> x.shift) }

func (x *index) find(id ID) int32 {
	mask := len(x.keys) - 1
	for i := x.home(id); ; i = (i + 1) & mask {
		switch x.keys[i] {
		case 0: // first: 0 is no id
			return none
		case id:
			return x.slots[i]
		}
	}
}

func (x *index) add(id ID, slot int32) {
	if 2*x.count >= len(x.keys) {
		x.grow()
	}
	mask := len(x.keys) - 1
	i := x.home(id)
	for x.keys[i] != 0 {
		i = (i + 1) & mask
	}
	x.keys[i], x.slots[i] = id, slot
	x.count++
}

func (x *index) grow() {
	old := *x
	*x = index{keys: make([]ID, 2*len(old.keys)), slots: make([]int32, 2*len(old.keys)), shift: old.shift - 1}
	for i, id := range old.keys {
		if id != 0 {
			x.add(id, old.slots[i])
		}
	}
}

func (x *index) remove(id ID) {
	mask := len(x.keys) - 1
	i := x.home(id)
	for x.keys[i] != id {
		if x.keys[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	x.count--
	for j := (i + 1) & mask; x.keys[j] != 0; j = (j + 1) & mask {
		// An entry may fill the gap if the gap is between its home and where it is.
		if h := x.home(x.keys[j]); (j-h)&mask >= (j-i)&mask {
			x.keys[i], x.slots[i] = x.keys[j], x.slots[j]
			i = j
		}
	}
	x.keys[i] = 0
}
