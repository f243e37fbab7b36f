// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// write is a POST or PATCH with the data to check its response.
type write struct {
	verb, method string
	// uuid is "" for a POST.
	uuid string
	// sent are the fields of the request. before are the known fields of the profile.
	sent, before wire.RawFields
	// aliased says, for each field that has an alias, whether the request uses the alias.
	aliased map[string]bool
	// notes hold the error of each field that the API rejected under one of its names.
	notes map[string]error
}

// Create creates a profile. If the result has Fields, the profile exists, even if there
// is an error.
func (e *Endpoint) Create(ctx context.Context, sent wire.RawFields) (create.Result, error) {
	w := &write{verb: "create", method: http.MethodPost, sent: sent}
	result, err := e.creator.Create(ctx, create.Request{
		Name: sent.Text(wire.Name), Sent: sent,
		Info: e.request(e.operation(w.verb), w.method, strings.Split(e.Path, "/")).Info(),
		Post: func(ctx context.Context) (create.Response, error) { return e.sendWrite(ctx, w) },
	})
	if err != nil {
		return result, err
	}
	result.Fields, err = e.settle(ctx, w, result.Fields)
	return result, err
}

// Update sends fields of a profile. before are the known fields of the profile. If Update
// returns fields and an error, the fields show what the API stores.
func (e *Endpoint) Update(ctx context.Context, uuid string, sent, before wire.RawFields) (wire.RawFields, error) {
	w := &write{verb: "update", method: http.MethodPatch, uuid: uuid, sent: sent, before: before}
	got, err := e.sendWrite(ctx, w)
	if err != nil {
		return nil, e.confirmNotFound(ctx, uuid, false, err)
	}
	return e.settle(ctx, w, got.Fields)
}

// sendWrite sends a write. If a 400 response names a field that has an alias, it retries
// once with the other name of the field. That is safe, because a 400 means that nothing
// happened.
func (e *Endpoint) sendWrite(ctx context.Context, w *write) (create.Response, error) {
	w.aliased, w.notes = e.aliases.inUse(w.sent), nil
	got, err := e.sendOnce(ctx, w)
	rejected := e.aliases.rejected(err, w.aliased)
	if len(rejected) == 0 {
		return got, err
	}
	for _, field := range rejected {
		w.aliased[field] = !w.aliased[field]
	}
	got, otherErr := e.sendOnce(ctx, w)
	switch {
	case otherErr == nil:
		w.notes = make(map[string]error, len(rejected))
		for _, field := range rejected {
			w.notes[field] = err
		}
		return got, nil
	case isBadRequest(otherErr):
		return got, err // the API rejects both names, so the value is wrong
	case apierror.OutcomeOf(err) == apierror.Ambiguous: // an attempt before the rejection may have acted
		return got, &outcomeError{error: otherErr, outcome: apierror.Ambiguous}
	default:
		return got, otherErr
	}
}

// sendOnce sends a write with the names that w.aliased selects.
func (e *Endpoint) sendOnce(ctx context.Context, w *write) (create.Response, error) {
	body, err := wire.Marshal(e.aliases.rename(w.sent, w.aliased))
	if err != nil {
		return create.Response{}, err
	}
	return e.send(ctx, w.verb, w.method, w.uuid, body, w.sent, w.before)
}

// settle returns the profile after a successful write. It reads the fields that the
// response lacks. It resends each field that was not applied, under its other name.
// Values that the API stored differently are an error. The write has happened, so settle
// gets a grace period after ctx has ended.
func (e *Endpoint) settle(ctx context.Context, w *write, got wire.RawFields) (wire.RawFields, error) {
	ctx, cancel := create.WithGracePeriod(ctx, e.api.RequestTimeout)
	defer cancel()
	uuid := got.UUID()
	e.learn(w, w.aliased, got)
	if err := e.complete(ctx, uuid, got, w); err != nil {
		return nil, err
	}
	notes := e.tryAliases(ctx, uuid, w, got)

	malformed := e.Malformed(got)
	mismatches := e.mismatches(w, got, malformed, notes)
	unsent := slices.DeleteFunc(slices.Clone(malformed), func(field string) bool { _, ok := w.sent[field]; return ok })
	mismatches = append(mismatches, e.describeMalformed(unsent, got, w.sent, w.before)...)

	for _, field := range malformed {
		delete(got, field)
	}
	e.keepPrecision(got, w.before)
	e.keepPrecision(got, w.sent)
	got.Fill(w.sent)
	got.Fill(w.before)
	if len(mismatches) > 0 {
		return got, e.mismatchError(w.verb, uuid, mismatches, notes)
	}
	return got, nil
}

// complete reads the fields that the response to a write lacks, with one GET. If the GET
// fails, the write has still happened. The missing fields then keep the sent or known
// values until the next refresh. There is one error: the response to a PATCH has no name,
// and the profile is not found. After a POST, a 404 means that reads lag.
func (e *Endpoint) complete(ctx context.Context, uuid string, got wire.RawFields, w *write) error {
	if !got.Lacks(e.Shape.Fields) {
		return nil
	}
	full, err := e.exchange(ctx, "read", http.MethodGet, uuid, w.sent, w.before)
	if _, named := got[wire.Name]; w.method == http.MethodPatch && !named && apierror.IsNotFound(err) {
		err = fmt.Errorf("the response shows no name, and the profile can't be read: %w", e.confirmNotFound(ctx, uuid, false, err))
		return &outcomeError{error: err, outcome: apierror.Ambiguous}
	}
	got.Fill(full) // full is nil after an error
	return nil
}

// learn stores the names that worked. Only the response to the request itself counts: a
// GET after it may show what an earlier request has stored.
func (e *Endpoint) learn(w *write, aliased map[string]bool, response wire.RawFields) {
	for field, isAliased := range aliased {
		if e.applied(field, w, response) {
			e.aliases.learn(field, isAliased)
		}
	}
}

// tryAliases sends each field that was not applied under its other name, with a PATCH of
// that field alone. Later requests use the name that worked. If the PATCH fails, the
// field is not changed, and notes hold the error. There is no note after a 400, because
// it means that the API does not know the other name.
func (e *Endpoint) tryAliases(ctx context.Context, uuid string, w *write, got wire.RawFields) (notes map[string]error) {
	notes = make(map[string]error)
	maps.Copy(notes, w.notes)
	known := maps.Clone(w.sent)
	known.Fill(w.before)
	for _, field := range slices.Sorted(maps.Keys(w.aliased)) {
		if e.applied(field, w, got) {
			continue
		}
		again := write{ // before holds all sensitive values to redact
			verb: "update", method: http.MethodPatch, uuid: uuid, before: known,
			sent: wire.RawFields{field: w.sent[field]}, aliased: map[string]bool{field: !w.aliased[field]},
		}
		response, err := e.sendOnce(ctx, &again)
		other := response.Fields
		if err == nil {
			e.learn(w, again.aliased, other)
			err = e.complete(ctx, uuid, other, w)
		}
		switch {
		case err == nil:
			delete(got, field) // a field that the new response lacks counts as stored
			maps.Copy(got, other)
		case !isBadRequest(err):
			notes[field] = err
		}
	}
	return notes
}

// isBadRequest reports whether the API rejected the content of a request with a 400. A 400
// after an ambiguous attempt does not count, because the attempt may have been carried
// out.
func isBadRequest(err error) bool {
	return apierror.StatusOf(err) == http.StatusBadRequest && apierror.OutcomeOf(err) == apierror.Rejected
}

// applied reports whether the response shows the value that was sent. After a null, which
// unsets the field, it reports whether the value differs from the one before.
func (e *Endpoint) applied(field string, w *write, got wire.RawFields) bool {
	before, had := w.before[field]
	switch {
	case got[field] == nil:
		return false
	case wire.IsNull(w.sent[field]):
		return !had || wire.IsNull(before) || !e.Same(field, before, got[field])
	default:
		return e.Same(field, w.sent[field], got[field])
	}
}

// mismatches returns the sent fields that came back with another value. After a null, any
// value counts as stored. A field that did not come back counts as stored too. If notes
// hold an error of the field, the old value and a missing value are mismatches.
func (e *Endpoint) mismatches(w *write, got wire.RawFields, malformed []string, notes map[string]error) (found []apierror.Mismatch) {
	for _, field := range w.sent.Names() {
		raw, ok := got[field]
		isNull, isMalformed, note := wire.IsNull(w.sent[field]), slices.Contains(malformed, field), notes[field]
		switch {
		case isMalformed:
		case !ok && note != nil:
		case ok && !isNull && !e.Same(field, w.sent[field], raw):
		case ok && isNull && note != nil && e.Same(field, w.before[field], raw):
		default:
			continue
		}
		mismatch := e.compare(field, w.sent, got, w.sent, w.before)
		mismatch.Malformed = isMalformed
		if note != nil {
			mismatch.Note, mismatch.Unfinished = note.Error(), !isBadRequest(note)
		}
		found = append(found, mismatch)
	}
	return found
}

// describeMalformed describes the fields that came back with a value of the wrong type.
func (e *Endpoint) describeMalformed(fields []string, got wire.RawFields, known ...wire.RawFields) []apierror.Mismatch {
	found := make([]apierror.Mismatch, len(fields))
	for i, field := range fields {
		found[i] = apierror.Mismatch{Field: field, Got: e.showRedacted(field, got, known...), Malformed: true}
	}
	return found
}

func (e *Endpoint) mismatchError(verb, uuid string, fields []apierror.Mismatch, notes map[string]error) error {
	err := &apierror.MismatchError{Operation: e.operation(verb), UUID: uuid, Fields: fields}
	if i := slices.IndexFunc(fields, func(m apierror.Mismatch) bool { return m.Note != "" }); i >= 0 {
		err.Failed = notes[fields[i].Field]
	}
	return err
}

// malformedError returns the error of a read whose fields have the wrong type.
func (e *Endpoint) malformedError(uuid string, fields []apierror.Mismatch) error {
	reasons := make([]string, len(fields))
	for i, field := range fields {
		reasons[i] = field.String()
	}
	return &apierror.MalformedProfileError{Kind: e.Name, UUID: uuid, Reason: strings.Join(reasons, "; ")}
}
