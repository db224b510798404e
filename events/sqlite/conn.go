// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	engine "modernc.org/sqlite"
)

// conn is one connection to the file with its prepared statements. It is owned by whoever holds it: the writer's turn, or one read.
// It speaks to the driver directly, because database/sql converts and locks for each of the 13 values of a row.
type conn struct {
	raw   driver.Conn
	stmts map[string]driver.Stmt
	known map[string]map[int64]string // names by dictionary table and number; a number never changes its name
}

// dial opens a connection and reads its settings back, since a misspelt or refused setting is not an error of the engine.
func dial(dsn string, want []setting) (*conn, error) {
	raw, err := new(engine.Driver).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, stmts: make(map[string]driver.Stmt), known: make(map[string]map[int64]string)}
	for _, s := range want {
		got, err := c.text("PRAGMA " + s.name)
		if err == nil && got != s.answer {
			err = fmt.Errorf("setting %s is %q, want %q", s.name, got, s.answer)
		}
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *conn) prepared(query string) (driver.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.raw.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// exec runs a statement that is kept prepared. The engine runs it to its end: a context that ends in the middle would leave the
// outcome of a commit unknown, so none is passed.
func (c *conn) exec(query string, args ...driver.Value) error {
	s, err := c.prepared(query)
	if err != nil {
		return err
	}
	_, err = s.(driver.StmtExecContext).ExecContext(context.Background(), named(args))
	return err
}

// script runs several statements that are not kept.
func (c *conn) script(statements string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), statements, nil)
	return err
}

// errStop ends a query early without an error.
var errStop = errors.New("stop")

// query gives each row to the function; the slice is reused. The statement is reset before query returns, so no read transaction
// stays open behind it.
func (c *conn) query(query string, args []driver.Value, each func(row []driver.Value) error) (err error) {
	s, err := c.prepared(query)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), named(args))
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := each(row); err == errStop {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// one gives the first value of the first row, nil if there is no row or the value is NULL.
func (c *conn) one(query string, args ...driver.Value) (driver.Value, error) {
	var v driver.Value
	err := c.query(query, args, func(row []driver.Value) error {
		v = row[0]
		return errStop
	})
	return v, err
}

// integer gives the first value as a number; NULL and no row count as 0.
func (c *conn) integer(query string, args ...driver.Value) (int64, error) {
	v, err := c.one(query, args...)
	if err != nil || v == nil {
		return 0, err
	}
	n, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("%s: got %T, want a number", query, v)
	}
	return n, nil
}

// text gives the first value in the form people read it.
func (c *conn) text(query string, args ...driver.Value) (string, error) {
	v, err := c.one(query, args...)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(v), nil
}

// name gives the name behind a number of a dictionary table, empty if there is none; a row with such a number fails its checksum.
func (c *conn) name(table string, id int64) (string, error) {
	known := c.known[table]
	if name, ok := known[id]; ok {
		return name, nil
	}
	v, err := c.one("SELECT name FROM "+table+" WHERE id = ?", id)
	if err != nil {
		return "", err
	}
	name, ok := v.(string)
	if !ok {
		return "", nil
	}
	if known == nil || len(known) >= dictLimit {
		known = make(map[int64]string)
		c.known[table] = known
	}
	known[id] = name
	return name, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.raw.Close())...)
}

func named(args []driver.Value) []driver.NamedValue {
	if len(args) == 0 {
		return nil
	}
	out := make([]driver.NamedValue, len(args))
	for i, v := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return out
}
