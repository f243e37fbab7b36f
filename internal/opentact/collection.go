// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/endpoint"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Collection reads and writes the profiles of one kind. It is safe for concurrent use.
type Collection[F Fields] struct {
	spec     *Spec[F]
	layout   Layout[F]
	endpoint *endpoint.Endpoint
}

// CollectionOf returns the client's collection of a kind. It is the same one for every
// call with the same client and spec, so that what the client learns about the API lasts
// as long as the client.
func CollectionOf[F Fields](client *Client, spec *Spec[F]) *Collection[F] {
	known, ok := client.collections.Load(spec)
	if !ok {
		c := &Collection[F]{spec: spec, layout: LayoutOf[F]()}
		kind := spec.kind()
		kind.Shape = wire.Shape{Nested: spec.Nested, Aliases: spec.Aliases, Fields: c.layout.names}
		kind.Malformed, kind.Decode = c.layout.malformed, c.decode
		c.endpoint = endpoint.New(client.api, *kind)
		known, _ = client.collections.LoadOrStore(spec, c)
	}
	collection, _ := known.(*Collection[F]) // a *Spec[F] is the key of nothing else
	return collection
}

// Get returns one profile. If the response lacks a field, or shows its value at a
// precision of 32 bits, the value is taken from known: what the caller has, which may be
// the UUID alone. IsNotFound reports whether the error means that there is no such
// profile.
//
// After the first reads of a kind a list that is at most 30 seconds old may serve a
// read, if this client has not written the profile and the list shows it as it is known.
func (c *Collection[F]) Get(ctx context.Context, known Profile[F]) (Profile[F], error) {
	if listed := c.endpoint.Cached(ctx, known.UUID); listed != nil {
		if cached, ok := listed.Decoded.(Profile[F]); ok {
			if profile, ok := c.confirm(known, cached); ok {
				return profile, nil
			}
		}
	}
	return c.read(ctx, known)
}

func (c *Collection[F]) read(ctx context.Context, known Profile[F]) (Profile[F], error) {
	raw, err := encode(known)
	if err != nil {
		return Profile[F]{}, err
	}
	got, err := c.endpoint.Get(ctx, known.UUID, raw)
	if err != nil {
		return Profile[F]{}, err
	}
	profile, _ := c.layout.decode(got)
	return profile, nil
}

// confirm returns the profile of a list if the list shows what is known, if anything is.
func (c *Collection[F]) confirm(known, listed Profile[F]) (Profile[F], bool) {
	differs := func(known, listed Optional[string]) bool { return !known.IsZero() && known != listed }
	switch {
	case known.Fields.ProfileName() == "": // every profile has a name, so nothing is known
		return listed, true
	case differs(known.CreatedOn, listed.CreatedOn), differs(known.ModifiedOn, listed.ModifiedOn):
		return listed, false
	case listed.Fields == known.Fields:
		return listed, true
	}
	// A value may be written in another way. It stays as it is known.
	before, errBefore := wire.Encode(known.Fields)
	after, errAfter := wire.Encode(listed.Fields)
	if errors.Join(errBefore, errAfter) != nil {
		return listed, false
	}
	kind := c.spec.kind()
	for field, raw := range before {
		if !kind.Same(field, raw, after[field]) {
			return listed, false
		}
	}
	before.Fill(after)
	kept, malformed := c.layout.decode(before)
	listed.Fields = kept.Fields
	return listed, len(malformed) == 0
}

// Listed is one profile of a list. If Err is not nil, it says what is wrong with the
// API's data, and the profile holds what could be read.
type Listed[F Fields] struct {
	Profile[F]
	Err error
}

// List returns every profile of the kind in the order of the API. Profiles that leases
// repeat are returned once. Callers share a list, as long as it is not older than 30
// seconds or than the last write of this client.
func (c *Collection[F]) List(ctx context.Context) ([]Listed[F], error) {
	list, err := c.endpoint.List(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Listed[F], 0, len(list.Profiles)+1)
	for _, listed := range list.Profiles {
		profile, _ := listed.Decoded.(Profile[F])
		all = append(all, Listed[F]{Profile: profile, Err: listed.Err})
	}
	if list.Skipped.Count > 0 {
		all = append(all, Listed[F]{Err: errors.New(list.Skipped.String())})
	}
	return all, nil
}

// decode decodes a profile of a list. The error says what is wrong with it.
func (c *Collection[F]) decode(raw wire.RawFields) (any, error) {
	profile, malformed := c.layout.decode(raw)
	_, named := raw[wire.Name]
	switch {
	case !named:
		return profile, fmt.Errorf("the API's data of %s %s is malformed: it has no name", c.spec.Name, profile.UUID)
	case len(malformed) > 0:
		return profile, fmt.Errorf("the API's data of %s %s is malformed: %s is not of this field's type", c.spec.Name, profile.UUID, malformed[0])
	default:
		return profile, nil
	}
}

// Created is the result of a create.
type Created[F Fields] struct {
	// Profile exists if it has a UUID, also beside an error.
	Profile[F]
	// Ambiguous is the error of the last create request whose outcome was ambiguous, and
	// nil if there was none.
	Ambiguous error
	// Resends is how often the request was sent again after that. Lists had shown no
	// profile, but a request that was carried out late may still have made one.
	Resends int
	// Duplicates are the UUIDs of profiles that the requests have made besides this one.
	Duplicates []string
}

// Create creates one profile with the fields that are mentioned. If the outcome of the
// request is ambiguous, it looks for the profile in the list, and sends the request again
// only if two lists do not show it. It looks also after ctx has ended, for a bounded time.
// An *AmbiguousCreateError means that the outcome stays unknown.
func (c *Collection[F]) Create(ctx context.Context, planned F) (Created[F], error) {
	sent, err := wire.Encode(planned)
	if err != nil {
		return Created[F]{}, err
	}
	result, err := c.endpoint.Create(ctx, sent)
	created := Created[F]{Ambiguous: result.Ambiguous, Resends: result.Resends, Duplicates: result.Duplicates}
	created.Profile, _ = c.layout.decode(result.Fields)
	return created, err
}

// Update changes a profile from what is known about it to other fields. Only what differs
// is sent. If nothing differs, the profile is read. A profile that is returned beside an
// error shows what the API stores.
func (c *Collection[F]) Update(ctx context.Context, from Profile[F], to F) (Profile[F], error) {
	before, err := encode(from)
	if err != nil {
		return Profile[F]{}, err
	}
	sent, err := wire.Encode(to)
	if err != nil {
		return Profile[F]{}, err
	}
	maps.DeleteFunc(sent, func(field string, raw json.RawMessage) bool { return bytes.Equal(raw, before[field]) })
	if len(sent) == 0 {
		return c.read(ctx, from)
	}
	got, err := c.endpoint.Update(ctx, from.UUID, sent, before)
	profile, _ := c.layout.decode(got)
	return profile, err
}

// Delete deletes a profile. If it does not exist, that is a success.
func (c *Collection[F]) Delete(ctx context.Context, known Profile[F]) error {
	raw, err := encode(known)
	if err != nil {
		return err
	}
	return c.endpoint.Delete(ctx, known.UUID, raw)
}
