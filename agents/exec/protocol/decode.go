// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Blank reports whether a line holds nothing but white space; such lines are skipped, not junk.
func Blank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// Decode reads one line without its newline. With strict set a field that the type does not have is an
// error too. The error is always a [*JunkLine] that says why the line is no message.
func Decode(line []byte, strict bool) (Message, error) {
	if !utf8.Valid(line) {
		// encoding/json would replace the bytes silently and so change ids and outputs.
		return nil, junkLine(NotUTF8, line, "line is not valid UTF-8")
	}
	trimmed := bytes.TrimSpace(line)
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, junkLine(NotJSON, line, "line is not a JSON object")
	}
	var head struct {
		Type *string `json:"type"`
	}
	if err := json.Unmarshal(trimmed, &head); err != nil {
		return nil, junkLine(NotJSON, line, err.Error())
	}
	if head.Type == nil {
		return nil, junkLine(UnknownType, line, "type is missing")
	}
	var m Message
	var err error
	switch *head.Type {
	case "hello":
		m, err = decodeAs[Hello](trimmed, strict)
	case "result":
		m, err = decodeAs[Result](trimmed, strict)
	case "error":
		m, err = decodeAs[Failure](trimmed, strict)
	case "progress":
		m, err = decodeAs[Progress](trimmed, strict)
	case "log":
		m, err = decodeAs[Log](trimmed, strict)
	case "record":
		m, err = decodeAs[Record](trimmed, strict)
	case "event":
		m, err = decodeAs[Event](trimmed, strict)
	case "heartbeat":
		m, err = decodeAs[Heartbeat](trimmed, strict)
	case "pong":
		m, err = decodeAs[Pong](trimmed, strict)
	case "bye":
		m, err = decodeAs[Bye](trimmed, strict)
	case "bid":
		m, err = decodeAs[Bid](trimmed, strict)
	case "pass":
		m, err = decodeAs[Pass](trimmed, strict)
	case "vote":
		m, err = decodeAs[Vote](trimmed, strict)
	case "abstain":
		m, err = decodeAs[Abstain](trimmed, strict)
	case "propose":
		m, err = decodeAs[Propose](trimmed, strict)
	case "suggest":
		m, err = decodeAs[Suggest](trimmed, strict)
	case "report":
		m, err = decodeAs[Report](trimmed, strict)
	case "applied":
		m, err = decodeAs[Applied](trimmed, strict)
	default:
		return nil, junkLine(UnknownType, line, fmt.Sprintf("type %s is unknown", quoteHead([]byte(*head.Type))))
	}
	if err != nil {
		return nil, junkLine(BadField, line, err.Error())
	}
	return m, nil
}

// decodeAs reads the fields of one type. Strict decoding takes "type" out first: no struct has it as a field.
func decodeAs[M Message](line []byte, strict bool) (Message, error) {
	var m M
	if !strict {
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, err
		}
		return m, m.check()
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, err
	}
	delete(fields, "type")
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(rest))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, err
	}
	return m, m.check()
}
