// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"maps"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// A response may show a field under its name or its alias. If it has both, the name of
// the document wins.
func TestCollection_Get_ReadsAlias(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		members map[string]any
		want    opentact.Optional[int64]
	}{
		"alias":   {map[string]any{"tollfree_weight": 3}, opentact.Value[int64](3)},
		"name":    {map[string]any{"tollfree_weight": omitted, "toll_free_weight": 4}, opentact.Value[int64](4)},
		"both":    {map[string]any{"tollfree_weight": 3, "toll_free_weight": 4}, opentact.Value[int64](4)},
		"null":    {map[string]any{"tollfree_weight": nil}, opentact.Null[int64]()},
		"neither": {map[string]any{"tollfree_weight": omitted}, opentact.Optional[int64]{}},
	} {
		a := newScriptedAPI(t, success(profileAWith(maps.Clone(test.members))))
		got, err := a.messaging(t).Get(t.Context(), knownA())
		if err != nil || got.Fields.TollFreeWeight != test.want {
			t.Errorf("%s: got %+v, %v, want %+v", name, got.Fields.TollFreeWeight, err, test.want)
		}
	}
}

// TestCollection_Create_FieldNotApplied_TriesAlias tests rules 4, 9 and 10 of CONTRACT.md.
// It shows which requests follow a POST, and the result.
func TestCollection_Create_FieldNotApplied_TriesAlias(t *testing.T) {
	t.Parallel()
	const (
		byName  = `{"name":"a","toll_free_weight":7}`
		byAlias = `{"name":"a","tollfree_weight":7}`
		alone   = `{"tollfree_weight":7}`
	)
	seven := profileAWith(map[string]any{"tollfree_weight": 7})
	lacking := profileAWith(map[string]any{"tollfree_weight": omitted})
	rejectedByField := reply{status: 400, body: `{"success":false,"message":"Invalid","fields":{"params.toll_free_weight":{"message":"unknown"}}}`}
	for _, test := range []struct {
		name     string
		replies  []reply
		requests []string
		want     opentact.Optional[int64]
		mismatch string
	}{
		{name: "applied", replies: []reply{created(seven)}, requests: []string{post + byName}, want: opentact.Value[int64](7)},
		{name: "ignored, alias applied", replies: []reply{created(profileA), success(seven)},
			requests: []string{post + byName, patch + alone}, want: opentact.Value[int64](7)},
		{name: "rejected by field, alias applied", replies: []reply{rejectedByField, created(seven)},
			requests: []string{post + byName, post + byAlias}, want: opentact.Value[int64](7)},
		{name: "rejected by message, alias applied", replies: []reply{rejection(400, "unknown field toll_free_weight"), created(seven)},
			requests: []string{post + byName, post + byAlias}, want: opentact.Value[int64](7)},
		{name: "ignored, alias ignored", replies: []reply{created(profileA), success(profileA)},
			requests: []string{post + byName, patch + alone}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "ignored, alias rejected", replies: []reply{created(profileA), rejection(400, "unknown field tollfree_weight")},
			requests: []string{post + byName, patch + alone}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "missing, found by GET", replies: []reply{created(lacking), success(seven)},
			requests: []string{post + byName, get}, want: opentact.Value[int64](7)},
		{name: "missing everywhere", replies: []reply{created(lacking), success(lacking), rejection(400, "unknown field"), success(lacking)},
			requests: []string{post + byName, get, patch + alone}, want: opentact.Value[int64](7)},
		{name: "missing, ignored, alias applied", replies: []reply{created(lacking), success(profileA), success(lacking), success(seven)},
			requests: []string{post + byName, get, patch + alone, get}, want: opentact.Value[int64](7)},
		{name: "only the UUID in the response", replies: []reply{created(`{"uuid":"` + uuidA + `"}`), success(seven)},
			requests: []string{post + byName, get}, want: opentact.Value[int64](7)},
		{name: "fields missing, GET lags", replies: []reply{created(`{"uuid":"` + uuidA + `","name":"a","tollfree_weight":7}`), rejection(404, "Profile not found")},
			requests: []string{post + byName, get}, want: opentact.Value[int64](7)},
		{name: "fields missing, GET rejected", replies: []reply{created(`{"uuid":"` + uuidA + `","name":"a","tollfree_weight":7}`), rejection(403, "no reading")},
			requests: []string{post + byName, get}, want: opentact.Value[int64](7)},
		{name: "rejected by field, alias accepted and ignored", replies: []reply{rejectedByField, created(profileA), success(profileA)},
			requests: []string{post + byName, post + byAlias, patch + `{"toll_free_weight":7}`}, want: opentact.Value[int64](1),
			mismatch: "toll_free_weight was sent as 7 and came back as 1"},
		{name: "malformed", replies: []reply{created(profileAWith(map[string]any{"tollfree_weight": "x"})), success(profileAWith(map[string]any{"tollfree_weight": "x"}))},
			requests: []string{post + byName, patch + alone}, want: opentact.Value[int64](7),
			mismatch: `toll_free_weight was sent as 7 and came back as "x", which is not a valid value`},
		{name: "another field malformed", replies: []reply{created(profileAWith(map[string]any{"tollfree_weight": 7, "sticky_sender": "x"}))},
			requests: []string{post + byName}, want: opentact.Value[int64](7),
			mismatch: `sticky_sender came back as "x", which is not a valid value`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedCreateAPI(t, test.replies...)
			got, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
			if diff := cmp.Diff(test.requests, a.requestLines()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if got.UUID != uuidA || got.Fields.TollFreeWeight != test.want || got.Fields.ProfileName() != "a" {
				t.Errorf("got %+v", got)
			}
			if test.mismatch == "" && err != nil {
				t.Error(err)
			}
			if test.mismatch != "" {
				wantErrorContains(t, err, "create messaging profile "+uuidA, test.mismatch)
				if _, ok := errors.AsType[*opentact.MismatchError](err); !ok {
					t.Errorf("got a %T, want a MismatchError", err)
				}
			}
		})
	}
}

// If the API rejects both names, it rejects the value. The error is the first one, and
// nothing was created.
func TestCollection_Create_NameAndAliasRejected_ReturnsFirstError(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, rejection(400, "toll_free_weight is out of range"), rejection(400, "tollfree_weight is unknown"))
	got, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
	wantErrorContains(t, err, "toll_free_weight is out of range")
	if got.UUID != "" || len(a.requestLines()) != 2 {
		t.Errorf("got %+v after %v", got, a.requestLines())
	}
}

// If the alias fails for another reason, that reason is the error. The value may be
// valid.
func TestCollection_Create_AliasFailsForAnotherReason_ReturnsThatError(t *testing.T) {
	t.Parallel()
	for status, message := range map[int]string{403: "no rights", 409: "there is one of this name", 429: "slow down"} {
		a := newScriptedCreateAPI(t, rejection(400, "toll_free_weight is unknown"), rejection(status, message))
		_, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
		wantErrorContains(t, err, message)
	}
}

// If a rejected value is then ignored under the alias, the mismatch repeats why it was
// rejected.
func TestCollection_Create_NameRejectedAliasIgnored_MismatchNamesReason(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, rejection(400, "toll_free_weight must be at most 5"), created(profileA), rejection(400, "toll_free_weight must be at most 5"))
	_, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
	wantErrorContains(t, err, "toll_free_weight was sent as 7 and came back as 1", "toll_free_weight must be at most 5")
}

// If the PATCH with the alias fails, the profile exists. The error contains the mismatch
// and this failure.
func TestCollection_Create_AliasPatchFails_ReturnsProfileAndMismatch(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, created(profileA), reply{status: 502, body: "<h1>Bad Gateway"})
	got, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
	wantErrorContains(t, err, "toll_free_weight was sent as 7 and came back as 1", "update messaging profile", "status 502")
	if got.UUID != uuidA {
		t.Errorf("got %+v", got)
	}
}

// A POST that is resent with the alias can also be ambiguous.
func TestCollection_Create_AliasLostResponse_IsAmbiguous(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, rejection(400, "toll_free_weight is unknown"), reply{drop: true})
	_, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
	if ambiguous, ok := errors.AsType[*opentact.AmbiguousCreateError](err); !ok || ambiguous.Name != "a" {
		t.Errorf("got %v, want an AmbiguousCreateError", err)
	}
	if len(a.requestLines()) != 2 {
		t.Errorf("requests: %v", a.requestLines())
	}
}

// Only a 400 can mean that the API does not know the name of a field.
func TestCollection_Create_OtherStatusNamesField_DoesNotTryAlias(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 409, 422} {
		a := newScriptedCreateAPI(t, rejection(status, "toll_free_weight is not yours to set"))
		_, err := a.messaging(t).Create(t.Context(), fieldsWithWeight(7))
		wantErrorContains(t, err, "not yours to set")
		if len(a.requestLines()) != 1 {
			t.Errorf("%d: requests: %v", status, a.requestLines())
		}
	}
}

// TestCollection_Alias_IsLearned checks under which name later requests send the field.
func TestCollection_Alias_IsLearned(t *testing.T) {
	t.Parallel()
	const (
		byName  = post + `{"name":"a","toll_free_weight":7}`
		byAlias = post + `{"name":"a","tollfree_weight":7}`
	)
	seven := profileAWith(map[string]any{"tollfree_weight": 7})
	for _, test := range []struct {
		name     string
		replies  []reply
		creates  int
		update   bool
		failures int // creates that end with a mismatch, first
		requests []string
	}{
		{name: "name ignored, alias applied", creates: 2, update: true,
			replies:  []reply{created(profileA), success(seven), created(seven), success(seven)},
			requests: []string{byName, patch + `{"tollfree_weight":7}`, byAlias, patch + `{"tollfree_weight":7}`}},
		{name: "name rejected, alias applied and later ignored", creates: 3,
			replies:  []reply{rejection(400, "toll_free_weight is unknown"), created(seven), created(profileA), success(seven), created(seven)},
			requests: []string{byName, byAlias, byAlias, patch + `{"toll_free_weight":7}`, byName}},
		{name: "alias not applied", creates: 2, failures: 1,
			replies:  []reply{created(profileA), success(profileA), created(seven)},
			requests: []string{byName, patch + `{"tollfree_weight":7}`, byName}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedCreateAPI(t, test.replies...)
			client := a.client(t)
			for i := range test.creates {
				_, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), fieldsWithWeight(7))
				if (err != nil) != (i < test.failures) {
					t.Errorf("create %d: %v", i, err)
				}
			}
			if test.update {
				_, err := opentact.CollectionOf(client, &messaging).Update(t.Context(), profileWith(uuidA, fieldsWithWeight(1)), fieldsWithWeight(7))
				if err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(test.requests, a.requestLines()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// Parallel creates learn the alias without a race. Each is judged by the name that it
// used.
func TestCollection_Alias_ParallelCreates(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, success(profileAWith(map[string]any{"tollfree_weight": 7})))
	client := a.client(t)
	var working sync.WaitGroup
	for range 20 {
		working.Go(func() {
			got, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), fieldsWithWeight(7))
			if err != nil || got.Fields.TollFreeWeight != opentact.Value[int64](7) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	working.Wait()
}
