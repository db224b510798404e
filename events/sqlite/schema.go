// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"fmt"

	"mabeam.dev/events"
)

const (
	// schemaVersion is the oldest layout that can work with the file, kept in user_version: a release that knows it reads and writes the file. It rises
	// only with a change that is no mere addition.
	schemaVersion = 1
	// layoutVersion is the layout that this release writes, kept in the table meta. Each is an addition to the one before; see layouts.
	layoutVersion = 2
	// applicationID marks the file as a store of this project ("MABE").
	applicationID = 0x4d414245
)

// schema makes the tables of the first layout; layouts adds the rest. Names are interned, because they repeat in every row; the views show them to people. There is no index over
// time: stamps rise with positions, so a time is found by bisection. The last version of a stream is kept apart from the events, so that a read
// notices when a damaged index hides the end of a stream.
const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, ver INTEGER NOT NULL DEFAULT 0);
CREATE TABLE types   (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE agents  (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE events (
	pos            INTEGER PRIMARY KEY,
	stream         INTEGER NOT NULL,
	ver            INTEGER NOT NULL,
	id             BLOB NOT NULL,
	type           INTEGER NOT NULL,
	agent          INTEGER,
	schema_ver     INTEGER NOT NULL,
	at             INTEGER NOT NULL,
	correlation_id BLOB,
	causation_id   BLOB,
	metadata       TEXT,
	data           BLOB,
	crc            INTEGER NOT NULL
);
CREATE UNIQUE INDEX events_by_stream ON events (stream, ver);
CREATE UNIQUE INDEX events_by_id ON events (id);
CREATE INDEX events_by_type ON events (type);
CREATE INDEX events_by_agent ON events (agent) WHERE agent IS NOT NULL;
CREATE INDEX events_by_correlation ON events (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE TABLE anchors (pos INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE snapshots (
	stream     INTEGER NOT NULL,
	ver        INTEGER NOT NULL,
	schema_ver INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	state      BLOB,
	crc        INTEGER NOT NULL,
	PRIMARY KEY (stream, ver)
);
`

// identify tells whether the file is new, and refuses one that this release must not touch.
func identify(c *conn, path string) (fresh bool, err error) {
	tables, err := c.integer("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return false, err
	}
	app, err := c.integer("PRAGMA application_id")
	if err != nil {
		return false, err
	}
	version, err := c.integer("PRAGMA user_version")
	if err != nil {
		return false, err
	}
	switch {
	case tables == 0 && app == 0 && version == 0:
		return true, nil
	case app != applicationID:
		return false, &ForeignError{Path: path}
	case version > schemaVersion:
		return false, &NewerError{Path: path, Have: int(version), Known: schemaVersion}
	case version < schemaVersion:
		return false, &events.CorruptError{Path: path, Reason: fmt.Sprintf("layout version %d never existed", version)}
	}
	return false, nil
}

// create lays out a new file in one transaction and brings it into the main file at once, so that a lost write-ahead log can never make
// a used store look like a new one.
func create(c *conn, id [16]byte) error {
	err := c.script("BEGIN IMMEDIATE;" + schema + layouts[2] + view +
		fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion))
	if err == nil {
		err = c.exec("INSERT INTO meta (key, value) VALUES ('store', ?), ('epoch', ?), ('layout', ?)", id[:], int64(1), int64(layoutVersion))
	}
	if err == nil {
		err = c.exec("COMMIT")
	}
	if err == nil {
		_, err = c.one("PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return err
}
