// SPDX-License-Identifier: Apache-2.0

package sqlite

// layouts are the additions to the tables, by the version that has them. Nothing is ever taken away or given another meaning, so a release that does not know
// an addition works with the file all the same: the context of an agent has a checksum of its own, because an older release computes that of
// the row without it.
var layouts = map[int64]string{2: `
ALTER TABLE events ADD COLUMN context TEXT;
ALTER TABLE events ADD COLUMN context_crc INTEGER;
ALTER TABLE streams ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
ALTER TABLE streams ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE streams ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE types ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
UPDATE streams SET bytes = (SELECT coalesce(sum(128 + length(t.name) + coalesce(length(a.name), 0) + coalesce(length(e.metadata), 0) + coalesce(length(e.data), 0)), 0)
	FROM events e JOIN types t ON t.id = e.type LEFT JOIN agents a ON a.id = e.agent WHERE e.stream = streams.id);
CREATE TABLE bookmarks (name TEXT PRIMARY KEY, pos INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE archive (pos INTEGER PRIMARY KEY, schema_ver INTEGER NOT NULL, data BLOB, crc INTEGER NOT NULL);
DROP VIEW IF EXISTS event_log;
`}

// view shows the log to people.
const view = `
CREATE VIEW event_log AS
	SELECT e.pos, s.name AS stream, e.ver, lower(hex(e.id)) AS id, t.name AS type, a.name AS agent, e.schema_ver,
		strftime('%Y-%m-%dT%H:%M:%fZ', e.at / 1e6, 'unixepoch') AS at,
		lower(hex(e.correlation_id)) AS correlation_id, lower(hex(e.causation_id)) AS causation_id,
		e.context, e.metadata, CAST(e.data AS TEXT) AS data
	FROM events e
		LEFT JOIN streams s ON s.id = e.stream LEFT JOIN types t ON t.id = e.type LEFT JOIN agents a ON a.id = e.agent
	ORDER BY e.pos;
`

// layoutOf gives the layout of a file. The first one did not write it down.
func layoutOf(c *conn) (int64, error) {
	n, err := c.integer("SELECT value FROM meta WHERE key = 'layout'")
	return max(n, 1), err
}

// upgrade brings a file to this release's layout, in one transaction: after kill -9 it is wholly of the one or wholly of the other. The layout of a later
// release is left as it is.
func upgrade(c *conn) error {
	have, err := layoutOf(c)
	if err != nil || have >= layoutVersion {
		return err
	}
	err = c.script("BEGIN IMMEDIATE")
	for v := have + 1; v <= layoutVersion && err == nil; v++ {
		err = c.script(layouts[v])
	}
	if err == nil {
		err = c.script(view)
	}
	if err == nil {
		err = c.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('layout', ?)", int64(layoutVersion))
	}
	if err == nil {
		err = c.script("COMMIT")
	}
	if err != nil {
		_ = c.script("ROLLBACK") // fails if the engine has rolled back by itself, which is as good
	}
	return err
}

// tables are the statements that depend on the layout: a file that is only looked at is not upgraded.
type tables struct {
	events  string // as decoder expects the columns, without a condition
	stream  string // id, ver, first, removed of a name
	removed string // the last removed position
	sweeps  string // how often events were removed
	marks   string // id and last removed position of every stream whose mark is at or behind a position
	later   bool   // the tables of the second layout are there
}

func tablesOf(layout int64) tables {
	const events = `SELECT e.pos, e.stream, e.ver, e.id, e.type, e.agent, e.schema_ver, e.at, e.correlation_id, e.causation_id, e.metadata, e.data, e.crc, `
	if layout < 2 {
		return tables{
			events:  events + `NULL, NULL FROM events e `,
			stream:  "SELECT id, ver, 1, 0 FROM streams WHERE name = ?",
			removed: "SELECT 0",
			sweeps:  "SELECT 0",
			marks:   "SELECT id, 0 FROM streams WHERE 0 >= ?",
		}
	}
	return tables{
		events:  events + `e.context, e.context_crc FROM events e `,
		stream:  "SELECT id, ver, first, removed FROM streams WHERE name = ?",
		removed: "SELECT value FROM meta WHERE key = 'removed'",
		sweeps:  "SELECT value FROM meta WHERE key = 'removals'",
		marks:   "SELECT id, removed FROM streams WHERE removed >= ?",
		later:   true,
	}
}
