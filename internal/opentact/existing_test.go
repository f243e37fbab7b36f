// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// existing returns the UUIDs of the profiles that Existing returns.
func existing[F opentact.Fields](t *testing.T, profiles *opentact.Collection[F], wanted F) (uuids []string) {
	t.Helper()
	found, err := profiles.Existing(t.Context(), wanted, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, profile := range found {
		uuids = append(uuids, profile.UUID)
	}
	return uuids
}

// TestCollection_Existing_ComparesFields compares wanted fields with a profile of the list.
func TestCollection_Existing_ComparesFields(t *testing.T) {
	t.Parallel()
	const hook = "https://hooks.example/caf\u00e9"
	with := func(changes ...any) string {
		members := make(map[string]any)
		for i := 0; i < len(changes); i += 2 {
			members[changes[i].(string)] = changes[i+1] //nolint:forcetypeassert // a test that panics fails
		}
		return profileAWith(members)
	}
	whole := messagingFields{
		Named: named("a"), CallbackURL: opentact.Value(hook), TollFreeWeight: opentact.Value[int64](1), StickySender: opentact.Value(false),
	}
	equal := with("callback_url", hook)
	for name, test := range map[string]struct {
		wanted messagingFields
		listed string
		want   bool
	}{
		"name alone":                       {namedA(), profileA, true},
		"all fields":                       {whole, equal, true},
		"another name":                     {namedA(), with("name", "b"), false},
		"name in another case":             {namedA(), with("name", "A"), false},
		"name with white space":            {namedA(), with("name", "a "), false},
		"name in NFD in the list":          {messagingFields{Named: named(cafe)}, with("name", norm.NFD.String(cafe)), true},
		"name in NFD in the wanted":        {messagingFields{Named: named(norm.NFD.String(cafe))}, with("name", cafe), true},
		"name differs in an accent":        {messagingFields{Named: named(cafe)}, with("name", "Cafe"), false},
		"value in NFD in the list":         {whole, with("callback_url", norm.NFD.String(hook)), true},
		"value in another case":            {whole, with("callback_url", strings.ToUpper(hook)), false},
		"text differs":                     {whole, with("callback_url", hook+"/"), false},
		"text is null":                     {whole, profileA, false},
		"number differs":                   {whole, with("callback_url", hook, "tollfree_weight", 2), false},
		"number has another form":          {fieldsWithWeight(1), strings.Replace(profileA, `weight":1,`, `weight":1.0e0,`, 1), true},
		"bool differs":                     {whole, with("callback_url", hook, "sticky_sender", true), false},
		"number under its documented name": {fieldsWithWeight(1), with("tollfree_weight", omitted, "toll_free_weight", 1), true},
		"zero is a value":                  {fieldsWithWeight(0), profileA, false},
		"other fields are not compared":    {fieldsWithWeight(1), equal, true},
		"null is not compared":             {messagingFields{Named: named("a"), CallbackURL: opentact.Null[string](), TollFreeWeight: opentact.Null[int64]()}, equal, true},
		"list lacks the field":             {whole, with("callback_url", hook, "sticky_sender", omitted), false},
		"list lacks another field":         {fieldsWithWeight(1), with("sticky_sender", omitted), true},
		"field is malformed":               {fieldsWithWeight(1), with("tollfree_weight", "1"), false},
		"another field is malformed":       {fieldsWithWeight(1), with("sticky_sender", "no"), true},
		"name is malformed":                {namedA(), with("name", 17), false},
		"profile in a lease":               {whole, `{"uuid":"` + uuidB + `","messaging_profile":` + equal + `}`, true},
		"no name is wanted":                {messagingFields{TollFreeWeight: opentact.Value[int64](1)}, profileA, false},
		"no name is wanted or listed":      {messagingFields{TollFreeWeight: opentact.Value[int64](1)}, with("name", omitted), false},
		"nothing is wanted":                {messagingFields{}, with("name", ""), false},
		"an empty name is wanted":          {messagingFields{Named: named("")}, with("name", ""), false},
		"a null name is wanted":            {messagingFields{Named: opentact.Named{Name: opentact.Null[string]()}}, with("name", nil), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, listOf(test.listed))
			if got := existing(t, a.messaging(t), test.wanted); slices.Equal(got, []string{uuidA}) != test.want || len(got) > 1 {
				t.Errorf("got %v, want a match: %t", got, test.want)
			}
		})
	}
}

// The text of the error is the same each time, although the attempt and the wait end
// together.
func TestCollection_Existing_ShortRequestTimeout_NamesIt(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			api := &fakeListAPI{delay: time.Hour}
			profiles := api.collection(func(c *opentact.Config) { c.RequestTimeout = 10 * time.Second })
			start := time.Now()
			_, err := profiles.Existing(t.Context(), voiceFields{Named: named("n1")}, false)
			const want = "list outbound voice profiles (GET https://api.example/rest/profile/outbound_voice): no response: it took longer than request_timeout (10s)"
			if err == nil || err.Error() != want || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
				t.Errorf("after %s: got %v", time.Since(start), err)
			}
		})
	}
}
