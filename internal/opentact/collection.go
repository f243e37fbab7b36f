// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// Collection holds the operations on profiles of one kind.
type Collection[F Fields] struct {
	client    *Client
	spec      *Spec[F]
	layout    Layout[F]
	reader    reader
	spellings spellings
	creates   *creates
	snapshots snapshots[F]
}

// CollectionOf returns the client's collection of a kind: the same one for
// every call with the same client and spec, so that what is learned of the API
// lasts as long as the client.
func CollectionOf[F Fields](client *Client, spec *Spec[F]) *Collection[F] {
	if known, ok := client.collections.Load(spec); ok {
		if collection, ok := known.(*Collection[F]); ok {
			return collection
		}
	}
	layout := LayoutOf[F]()
	made := &Collection[F]{
		client:    client,
		spec:      spec,
		layout:    layout,
		reader:    reader{nested: spec.Nested, otherSpellings: spec.OtherSpellings, names: layout.names},
		spellings: spellings{others: spec.OtherSpellings},
		creates:   newCreates(),
		snapshots: newSnapshots[F](),
	}
	// Of two goroutines that come here at once, one finds the other's.
	if known, loaded := client.collections.LoadOrStore(spec, made); loaded {
		if collection, ok := known.(*Collection[F]); ok {
			return collection
		}
	}
	return made
}

// Get returns one profile. Where the answer lacks a field, or shows its value
// at a precision of 32 bits, the value is taken from known: what the caller
// holds already, which may be no more than the UUID. IsGone tells whether the
// error means that there is no such profile.
//
// After the first few reads of a kind a list may answer, which is at most half a
// minute old. It does so only of profiles that this client has not written, and
// that are as they are known.
func (c *Collection[F]) Get(ctx context.Context, known Profile[F]) (Profile[F], error) {
	if profile, ok := c.glance(ctx, known); ok {
		return profile, nil
	}
	return c.read(ctx, known)
}

// List returns every profile of the kind, in the order of the API. Profiles that
// leases repeat are returned once. Reads share a list, as long as it is not older
// than half a minute, or than the last write of this client.
func (c *Collection[F]) List(ctx context.Context) ([]Profile[F], error) {
	s, err := c.upToDate(ctx)
	if err != nil {
		return nil, err
	}
	return s.all()
}

// read asks for one profile alone.
func (c *Collection[F]) read(ctx context.Context, known Profile[F]) (Profile[F], error) {
	before, err := encodeKnown(known)
	if err != nil {
		return Profile[F]{}, err
	}
	got, err := c.exchange(ctx, "read", http.MethodGet, known.UUID, nil, before)
	if err != nil {
		return Profile[F]{}, c.confirmGone(ctx, err, before)
	}
	c.keepPrecision(got, before)
	got.fill(before)
	profile, malformed := c.layout.decode(got)
	if len(malformed) > 0 {
		return Profile[F]{}, &MismatchError{Operation: c.operation("read"), UUID: known.UUID, Fields: c.malformed(malformed, got, before)}
	}
	return profile, nil
}

// Update changes a profile from what is known of it to another set of fields.
// Only what differs is sent; where nothing does, the profile is merely read. A
// profile returned beside an error shows what the API holds after the attempt.
func (c *Collection[F]) Update(ctx context.Context, from Profile[F], to F) (Profile[F], error) {
	before, err := encodeKnown(from)
	if err != nil {
		return Profile[F]{}, err
	}
	sent, err := encode(to)
	if err != nil {
		return Profile[F]{}, err
	}
	maps.DeleteFunc(sent, func(field string, raw json.RawMessage) bool { return bytes.Equal(raw, before[field]) })
	if len(sent) == 0 {
		return c.read(ctx, from)
	}
	w := write{verb: "update", method: http.MethodPatch, uuid: from.UUID, sent: sent, before: before}
	got, err := c.send(ctx, &w)
	if err != nil {
		return Profile[F]{}, c.confirmGone(ctx, err, sent, before)
	}
	return c.settle(ctx, w, got)
}

// Delete removes a profile. That it is gone already is success.
func (c *Collection[F]) Delete(ctx context.Context, known Profile[F]) error {
	uuid := known.UUID
	before, err := encodeKnown(known)
	if err != nil {
		return err
	}
	call, err := c.prepare("delete", http.MethodDelete, uuid, nil, before)
	if err != nil {
		return err
	}
	// What a DELETE answers is not documented, beyond "an object". If that is a
	// profile it has to be the one asked for.
	var other string
	call.element = func(raw json.RawMessage) error {
		if m, err := c.reader.find(raw); err == nil && uuidOf(m) != uuid {
			other = uuidOf(m)
		}
		return nil
	}
	call.restart = func() { other = "" }
	got, err := c.do(ctx, call, uuid)
	if err = c.confirmGone(ctx, err, before); IsGone(err) {
		c.creates.retire(uuid)
		return nil
	}
	switch {
	case err != nil:
		return err
	case !got.empty && !got.array:
		_ = call.element(got.payload)
	}
	if other != "" {
		return call.otherProfile(other)
	}
	c.creates.retire(uuid)
	return nil
}

// confirmGone makes sure that there is a collection before a profile is taken for
// gone; that there was one a moment ago is enough. Where not even the collection is
// found, the 404 is about the path, as when base_url lacks its /rest, and says
// nothing about the profile. Nor is it believed where nobody could look, because
// nobody was let in or the caller gave up. Whatever else the collection answers
// does not contradict the API's word.
func (c *Collection[F]) confirmGone(ctx context.Context, err error, known ...members) error {
	if !IsGone(err) {
		return err
	}
	if c.snapshots.wasFound() {
		return err
	}
	call := c.newListCall(known...)
	call.element = func(json.RawMessage) error { return nil } // that there is a list is enough
	_, listErr := c.client.do(ctx, call)
	switch {
	case listErr == nil:
		c.snapshots.setFound()
		return err
	case statusOf(listErr) == http.StatusNotFound:
		return &AnswerError{
			Exchange: call.exchange(), Status: http.StatusNotFound,
			Reason: "neither the profile nor the collection it belongs to is found, so the path below base_url is wrong",
		}
	case isType[*LoginError](listErr) || isType[*CredentialsError](listErr) || ctx.Err() != nil:
		return listErr
	default:
		return err
	}
}

// exchange sends one request about a single profile and returns the profile
// that the answer holds. A POST goes to the collection and has no uuid. Concealed
// values among the known members are kept out of errors.
func (c *Collection[F]) exchange(ctx context.Context, verb, method, uuid string, body members, known ...members) (members, error) {
	call, err := c.prepare(verb, method, uuid, body, known...)
	if err != nil {
		return nil, err
	}
	return c.carryOut(ctx, call, uuid)
}

// prepare makes the call of an exchange.
func (c *Collection[F]) prepare(verb, method, uuid string, body members, known ...members) (*call, error) {
	call, err := c.newCall(verb, method, uuid)
	if err != nil {
		return nil, err
	}
	if body != nil {
		if call.body, err = marshal(body); err != nil {
			return nil, err
		}
	}
	c.hide(call, known...)
	return call, nil
}

// carryOut sends the call of an exchange, and finds the profile in the answer.
func (c *Collection[F]) carryOut(ctx context.Context, call *call, uuid string) (members, error) {
	one := &single{reader: c.reader}
	call.element, call.restart = one.add, one.restart
	got, err := c.do(ctx, call, uuid)
	if err != nil {
		return nil, err
	}
	m, err := one.take(got)
	if err != nil {
		return nil, call.unexpected(err)
	}
	if found := uuidOf(m); uuid != "" && found != uuid {
		return nil, call.otherProfile(found)
	}
	return m, nil
}

// do carries out a call about a profile. What it writes no list answers for.
func (c *Collection[F]) do(ctx context.Context, call *call, uuid string) (*answer, error) {
	if call.method != http.MethodGet {
		if uuid != "" {
			c.snapshots.setWritten(uuid)
		}
		defer c.snapshots.countWrite()
	}
	return c.client.do(ctx, call)
}

// claim gives a profile to a create, after which no list answers for it.
func (c *Collection[F]) claim(uuid string) error {
	c.snapshots.setWritten(uuid)
	return c.creates.claim(uuid)
}

// newCall describes a request about one profile, or about the collection where
// it is a POST. An id that is no uuid never reaches a URL.
func (c *Collection[F]) newCall(verb, method, uuid string) (*call, error) {
	path := strings.Split(c.spec.Path, "/")
	if method != http.MethodPost {
		if err := ValidateUUID(uuid); err != nil {
			return nil, fmt.Errorf("%s: %w", c.operation(verb), err)
		}
		path = append(path, uuid)
	}
	return c.client.newCall(c.operation(verb), method, path...), nil
}

// newListCall describes a request for the collection. Concealed values among the
// known members are kept out of errors.
func (c *Collection[F]) newListCall(known ...members) *call {
	call := c.client.newCall(c.operation("list")+"s", http.MethodGet, strings.Split(c.spec.Path, "/")...)
	call.limit, call.pages = maxListAnswer, true
	c.hide(call, known...)
	return call
}

// operation reads like "create messaging profile".
func (c *Collection[F]) operation(verb string) string { return verb + " " + c.spec.Name }
