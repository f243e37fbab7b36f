// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// write is a POST or PATCH, and what has to be known to judge its answer.
type write struct {
	verb, method string
	// uuid is "" for a POST.
	uuid string
	// sent are the fields of the request, before what was known of the profile.
	sent, before members
	// used is the spelling that this very request used.
	used spelling
	// notes has of a field why it was refused under its first spelling.
	notes map[string]error
}

// name is the name that the write gives the profile, "" where it gives none.
func (w *write) name() (name string) {
	_ = json.Unmarshal(w.sent["name"], &name) // it was encoded here
	return name
}

// send carries out a write. Where a 400 names a field that has another
// spelling, nothing happened, and the request is sent once more under that.
func (c *Collection[F]) send(ctx context.Context, w *write) (members, error) {
	w.used, w.notes = c.spellings.current(w.sent), nil
	got, err := c.transmit(ctx, w)
	refused := w.used.refused(err)
	if len(refused) == 0 {
		return got, err
	}
	w.used = c.spellings.other(w.used, refused...)
	got, otherErr := c.transmit(ctx, w)
	switch {
	case otherErr == nil:
		w.notes = make(map[string]error, len(refused))
		for _, field := range refused {
			w.notes[field] = err
		}
		return got, nil
	case isRefusal(otherErr) && statusOf(otherErr) == http.StatusBadRequest:
		// Both are refused, so it is the value: the first answer says it under
		// the name that people know.
		return nil, err
	default:
		return nil, otherErr
	}
}

// transmit sends a write under the spelling that it uses. Before a POST lets go
// of its lane it is noted what became of it, or a search could take its profile.
func (c *Collection[F]) transmit(ctx context.Context, w *write) (members, error) {
	call, err := c.prepare(w.verb, w.method, w.uuid, w.used.apply(w.sent), w.sent, w.before)
	if err != nil {
		return nil, err
	}
	if w.method != http.MethodPost {
		return c.carryOut(ctx, call, w.uuid)
	}
	call.lane = c.creates.lane(w.name())
	defer call.leave()
	got, err := c.carryOut(ctx, call, "")
	if err == nil {
		err = c.verify(ctx, call, w, got)
	}
	if isOutcomeUnknown(err) {
		call.lane.lost(w.sent)
	}
	return got, err
}

// verify makes sure that the answer to a POST is about the profile that it made,
// and claims that. One that shows no name may be about anything that has a uuid.
func (c *Collection[F]) verify(ctx context.Context, call *call, w *write, got members) error {
	uuid := uuidOf(got)
	if _, named := got["name"]; !named {
		ctx, cancel := outlive(ctx, c.client.config.RequestTimeout)
		defer cancel()
		full, err := c.exchange(ctx, "read", http.MethodGet, uuid, nil, w.sent)
		if err != nil {
			return call.unexpected(fmt.Errorf("it shows no name, and the profile cannot be read: %w", err))
		}
		got.fill(full)
	}
	if err := c.claim(uuid); err != nil {
		return call.unexpected(err)
	}
	return nil
}

// settle turns the answer to a write into a profile. It looks up what the
// answer lacks, tries the other spelling of a field that was not heeded, and
// reports what was stored otherwise than it was sent. The write has happened, so
// it is finished even if ctx has ended.
func (c *Collection[F]) settle(ctx context.Context, w write, got members) (Profile[F], error) {
	ctx, cancel := outlive(ctx, c.client.config.RequestTimeout)
	defer cancel()
	uuid := uuidOf(got)
	if err := c.complete(ctx, uuid, got, w); err != nil {
		return Profile[F]{}, err
	}
	notes := c.respell(ctx, uuid, w, got)

	_, malformed := c.layout.decode(got)
	mismatches := append(c.mismatches(w, got, malformed, notes), c.malformed(unsent(malformed, w.sent), got, w.sent, w.before)...)

	for _, field := range malformed {
		delete(got, field)
	}
	c.keepPrecision(got, w.before)
	c.keepPrecision(got, w.sent)
	got.fill(w.sent)
	got.fill(w.before)
	profile, _ := c.layout.decode(got)
	if len(mismatches) > 0 {
		return profile, &MismatchError{Operation: c.operation(w.verb), UUID: uuid, Fields: mismatches}
	}
	return profile, nil
}

// complete looks up, by one GET, the fields that an answer to a write lacks. If
// that fails the write has still happened: what is missing keeps the value that
// was sent or known, and the next refresh reads it. Only that a PATCH was about a
// profile which is gone is an error. After a POST it means that reads lag behind.
func (c *Collection[F]) complete(ctx context.Context, uuid string, got members, w write) error {
	if !got.lacks(c.layout.names) {
		return nil
	}
	full, err := c.exchange(ctx, "read", http.MethodGet, uuid, nil, w.sent, w.before)
	_, named := got["name"]
	switch {
	case err == nil:
		got.fill(full)
		return nil
	case IsGone(err) && !named:
		return fmt.Errorf("the answer names a profile that does not exist: %w", err)
	default:
		return nil
	}
}

// respell sends each field that was not heeded under its other spelling, by a
// PATCH of that field alone. What worked is used from then on. A field for which
// that fails stays as it is, and the reason is returned as a note on it.
func (c *Collection[F]) respell(ctx context.Context, uuid string, w write, got members) (notes map[string]error) {
	notes = make(map[string]error)
	maps.Copy(notes, w.notes)
	for _, field := range slices.Sorted(maps.Keys(w.used)) {
		if c.heeded(field, w, got) {
			c.spellings.learn(spelling{field: w.used[field]})
			continue
		}
		other := c.spellings.other(spelling{field: w.used[field]}, field)
		again, err := c.exchange(ctx, "update", http.MethodPatch, uuid, other.apply(members{field: w.sent[field]}), w.sent, w.before)
		if err == nil {
			err = c.complete(ctx, uuid, again, w)
		}
		if err != nil {
			if !isRefusal(err) {
				notes[field] = err
			}
			continue
		}
		maps.Copy(got, again)
		if c.heeded(field, w, got) {
			c.spellings.learn(other)
		}
	}
	return notes
}

// heeded tells whether an answer shows that a field was stored. A null says
// "unset it", and whatever the API puts in its place will do, except the value
// that it had before.
func (c *Collection[F]) heeded(field string, w write, got members) bool {
	before, had := w.before[field]
	switch {
	case got[field] == nil:
		return false
	case isNull(w.sent[field]):
		return !had || isNull(before) || !c.spec.same(field, before, got[field])
	default:
		return c.spec.same(field, w.sent[field], got[field])
	}
}

// mismatches lists the fields that were sent and came back as something else. A
// null that was sent says "unset it": what the API puts in its place is its own
// affair, unless that is the old value and something is noted about the field. One
// that does not come back at all is taken as stored, with the same exception.
func (c *Collection[F]) mismatches(w write, got members, malformed []string, notes map[string]error) []Mismatch {
	var found []Mismatch
	for _, field := range w.sent.names() {
		raw, ok := got[field]
		isMalformed := slices.Contains(malformed, field)
		differs := ok && !isNull(w.sent[field]) && !c.spec.same(field, w.sent[field], raw)
		note := notes[field]
		kept := ok && isNull(w.sent[field]) && c.spec.same(field, w.before[field], raw)
		if !differs && !isMalformed && (note == nil || ok && !kept) {
			continue
		}
		mismatch := Mismatch{Field: field, Sent: c.show(field, w.sent, w.sent, w.before), Got: c.show(field, got, w.sent, w.before), Malformed: isMalformed}
		if note != nil {
			mismatch.Note, mismatch.Unfinished = note.Error(), !isRefusal(note)
		}
		found = append(found, mismatch)
	}
	return found
}

// malformed describes fields that came back with a value of another type.
func (c *Collection[F]) malformed(fields []string, got members, known ...members) []Mismatch {
	found := make([]Mismatch, len(fields))
	for i, field := range fields {
		found[i] = Mismatch{Field: field, Got: c.show(field, got, known...), Malformed: true}
	}
	return found
}

// unsent returns the fields that a write did not carry.
func unsent(fields []string, sent members) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(field string) bool { _, ok := sent[field]; return ok })
}

// keepPrecision takes a value from reference where the answer shows the same at
// the precision of 32 bits.
func (c *Collection[F]) keepPrecision(got, reference members) {
	for _, field := range c.spec.Float32 {
		if c.spec.same(field, reference[field], got[field]) {
			got[field] = reference[field]
		}
	}
}

// longestSecret is how much of a concealed value is looked for. It is many times what
// the API allows, and an answer may hold more.
const longestSecret = 2048

// hide keeps the concealed values among the members out of a call's errors. Most
// calls have none, so what to hide is found out when there is one.
func (c *Collection[F]) hide(call *call, known ...members) {
	call.secrets = append(call.secrets, func() {
		for _, m := range known {
			for _, field := range c.spec.Concealed {
				var value string
				_ = json.Unmarshal(m[field], &value) // stays empty where there is none, or it is null
				value = value[:min(len(value), longestSecret)]
				shown := "(the value of " + field + ")"
				call.hideAs(value, hidden{shown: shown, asWhole: true})
				for _, secret := range secretsOf(value) {
					call.hide(secret, shown)
				}
			}
		}
	})
}

// show is what people are told of a field's value, however the API has come by it.
func (c *Collection[F]) show(field string, m members, known ...members) string {
	return c.newListCall(known...).conceal(c.spec.show(field, m))
}

// secretsOf returns the parts of a URL that may be secret, in case that an answer
// repeats it in part. What is shorter than a key is none, but for a password, and in a
// path so is what has no digit: many a word of a message would be, such as webhooks.
func secretsOf(value string) []string {
	u, err := url.Parse(value)
	if err != nil {
		return []string{value}
	}
	password, _ := u.User.Password()
	parts := []string{u.User.Username(), u.RawQuery}
	names := append(strings.Split(u.Path, "/"), u.Fragment)
	for name, values := range u.Query() {
		names, parts = append(names, name), append(parts, values...)
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return len(part) < unmistakable })
	names = slices.DeleteFunc(names, func(name string) bool { return len(name) < telling || !strings.ContainsAny(name, "0123456789") })
	return slices.Concat(parts, names, []string{u.User.String(), password})
}
