// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// memory is private state in memory.
type memory map[string][]byte

func (m memory) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return m[key], nil }

func (m memory) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	m[key] = value
	return nil
}

var (
	null = opentact.Null[string]()
	text = opentact.Value("https://a.example/s3cret")
)

func TestValueHash_New(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		written, returned                 opentact.Optional[string]
		isChanged, isStored               bool
		hasNoWrittenHash, hasNoStoredHash bool
	}{
		"same value":           {text, text, false, true, false, false},
		"not in the response":  {text, opentact.Optional[string]{}, false, true, false, false},
		"another value":        {text, opentact.Value("x"), true, false, false, false},
		"unset":                {text, null, true, false, false, true},
		"null":                 {null, null, false, false, true, true},
		"null, with a value":   {null, text, true, true, true, false},
		"equal in NFC":         {opentact.Value("e\u0301"), opentact.Value("\u00e9"), false, false, false, false},
		"empty, which is text": {opentact.Value(""), null, true, false, false, true},
	} {
		h := newValueHash(test.written, test.returned)
		if len(h.Salt) != saltSize {
			t.Errorf("%s: got %+v", name, h)
		}
		if h.isChanged() != test.isChanged || h.isStored(text) != test.isStored {
			t.Errorf("%s: changed %t, stored %t", name, h.isChanged(), h.isStored(text))
		}
		if (h.Written == nil) != test.hasNoWrittenHash || (h.Stored == nil) != test.hasNoStoredHash {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

// The hash depends on the salt and on the NFC form of the value.
func TestValueHash_Sum(t *testing.T) {
	t.Parallel()
	// printf 'https://a.example/\xc3\xa9' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f
	const want = "e4f9b1f3a495e47e77282ff2ea25a6040a91e8f617c5e621a394581801c74001"
	h := valueHash{Salt: []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}
	for _, value := range []string{"https://a.example/\u00e9", "https://a.example/e\u0301"} {
		if got := fmt.Sprintf("%x", h.sum(opentact.Value(value))); got != want {
			t.Errorf("%q: got %s", value, got)
		}
	}
	if got := h.sum(null); got != nil {
		t.Errorf("null: got %x", got)
	}
	if other := newValueHash(text, text); bytes.Equal(other.Written, newValueHash(text, text).Written) {
		t.Error("two writes of a value have the same hash")
	}
}

func TestWriteOnlyState_SaveAndLoad(t *testing.T) {
	t.Parallel()
	kind := &Kind[everyType]{Spec: secretText(), Attributes: everyAttribute()}
	private := make(memory)
	var diags diag.Diagnostics
	writeOnlyState{}.save(t.Context(), &diags, private)
	if len(private) > 0 {
		t.Errorf("no hashes: got %s", private)
	}
	hash := newValueHash(text, null)
	writeOnlyState{
		Hashes: map[string]valueHash{"text": hash, "flag": hash}, Planned: []string{"flag", "text"}, // flag is not sensitive
	}.save(t.Context(), &diags, private)
	want := writeOnlyState{Hashes: map[string]valueHash{"text": hash}, Planned: []string{"text"}}
	if diff := cmp.Diff(want, kind.loadWriteOnly(t.Context(), private)); diff != "" || diags.HasError() {
		t.Error(diff)
	}
	if bytes.Contains(private[writeOnlyKey], []byte("s3cret")) {
		t.Errorf("got %s", private)
	}
	writeOnlyState{}.save(t.Context(), &diags, private) // replaces the hashes
	if got := string(private[writeOnlyKey]); got != `{"hashes":null}` {
		t.Errorf("got %s", got)
	}
	for _, content := range []string{
		"", "x", "[]", "1", "{}", "null", `{"hashes":1}`, `{"planned":1}`, `{"hashes":{"text":1}}`, `{"hashes":{"text":{"salt":1}}}`, `{"hashes":{"text":{"salt":"?"}}}`,
		`{"hashes":{"text":{}}}`, `{"hashes":{"text":null}}`, `{"hashes":{"text":{"stored":"AAAA"}}}`, `{"planned":["flag"]}`,
	} {
		private[writeOnlyKey] = []byte(content)
		if got := kind.loadWriteOnly(t.Context(), private); len(got.Hashes) > 0 || len(got.Planned) > 0 {
			t.Errorf("%s: got %v", content, got)
		}
	}
}

func TestWriteOnlyState_AfterWrite(t *testing.T) {
	t.Parallel()
	hash := newValueHash(text, text)
	nullValue, unknown, value := tftypes.NewValue(tftypes.String, nil), tftypes.NewValue(tftypes.String, tftypes.UnknownValue), tftypes.NewValue(tftypes.String, "x")
	for name, test := range map[string]struct {
		planned        bool
		plan           tftypes.Value
		sent, returned opentact.Optional[string]
		// kept reports whether the hashes remain. isChanged is that of the new ones.
		kept, isChanged bool
	}{
		"written":                      {true, nullValue, opentact.Value("x"), opentact.Value("x"), true, false},
		"written, stored differently":  {true, nullValue, opentact.Value("x"), text, true, true},
		"another attribute":            {false, nullValue, opentact.Optional[string]{}, text, true, false},
		"another attribute, changed":   {false, nullValue, opentact.Optional[string]{}, opentact.Value("x"), true, true},
		"another attribute, missing":   {false, nullValue, opentact.Optional[string]{}, opentact.Optional[string]{}, true, false},
		"unset":                        {false, unknown, null, null, false, false},
		"unset, and a default appears": {false, unknown, null, opentact.Value("x"), false, false},
		"unset, ignored":               {false, unknown, null, text, true, false},
		"plain value":                  {false, value, opentact.Value("x"), opentact.Value("x"), false, false},
		"plain value, equal":           {false, value, text, text, false, false},
		"plain value, ignored":         {false, value, opentact.Value("x"), text, true, false},
		"plain value, changed":         {false, value, opentact.Value("x"), opentact.Value("y"), false, false},
	} {
		before := writeOnlyState{Hashes: map[string]valueHash{"text": hash}}
		if test.planned {
			before.Planned = []string{"text"}
		}
		after := before.afterWrite(map[string]tftypes.Value{"text": nullValue}, map[string]tftypes.Value{"text": test.plan}, sensitiveValues{"text": test.sent}, sensitiveValues{"text": test.returned})
		got, kept := after.Hashes["text"]
		if kept != test.kept || len(after.Planned) > 0 || kept && got.isChanged() != test.isChanged {
			t.Errorf("%s: got %+v", name, after)
		}
		if isNew := !bytes.Equal(got.Salt, hash.Salt); kept && isNew != test.planned {
			t.Errorf("%s: the salt is new: %t", name, isNew)
		}
		if !bytes.Equal(before.Hashes["text"].Stored, hash.Stored) {
			t.Errorf("%s: the state before the write has changed", name)
		}
	}
}

func TestKind_SensitiveValues(t *testing.T) {
	t.Parallel()
	kind := &Kind[everyType]{Spec: secretText()}
	got := kind.sensitiveValues(everyType{Named: opentact.Named{Name: opentact.Value("a")}, Text: text})
	if len(got) != 1 || got["text"] != text {
		t.Errorf("got %v", got)
	}
}
