// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/endpoint"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Collection reads and writes the profiles of one kind. It is safe for concurrent use.
type Collection[F Fields] struct {
	spec     *Spec[F]
	layout   Layout[F]
	endpoint *endpoint.Endpoint
}

// CollectionOf returns the client's collection of a kind. Every call with the same client
// and spec returns the same collection. The collection stores what it learns about the
// API.
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
	collection, _ := known.(*Collection[F]) // the value for a *Spec[F] is always a *Collection[F]
	return collection
}

// Get returns one profile. known is what the caller knows about it: only the UUID is
// required. If the response lacks a field, or shows the known value as a float32, Get
// takes the value from known. IsNotFound reports whether the error means that the profile
// does not exist.
//
// After the first reads of a kind, the cached list may serve a read. The list is at most
// 30 seconds old. It serves a profile only if it shows the known values and this client
// has not written the profile. Each of verify must accept the fields in the list.
func (c *Collection[F]) Get(ctx context.Context, known Profile[F], verify ...func(F) bool) (Profile[F], error) {
	if listed := c.endpoint.Cached(ctx, known.UUID); listed != nil {
		if cached, ok := listed.Decoded.(Profile[F]); ok {
			rejects := func(accepts func(F) bool) bool { return !accepts(cached.Fields) }
			if profile, ok := c.confirm(known, cached); ok && !slices.ContainsFunc(verify, rejects) {
				return profile, nil
			}
		}
	}
	return c.read(ctx, known)
}

// Exists reports whether the API has a profile with the UUID. It sends one GET, and returns
// false if the GET fails for whatever reason.
func (c *Collection[F]) Exists(ctx context.Context, uuid string) bool {
	return c.endpoint.Exists(ctx, uuid)
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

// confirm returns the profile from the list and reports whether the list shows the known
// values. It also reports true if only the UUID is known.
func (c *Collection[F]) confirm(known, listed Profile[F]) (Profile[F], bool) {
	differs := func(known, listed Optional[string]) bool { return !known.IsZero() && known != listed }
	switch {
	case known.Fields.ProfileName() == "": // only the UUID is known: every profile has a name
		return listed, true
	case differs(known.CreatedOn, listed.CreatedOn), differs(known.ModifiedOn, listed.ModifiedOn):
		return listed, false
	case listed.Fields == known.Fields:
		return listed, true
	}
	// Equal values may have different JSON texts. The known text is kept.
	before, errBefore := wire.Encode(known.Fields)
	after, errAfter := wire.Encode(listed.Fields)
	if errors.Join(errBefore, errAfter) != nil || !c.shows(after, before) {
		return listed, false
	}
	before.Fill(after)
	kept, malformed := c.layout.decode(before)
	listed.Fields = kept.Fields
	return listed, len(malformed) == 0
}

// Listed is one profile of a list. If Err is not nil, it says what is wrong with the
// API's data. The profile then has only the fields that could be read.
type Listed[F Fields] struct {
	Profile[F]
	Err error
}

// List returns every profile of the kind in the order of the API. A profile that several
// leases contain is returned once. If items were skipped, the last element has no
// profile, and its Err describes them. Callers share a list that is at most 30 seconds
// old and newer than the last write of this client.
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
		all = append(all, Listed[F]{Err: &MalformedProfileError{Kind: c.spec.Name, Reason: list.Skipped.String()}})
	}
	return all, nil
}

// Existing returns the profiles that show the name and all other values of wanted, in the
// order of the API. Fields of wanted that are absent or null are not compared, and a profile
// whose field the list lacks does not match. Without a name, no profile matches.
//
// The client reads the list of the kind once, when Existing is first called, with a single
// attempt. It waits at most 15 seconds, or the request timeout if that is shorter. Later
// calls use the same list, or return the same error, so Existing does not show later
// changes. If retry is true, Existing calls List instead of returning that error. A complete
// list is also the baseline of creates.
func (c *Collection[F]) Existing(ctx context.Context, wanted F, retry bool) (found []Profile[F], err error) {
	list, err := c.endpoint.Existing(ctx)
	if retry && (err != nil || list.Changed) {
		list, err = c.endpoint.List(ctx)
	}
	if err != nil {
		return nil, err
	}
	want, err := wire.Encode(wanted)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(want, func(_ string, value json.RawMessage) bool { return wire.IsNull(value) })
	name := want.Text(wire.Name)
	for _, listed := range list.Profiles {
		profile, _ := listed.Decoded.(Profile[F])
		if name == "" || profile.Fields.ProfileName() != name {
			continue
		}
		if got, err := wire.Encode(profile.Fields); err == nil && c.shows(got, want) {
			found = append(found, profile)
		}
	}
	return found, nil
}

// shows reports whether got shows all values of want.
func (c *Collection[F]) shows(got, want wire.RawFields) bool {
	kind := c.spec.kind()
	for field, value := range want {
		if !kind.Same(field, value, got[field]) {
			return false
		}
	}
	return true
}

// decode decodes a profile of a list. The error says what is wrong with the profile.
func (c *Collection[F]) decode(raw wire.RawFields) (any, error) {
	profile, malformed := c.layout.decode(raw)
	_, named := raw[wire.Name]
	switch {
	case !named:
		return profile, errors.New("it has no name")
	case len(malformed) > 0:
		return profile, fmt.Errorf("%s has an invalid value", malformed[0])
	default:
		return profile, nil
	}
}

// Created is the result of a create.
type Created[F Fields] struct {
	// Profile exists if it has a UUID, even if there is an error.
	Profile[F]
	// Ambiguous is the error of the last create request with an ambiguous outcome. It is
	// nil if there was none.
	Ambiguous error
	// Resends is the number of times that the request was resent. Lists had shown no
	// profile, but the API may have carried out an earlier request late.
	Resends int
	// Recovered reports whether the profile was found in a list. Undecided reports whether
	// that profile may be older than the create, by the times of the API.
	Recovered, Undecided bool
	// Duplicates are the UUIDs of further profiles that the requests made. There are at
	// most as many as requests with an ambiguous outcome.
	Duplicates []string
	// Possible are the UUIDs of further profiles that the requests may have made.
	Possible []string
}

// Create creates one profile. It sends the fields of planned that are not absent. If the
// outcome of the request is ambiguous, Create looks for the profile in the list. It
// resends the request only if two lists do not show the profile. The search gets a grace
// period after ctx has ended. An *AmbiguousCreateError means that the outcome is still
// ambiguous.
func (c *Collection[F]) Create(ctx context.Context, planned F) (Created[F], error) {
	sent, err := wire.Encode(planned)
	if err != nil {
		return Created[F]{}, err
	}
	result, err := c.endpoint.Create(ctx, sent)
	created := Created[F]{
		Ambiguous: result.Ambiguous, Resends: result.Resends, Recovered: result.Recovered, Undecided: result.Undecided,
		Duplicates: result.Duplicates, Possible: result.Possible,
	}
	created.Profile, _ = c.layout.decode(result.Fields)
	return created, err
}

// Update changes the fields of a profile from those in from to those in to. It sends only
// the fields that differ. If no field differs, it reads the profile. If it returns a
// profile with a UUID and an error, the profile shows what the API stores.
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

// Delete deletes a profile. If the profile did not exist before, Delete returns an error for
// which IsNotFound is true. A 404 after an attempt that may have deleted the profile is a
// success.
func (c *Collection[F]) Delete(ctx context.Context, known Profile[F]) error {
	raw, err := encode(known)
	if err != nil {
		return err
	}
	return c.endpoint.Delete(ctx, known.UUID, raw)
}
