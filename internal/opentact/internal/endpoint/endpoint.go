// SPDX-License-Identifier: MPL-2.0

// Package endpoint reads and writes the profiles of one kind. It works on raw fields and
// does not know their types: the caller passes functions for that. It promises:
//   - The fields that it returns are the fields that the API stores.
//   - A value that the API stores differently than it was sent is an error.
//   - A 404 for a profile counts only if the API has its collection, and no list shows the
//     profile.
package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// API holds what all endpoints of one API share.
type API struct {
	BaseURL *url.URL
	// Do sends a request with credentials.
	Do func(context.Context, *transport.Request) error
	// Redactor removes the credentials from text.
	Redactor *redact.Redactor
	Logger   *slog.Logger
	// RequestTimeout, RetryMaxWait and MaxRetries are the settings for requests.
	RequestTimeout, RetryMaxWait time.Duration
	MaxRetries                   int
}

// Kind is a kind of profile.
type Kind struct {
	// Name is the kind's name, such as "messaging profile".
	Name string
	// Path is the collection's path below the base URL.
	Path string
	// Shape says where responses contain a profile.
	Shape wire.Shape
	// Sensitive are the fields whose values must not be in errors.
	Sensitive []string
	// Float32 are the number fields that the API may store as a float32.
	Float32 []string
	// Malformed returns the names of the fields whose values have the wrong type.
	Malformed func(wire.RawFields) []string
	// Decode decodes a profile of a list. The error says what is wrong with the profile.
	Decode func(wire.RawFields) (any, error)
}

// Endpoint reads and writes profiles. It is safe for concurrent use.
type Endpoint struct {
	Kind
	api     API
	aliases aliases
	cache   *listcache.Cache
	creator *create.Creator
	// existing is the result of Existing.
	existing existing
}

// New returns an endpoint. It makes no request.
func New(api API, kind Kind) *Endpoint {
	e := &Endpoint{Kind: kind, api: api, aliases: aliases{alias: kind.Shape.Aliases}, existing: existing{done: make(chan struct{})}}
	e.cache = listcache.New(listcache.Options{
		Kind: kind.Name + "s", Read: e.readDecoded, Logger: api.Logger,
		// Longer than all attempts of one request, so that the error names request_timeout.
		Timeout: time.Duration(api.MaxRetries+1)*(api.RequestTimeout+api.RetryMaxWait) + api.RequestTimeout,
		MaxWait: api.RequestTimeout + api.RetryMaxWait,
	})
	e.creator = create.New(create.Options{
		List: func(ctx context.Context, sent wire.RawFields) (*pager.List, error) {
			return e.readList(ctx, false, sent)
		},
		Baseline: e.readBaseline,
		Get: func(ctx context.Context, uuid string, sent wire.RawFields) (wire.RawFields, error) {
			return e.exchange(ctx, "read", http.MethodGet, uuid, sent)
		},
		Same: e.Same, Adopt: e.cache.StartWrite,
		Compare: func(field string, sent, got wire.RawFields) apierror.Mismatch {
			return e.compare(field, sent, got, sent)
		},
		RequestTimeout: api.RequestTimeout, RetryMaxWait: api.RetryMaxWait, MaxRetries: api.MaxRetries,
		MaxWait: e.maxWait,
	})
	return e
}

// maxWait returns the upper bound of the wait before a retry. Retries are counted from 0.
func (e *Endpoint) maxWait(retry int) time.Duration {
	return transport.MaxWait(transport.MinWait, e.api.RetryMaxWait, retry)
}

// Cached returns a profile from the cached list, or nil if the caller must use Get.
func (e *Endpoint) Cached(ctx context.Context, uuid string) *pager.Listed {
	if !wire.IsUUID(uuid) {
		return nil
	}
	return e.cache.Find(ctx, uuid)
}

// Get reads a profile. If the response lacks a field, or shows the known value as a
// float32, Get takes the value from known.
func (e *Endpoint) Get(ctx context.Context, uuid string, known wire.RawFields) (wire.RawFields, error) {
	got, err := e.exchange(ctx, "read", http.MethodGet, uuid, known)
	if err != nil {
		return nil, e.confirmNotFound(ctx, uuid, false, err)
	}
	e.keepPrecision(got, known)
	got.Fill(known)
	if malformed := e.Malformed(got); len(malformed) > 0 {
		return nil, e.malformedError(uuid, e.describeMalformed(malformed, got, known))
	}
	return got, nil
}

// Exists reports whether a GET shows a profile with the UUID. It returns false if the GET
// fails, for whatever reason.
func (e *Endpoint) Exists(ctx context.Context, uuid string) bool {
	_, err := e.exchange(ctx, "read", http.MethodGet, uuid)
	return err == nil
}

// List returns the profiles of the kind, decoded. Callers share a list that is at most 30
// seconds old and newer than the last write of this process.
func (e *Endpoint) List(ctx context.Context) (*pager.List, error) {
	list, err := e.cache.List(ctx)
	switch {
	case err != nil && errors.Is(err, ctx.Err()):
		return nil, &apierror.TransportError{Request: e.listRequest().Info(), Err: err}
	case err != nil:
		return nil, err
	case list.Changed:
		return nil, &apierror.ListChangedError{Operation: e.operation("list") + "s", Err: list.Incomplete()}
	}
	return list, nil
}

// exchange sends a request without a body about one profile and returns the profile of
// the response.
func (e *Endpoint) exchange(ctx context.Context, verb, method, uuid string, known ...wire.RawFields) (wire.RawFields, error) {
	response, err := e.send(ctx, verb, method, uuid, nil, known...)
	return response.Fields, err
}

// send sends a request about one profile. A POST goes to the collection and has no UUID.
// An invalid UUID is an error and never part of a URL. Errors don't show sensitive values
// of the known fields.
func (e *Endpoint) send(ctx context.Context, verb, method, uuid string, body []byte, known ...wire.RawFields) (response create.Response, err error) {
	path := strings.Split(e.Path, "/")
	if method != http.MethodPost {
		if err := wire.ValidateUUID(uuid); err != nil {
			return response, &apierror.InvalidUUIDError{Operation: e.operation(verb), Err: err}
		}
		path = append(path, uuid)
	}
	profile := wire.NewProfile(e.Shape, uuid)
	if method == http.MethodDelete {
		profile = wire.NewDeleted(e.Shape, uuid)
	}
	request := e.request(e.operation(verb), method, path, known...)
	request.Body, request.Classify = body, profile.Response(request.Redactor).Classify
	if method != http.MethodGet {
		if uuid != "" {
			e.cache.StartWrite(uuid)
		}
		defer e.cache.FinishWrite()
	}
	err = e.api.Do(ctx, request)
	switch {
	case method == http.MethodGet && apierror.IsNotFound(err) && request.Stale() != "": // the profile may be newer
		return response, &apierror.StaleError{Request: request.Info(), Reason: request.Stale()}
	case err != nil:
		return response, err
	default:
		return create.Response{Fields: profile.Fields(), Date: request.Date(), Elapsed: request.Elapsed()}, nil
	}
}

// readList reads the list. If single is true, it does not retry requests.
func (e *Endpoint) readList(ctx context.Context, single bool, known ...wire.RawFields) (*pager.List, error) {
	p := pager.Pager{Shape: e.Shape, Redactor: e.redactor(known...)}
	p.Get = func(ctx context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		request := e.listRequest()
		request.URL.RawQuery = query.Encode()
		request.Classify, request.Redactor, request.SingleAttempt = response.Classify, p.Redactor, single
		err := e.api.Do(ctx, request)
		return pager.Origin{Started: request.Started(), Date: request.Date(), Stale: request.Stale()}, err
	}
	return p.Read(ctx)
}

// readDecoded reads the list and decodes its profiles. A list from a cache is an error.
func (e *Endpoint) readDecoded(ctx context.Context, single bool) (*pager.List, error) {
	list, err := e.readList(ctx, single)
	switch {
	case err != nil:
		return nil, err
	case list.Stale != "":
		return nil, &apierror.StaleError{Request: e.listRequest().Info(), Reason: list.Stale}
	}
	list.Unserved = list.Skipped
	for i := range list.Profiles {
		listed := &list.Profiles[i]
		var malformed error
		listed.Decoded, malformed = e.Decode(listed.Fields)
		if reason := cmp.Or(listed.Err, malformed); reason != nil {
			listed.Err = &apierror.MalformedProfileError{Kind: e.Name, UUID: listed.UUID, Reason: reason.Error()}
		}
		listed.Partial = listed.Fields.Lacks(e.Shape.Fields)
		switch {
		case listed.Err != nil:
			list.Unserved.Add(listed.Err)
		case listed.Partial:
			list.Unserved.Add(fmt.Errorf("%s %s lacks a field", e.Name, listed.UUID))
		}
		listed.Fields = nil
	}
	return list, nil
}

// listRequest returns a request for the collection.
func (e *Endpoint) listRequest() *transport.Request {
	return e.request(e.operation("list")+"s", http.MethodGet, strings.Split(e.Path, "/"))
}

// listWithoutResponse returns the error of a list that a caller no longer waits for.
func (e *Endpoint) listWithoutResponse(err error) error {
	info := e.listRequest().Info()
	info.Last = apierror.Ambiguous // the list may have been sent
	return &apierror.TransportError{Request: info, Err: err}
}

// request returns a request for a path below the base URL. path holds the unescaped
// elements of the path.
func (e *Endpoint) request(operation, method string, path []string, known ...wire.RawFields) *transport.Request {
	escaped := make([]string, len(path))
	for i, element := range path {
		escaped[i] = url.PathEscape(element)
	}
	return &transport.Request{Operation: operation, Method: method, URL: e.api.BaseURL.JoinPath(escaped...), Redactor: e.redactor(known...)}
}

// operation returns text such as "create messaging profile".
func (e *Endpoint) operation(verb string) string { return verb + " " + e.Name }
