// SPDX-License-Identifier: MPL-2.0

package pager_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

func TestList_Find(t *testing.T) {
	t.Parallel()
	a := profile(uuidA, "a")
	list, err := pages("[" + a + "," + profile(uuidB, "b") + "," + profile(uuidB, "c") + "," + a + "]").pager().Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := list.Find(uuidA); got == nil || got.Fields.Text("name") != "a" || got.Err != nil {
		t.Errorf("got %+v", got)
	}
	if got := list.Find(uuidB); got == nil || got.Err == nil || got.Err.Error() != "the list shows two different profiles with the uuid "+uuidB {
		t.Errorf("two contents for one UUID: got %+v", got)
	}
	if got := list.Find(uuidC); got != nil {
		t.Errorf("a UUID that is not in the list: got %+v", got)
	}
}

func TestListed_MayServe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		listed pager.Listed
		want   bool
	}{
		{"complete", pager.Listed{Decoded: "x"}, true},
		{"not decoded", pager.Listed{}, false},
		{"partial", pager.Listed{Decoded: "x", Partial: true}, false},
		{"with an error", pager.Listed{Decoded: "x", Err: errors.New("no name")}, false},
	} {
		if got := test.listed.MayServe(); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

func TestSkipped_String(t *testing.T) {
	t.Parallel()
	var skipped pager.Skipped
	skipped.Add(errors.New("no uuid"))
	if got, want := skipped.String(), "1 item of the list could not be used: no uuid"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for range 1000 {
		skipped.Add(errors.New("x"))
	}
	if got, want := skipped.String(), "1001 items of the list could not be used: no uuid"+strings.Repeat("; x", 9); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The reason for a skipped item may quote an invalid UUID of the API.
func TestPager_Read_SkippedItem_IsRedacted(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of/the-tests"
	p := pages(`[{"uuid":"` + token + `"},{"uuid":"https://user:secret@hook.example"}]`).pager()
	p.Redactor = redact.New(func() []redact.Secret { return []redact.Secret{{Value: token, Replacement: "(the token)"}} })
	list, err := p.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := list.Skipped.String(); strings.Contains(got, token) || strings.Contains(got, "user:secret") || !strings.Contains(got, "(the token)") {
		t.Errorf("got %s", got)
	}
}
