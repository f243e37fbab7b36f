// SPDX-License-Identifier: MPL-2.0

package wire_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// endless is a body that does not end: a beginning, and then a part again and again. It
// counts what was read.
type endless struct {
	beginning, part string
	read            int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	if e.read < len(e.beginning) {
		n = copy(p, e.beginning[e.read:])
	} else {
		n = copy(p, e.part[(e.read-len(e.beginning))%len(e.part):])
	}
	e.read += n
	return n, nil
}

// Only the beginning of a body that does not end is read.
func TestClassify_EndlessBody(t *testing.T) {
	t.Parallel()
	const tooLarge, partTooLarge, tooDeep = "it is larger than 1048576 bytes", "one part of it is larger than 1048576 bytes", "exceeded max depth"
	for _, test := range []struct {
		name, beginning, part string
		list                  bool
		want                  string
	}{
		{"text", `{"success":true,"payload":"`, "x", false, tooLarge},
		{"white space", ``, " ", false, tooLarge},
		{"a member of the profile", `{"success":true,"payload":{"uuid":"`, "x", false, tooLarge},
		{"an unknown member", `{"x":"`, "x", false, tooLarge},
		{"a message", `{"success":false,"message":"`, "x", false, tooLarge},
		{"the same member", `{"success":true,"payload":{`, `"":0,`, false, "it is larger than 1048576 bytes"},
		{"nested objects", `{"success":true,"payload":`, `{"x":`, false, tooDeep},
		{"nested arrays", `{"success":true,"payload":[`, `[`, false, tooDeep},
		{"nested objects in an unknown member", `{"x":`, `{"x":`, false, tooDeep},
		{"a page", `<html>`, "<p>", false, "a body that is not the API's JSON"},
		{"items of a profile", `{"success":true,"payload":[{}`, ",{}", false, tooLarge},
		{"a list of one item", `{"success":true,"payload":["`, "x", true, partTooLarge},
		{"a list and white space", `{"success":true,"payload":[{}`, " ", true, partTooLarge},
		{"a list and an unknown member", `{"success":true,"payload":[{}],"x":"`, "x", true, partTooLarge},
		{"a page of one item", `{"success":true,"payload":{"total":1,"data":["`, "x", true, partTooLarge},
		{"a page that does not end", `{"success":true,"payload":{"total":1,"data":[],"x":"`, "x", true, partTooLarge},
		{"nested items", `{"success":true,"payload":[`, `[`, true, tooDeep},
	} {
		response := wire.NewProfile(shape, "").Response(redactor)
		if test.list {
			response = &wire.Response{Redactor: redactor, MaxBytes: wire.MaxList, InPages: true, Item: func(json.RawMessage) error { return nil }}
		}
		body := &endless{beginning: test.beginning, part: strings.Repeat(test.part, 10_000)}
		outcome, err := classify(response, 200, body)
		if outcome != apierror.Ambiguous || !isResponseError(err) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %s, %v", test.name, outcome, err)
		}
		if body.read > 2*wire.MaxProfile {
			t.Errorf("%s: %d bytes were read", test.name, body.read)
		}
	}
}

func TestClassify_EndlessBody_Rejected(t *testing.T) {
	t.Parallel()
	body := &endless{beginning: `{"success":false,"message":"`, part: strings.Repeat("x", 10_000)}
	outcome, err := classify(wire.NewProfile(shape, "").Response(redactor), 400, body)
	if outcome != apierror.Rejected || !isResponseError(err) || !strings.Contains(err.Error(), "it is larger than 1048576 bytes") {
		t.Errorf("got %s, %v", outcome, err)
	}
}

// A list may be much larger than one of its items.
func TestClassify_LongListOfSmallItems(t *testing.T) {
	t.Parallel()
	item := `"` + strings.Repeat("x", 1000) + `"`
	items := 0
	response := &wire.Response{Redactor: redactor, MaxBytes: wire.MaxList, InPages: true, Item: func(json.RawMessage) error { items++; return nil }}
	body := success("[" + strings.Repeat(item+",", 2999) + item + "]")
	if outcome, err := classify(response, 200, strings.NewReader(body)); outcome != apierror.Done || items != 3000 {
		t.Errorf("got %s, %v after %d items", outcome, err, items)
	}
}

// announced is a body with a Content-Length.
type announced struct {
	io.Reader
	length int
}

func (a announced) Len() int { return a.length }

// The client does not read a response whose Content-Length is too large.
func TestClassify_ContentLengthTooLarge(t *testing.T) {
	t.Parallel()
	body := &endless{part: " "}
	outcome, err := classify(wire.NewProfile(shape, "").Response(redactor), 200, announced{body, wire.MaxProfile + 1})
	if outcome != apierror.Ambiguous || !isResponseError(err) || !strings.Contains(err.Error(), "it is larger than 1048576 bytes") || body.read > 0 {
		t.Errorf("got %s, %v after %d bytes", outcome, err, body.read)
	}
}

func TestClassify_LargestBody(t *testing.T) {
	t.Parallel()
	body := success(profile(uuidA, "a"))
	body += strings.Repeat(" ", wire.MaxProfile-len(body))
	if _, outcome, err := readProfile(200, body); outcome != apierror.Done {
		t.Errorf("at the limit: got %s, %v", outcome, err)
	}
	if _, outcome, err := readProfile(200, body+" "); outcome != apierror.Ambiguous {
		t.Errorf("above the limit: got %s, %v", outcome, err)
	}
}
