// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// valueHash holds the hashes of two values of a field. With them, a plan recognises a new value of a write-only
// attribute, and a value that another client has set.
type valueHash struct {
	// Salt is the key of the hashes. It is random for each written value.
	Salt []byte `json:"salt"`
	// Written is the hash of the value that the provider wrote last.
	Written []byte `json:"written"`
	// Stored is the hash of the value that the API returned last. It is empty if the field is unset.
	Stored []byte `json:"stored"`
}

// saltSize is the size of a salt in bytes.
const saltSize = 16

// newValueHash returns the hashes of the value that was written and of the value that the API returned.
func newValueHash(written, returned opentact.Optional[string]) valueHash {
	h := valueHash{Salt: make([]byte, saltSize)}
	_, _ = rand.Read(h.Salt) // never returns an error
	h.Written = h.sum(written)
	h.Stored = h.Written
	return h.observe(returned)
}

// observe returns the hashes after the API has returned a value. If the response lacked the field, they are
// the same.
func (h valueHash) observe(returned opentact.Optional[string]) valueHash {
	if !returned.IsZero() {
		h.Stored = h.sum(returned)
	}
	return h
}

// isChanged reports whether the API returned another value than the one that the provider wrote.
func (h valueHash) isChanged() bool { return !hmac.Equal(h.Written, h.Stored) }

// isStored reports whether the API returned value last.
func (h valueHash) isStored(value opentact.Optional[string]) bool {
	return hmac.Equal(h.Stored, h.sum(value))
}

// sum returns the HMAC-SHA-256 of the NFC form of a value. It returns nothing for a null.
func (h valueHash) sum(value opentact.Optional[string]) []byte {
	text, ok := value.Get()
	if !ok {
		return nil
	}
	mac := hmac.New(sha256.New, h.Salt)
	mac.Write([]byte(norm.NFC.String(text)))
	return mac.Sum(nil)
}

// writeOnlyKey is the key of a writeOnlyState in private state.
const writeOnlyKey = "write_only"

// writeOnlyState is what private state holds about write-only attributes.
type writeOnlyState struct {
	// Hashes has an element for each field that the provider wrote from its write-only attribute. A read sets the
	// field to null in the state.
	Hashes map[string]valueHash `json:"hashes"`
	// Planned are the fields that the update writes from their write-only attributes. Only the private state of
	// a plan has them. The configuration of an update can't tell them: Terraform applies ignore_changes only to
	// the configuration of a plan.
	Planned []string `json:"planned,omitempty"`
}

// loadWriteOnly returns what private state holds. It returns nothing if it can't decode private state. It ignores
// fields that aren't sensitive: another version of the provider may have saved them.
func (k *Kind[F]) loadWriteOnly(ctx context.Context, private privateState) (s writeOnlyState) {
	text, _ := private.GetKey(ctx, writeOnlyKey)
	if json.Unmarshal(text, &s) != nil {
		return writeOnlyState{}
	}
	maps.DeleteFunc(s.Hashes, func(field string, hash valueHash) bool { return !k.isSensitive(field) || len(hash.Salt) == 0 })
	s.Planned = slices.DeleteFunc(s.Planned, func(field string) bool { return !k.isSensitive(field) })
	return s
}

// lostWriteOnly returns the state after Terraform has lost private state: it does if the provider is killed during an
// update. A null in the prior state may belong to a write-only field, so the state must not get the value of the API.
// The hashes are those of no value, so each value of the API is a change.
func (k *Kind[F]) lostWriteOnly(prior map[string]tftypes.Value) writeOnlyState {
	s := writeOnlyState{Hashes: make(map[string]valueHash)}
	for _, field := range k.Spec.Sensitive {
		if prior[field].IsNull() {
			s.Hashes[field] = newValueHash(opentact.Null[string](), opentact.Null[string]())
		}
	}
	return s
}

// save writes the state to private state.
func (s writeOnlyState) save(ctx context.Context, diags *diag.Diagnostics, private privateState) {
	before, _ := private.GetKey(ctx, writeOnlyKey)
	if before == nil && len(s.Hashes) == 0 && len(s.Planned) == 0 {
		return
	}
	text, _ := json.Marshal(s) // can't fail for these types
	diags.Append(private.SetKey(ctx, writeOnlyKey, text)...)
}

// isWriteOnly reports whether a field was written from its write-only attribute.
func (s writeOnlyState) isWriteOnly(field string) bool {
	_, hasHash := s.Hashes[field]
	return hasHash
}

// withUnknown returns a copy of a state in which the write-only fields are unknown instead of null: the API has a
// value that the state doesn't contain.
func (s writeOnlyState) withUnknown(state tftypes.Value) tftypes.Value {
	return withValues(state, func(values map[string]tftypes.Value) {
		for field := range s.Hashes {
			values[field] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		}
	})
}

// withPlanned returns a copy of a plan in which the planned fields have the values of config. Write-only fields
// that the plan doesn't change are unknown, so that the client doesn't send them.
func (s writeOnlyState) withPlanned(prior map[string]tftypes.Value, plan, config tftypes.Value) tftypes.Value {
	configured := attributeValues(config)
	return withValues(plan, func(values map[string]tftypes.Value) {
		for field := range s.Hashes {
			if values[field].Equal(prior[field]) {
				values[field] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
			}
		}
		for _, field := range s.Planned {
			values[field] = configured[field]
		}
	})
}

// areStored reports whether the API returned these values of the write-only fields last.
func (s writeOnlyState) areStored(values sensitiveValues) bool {
	for field, hash := range s.Hashes {
		if !hash.isStored(values[field]) {
			return false
		}
	}
	return true
}

// afterRead returns the state after the API has returned a profile.
func (s writeOnlyState) afterRead(returned sensitiveValues) writeOnlyState {
	after := writeOnlyState{Hashes: make(map[string]valueHash, len(s.Hashes))}
	for field, hash := range s.Hashes {
		after.Hashes[field] = hash.observe(returned[field])
	}
	return after
}

// afterWrite returns the state after a write. It drops the hashes of fields that the plan sets or unsets. If the API
// still returns the old value instead of the sent one, the field keeps its hashes, so the state doesn't show the value.
func (s writeOnlyState) afterWrite(prior, plan map[string]tftypes.Value, sent, returned sensitiveValues) writeOnlyState {
	after := s.afterRead(returned)
	maps.DeleteFunc(after.Hashes, func(field string, _ valueHash) bool {
		before := s.Hashes[field]
		hasOldValue := before.isStored(returned[field]) && !before.isStored(sent[field])
		return !plan[field].Equal(prior[field]) && !hasOldValue
	})
	for _, field := range s.Planned {
		after.Hashes[field] = newValueHash(sent[field], returned[field])
	}
	return after
}

// sensitiveValues are the values of the sensitive fields of a profile.
type sensitiveValues map[string]opentact.Optional[string]

// sensitiveValues returns the values of the sensitive fields.
func (k *Kind[F]) sensitiveValues(fields F) sensitiveValues {
	values := make(sensitiveValues, len(k.Spec.Sensitive))
	k.fields().Visit(&fields, func(name string, field any) {
		if text, ok := field.(*opentact.Optional[string]); ok && k.isSensitive(name) {
			values[name] = *text
		}
	})
	return values
}

// withValues returns a copy of an object after change has edited its values.
func withValues(object tftypes.Value, change func(values map[string]tftypes.Value)) tftypes.Value {
	values := maps.Clone(attributeValues(object))
	change(values)
	return tftypes.NewValue(object.Type(), values)
}
