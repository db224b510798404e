// SPDX-License-Identifier: Apache-2.0

package sqlite

import "database/sql/driver"

// dictLimit bounds what a dictionary remembers; beyond it the memory is dropped and filled anew from the file.
const dictLimit = 1 << 16

// dict interns the names of one table. Owned by the writer's turn.
type dict struct {
	find, add string // statements
	ids       map[string]int64
	next      int64
	staged    []string // new in the open transaction
}

// openDict prepares the dictionary of a table.
func openDict(c *conn, table string) (*dict, error) {
	last, err := c.integer("SELECT max(id) FROM " + table)
	return &dict{
		find: "SELECT id FROM " + table + " WHERE name = ?",
		add:  "INSERT INTO " + table + " (id, name) VALUES (?, ?)",
		ids:  make(map[string]int64),
		next: last + 1,
	}, err
}

// lookup gives the number of a name, and false if it has none yet.
func (d *dict) lookup(c *conn, name string) (int64, bool, error) {
	if id, ok := d.ids[name]; ok {
		return id, true, nil
	}
	id, err := c.integer(d.find, name)
	if err != nil || id == 0 {
		return 0, false, err
	}
	d.remember(name, id)
	return id, true, nil
}

// intern gives the number of a name, and enters the name if it is new. It runs inside a transaction that ends with settle.
func (d *dict) intern(c *conn, name string) (int64, error) {
	id, ok, err := d.lookup(c, name)
	if err != nil || ok {
		return id, err
	}
	id = d.next
	if err := c.exec(d.add, id, driver.Value(name)); err != nil {
		return 0, err
	}
	d.next++
	d.staged = append(d.staged, name)
	d.remember(name, id)
	return id, nil
}

func (d *dict) remember(name string, id int64) {
	if len(d.ids) >= dictLimit {
		clear(d.ids)
	}
	d.ids[name] = id
}

// settle ends the transaction for the dictionary: names entered in one that was rolled back are forgotten.
func (d *dict) settle(committed bool) {
	if !committed {
		for _, name := range d.staged {
			delete(d.ids, name)
		}
		d.next -= int64(len(d.staged))
	}
	d.staged = d.staged[:0]
}
