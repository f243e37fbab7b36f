// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Same reports whether two JSON values of a field are the same for the API.
func (k *Kind) Same(field string, a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, ok := x.(float64)
	q, both := y.(float64)
	if ok && both {
		return k.SameNumber(field, p, q)
	}
	return reflect.DeepEqual(x, y)
}

// SameNumber reports whether the API treats two numbers as the same value of a field. Two
// different numbers that both become 0 or infinite as a float32 are not the same.
func (k *Kind) SameNumber(field string, a, b float64) bool {
	if a == b || !slices.Contains(k.Float32, field) {
		return a == b
	}
	kept := float32(a)
	return kept == float32(b) && kept != 0 && !math.IsInf(float64(kept), 0)
}

// keepPrecision takes a number from reference if the response shows the same number as a
// float32.
func (k *Kind) keepPrecision(got, reference wire.RawFields) {
	for _, field := range k.Float32 {
		if k.Same(field, reference[field], got[field]) {
			got[field] = reference[field]
		}
	}
}

// Show returns the value of a field as text for people, with invisible characters made
// visible. For a sensitive field, it returns only the length.
func (k *Kind) Show(field string, fields wire.RawFields) string {
	return k.show(field, fields, redact.Visible)
}

// show is Show with the function that makes text visible.
func (k *Kind) show(field string, fields wire.RawFields, visible func(string) string) string {
	raw, ok := fields[field]
	isSensitive := slices.Contains(k.Sensitive, field)
	switch text, isText := decodeText(raw); {
	case !ok:
		return "nothing"
	case wire.IsComposite(raw): // not a value of any field: it may be a user with a password
		return visible(wire.Describe(raw))
	case isSensitive && isText:
		return fmt.Sprintf("a sensitive value of %d characters", utf8.RuneCountInString(text))
	case isSensitive && !wire.IsNull(raw):
		return "something that is not a string"
	case isText:
		quoted, _ := wire.Marshal(visible(text)) // text can be encoded
		return string(quoted)
	default:
		return visible(string(raw))
	}
}

// decodeText decodes a JSON string, and reports whether raw is one.
func decodeText(raw json.RawMessage) (text string, ok bool) {
	ok = json.Unmarshal(raw, &text) == nil && !wire.IsNull(raw)
	return text, ok
}

// showRedacted returns Show without the sensitive values of the known fields. The API may
// return such a value in another field.
func (e *Endpoint) showRedacted(field string, of wire.RawFields, known ...wire.RawFields) string {
	return e.show(field, of, e.redactor(known...).Visible)
}

// compare describes a field whose value differs from the one sent. It redacts the
// sensitive values of the known fields.
func (e *Endpoint) compare(field string, sent, got wire.RawFields, known ...wire.RawFields) apierror.Mismatch {
	return apierror.Mismatch{
		Field: field, Sent: e.showRedacted(field, sent, known...), Got: e.showRedacted(field, got, known...),
		Difference: difference(sent[field], got[field]),
	}
}

// redactor returns a redactor of the credentials and of the sensitive values of the known
// fields. It decodes these values only to redact text, because most requests have no
// error.
func (e *Endpoint) redactor(known ...wire.RawFields) *redact.Redactor {
	if len(known) == 0 || len(e.Sensitive) == 0 {
		return e.api.Redactor
	}
	return e.api.Redactor.With(func() (secrets []redact.Secret) {
		for _, fields := range known {
			for _, field := range e.Sensitive {
				if value := fields.Text(field); value != "" {
					secrets = append(secrets, redact.URL(value, "(the value of "+field+")")...)
				}
			}
		}
		return secrets
	})
}
