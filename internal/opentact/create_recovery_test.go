// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// recoveryTest is a create of a profile with a weight of 7 whose first response is lost,
// and its end.
type recoveryTest struct {
	name    string
	replies []reply
	// lists are the responses to lists. The first one is the baseline.
	lists   []reply
	retries int
	// timeout is how long the client waits for a create that ended with a gateway timeout.
	timeout time.Duration
	// callback is sent in addition to the weight.
	callback opentact.Optional[string]
	// wantPosts and wantLists count requests.
	wantPosts, wantLists int
	wantUUID             string
	wantDuplicates       []string
	// wantReason is a part of the reason why the outcome stays ambiguous.
	wantReason     string
	wantCandidates []opentact.Candidate
}

func (test recoveryTest) run(t *testing.T) {
	t.Helper()
	a := newScriptedAPI(t, test.replies...)
	a.lists = test.lists
	profiles := a.messaging(t, func(c *opentact.Config) {
		c.MaxRetries = test.retries
		if test.timeout > 0 {
			c.RequestTimeout = test.timeout
		}
	})
	planned := fieldsWithWeight(7)
	planned.CallbackURL = test.callback
	made, err := profiles.Create(t.Context(), planned)
	if posts := a.countRequests(http.MethodPost); posts != test.wantPosts || a.listed != test.wantLists || made.UUID != test.wantUUID {
		t.Errorf("%d POSTs and %d lists, want %d and %d; the profile is %q, want %q: %v",
			posts, a.listed, test.wantPosts, test.wantLists, made.UUID, test.wantUUID, err)
	}
	if made.Ambiguous == nil || made.Resends != min(test.retries, test.wantPosts-1) {
		t.Errorf("the result says %d resends after %v", made.Resends, made.Ambiguous)
	}
	if diff := cmp.Diff(test.wantDuplicates, made.Duplicates); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
	if test.wantReason == "" {
		if err != nil {
			t.Error(err)
		}
		if weight, _ := made.Fields.TollFreeWeight.Get(); weight != 7 {
			t.Errorf("the profile is %+v", made.Profile)
		}
		return
	}
	wantAmbiguous(t, err, test.wantReason, test.wantCandidates...)
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error shows a callback URL: %v", err)
	}
}

// wantAmbiguous checks that the outcome of a create is ambiguous for a reason.
func wantAmbiguous(t *testing.T, err error, reason string, candidates ...opentact.Candidate) {
	t.Helper()
	ambiguous, ok := errors.AsType[*opentact.AmbiguousCreateError](err)
	if !ok {
		t.Errorf("got %v, want an AmbiguousCreateError", err)
		return
	}
	if !strings.Contains(ambiguous.Reason, reason) {
		t.Errorf("the reason is %q, want %q", ambiguous.Reason, reason)
	}
	if diff := cmp.Diff(candidates, ambiguous.Candidates); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
}

// The profiles of these tests. profileSeven is what the create sends.
var (
	profileSeven = profileAWith(map[string]any{"tollfree_weight": 7})
	profileSix   = profileAWith(map[string]any{"tollfree_weight": 6, "callback_url": "https://u:s3cret@a.example"})
	profileOther = profileAWith(map[string]any{"name": "other"})
	// profileNameOnly lacks fields, as some lists do.
	profileNameOnly = `{"uuid":"` + uuidA + `","name":"a"}`
)

var lost = reply{drop: true}

// TestCollection_Create_LostResponse is the table of creates that the client recovers
// from an ambiguous outcome. More lists are in internal/create/recovery_test.go.
func TestCollection_Create_LostResponse(t *testing.T) {
	t.Parallel()
	found := []reply{listOf(), listOf(profileSeven)}
	for _, test := range []recoveryTest{
		{name: "connection closed", replies: []reply{lost}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "gateway error", replies: []reply{{status: 502, body: "<h1>Bad Gateway"}}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "API error", replies: []reply{rejection(500, "oops")}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "408", replies: []reply{{status: 408}}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "201 without a body", replies: []reply{{status: 201}}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "201 with a page", replies: []reply{{status: 201, body: "<p>Welcome"}}, lists: found, wantPosts: 1, wantLists: 2},
		{name: "response cut short", replies: []reply{{status: 201, body: `{"success":true,"payload":` + profileSeven + `}`, cut: true}},
			lists: found, wantPosts: 1, wantLists: 2},
		{name: "response names a profile that does not exist", replies: []reply{created(`{"uuid":"` + uuidB + `"}`), rejection(404, "no such profile")},
			lists: found, wantPosts: 1, wantLists: 2},
		{name: "response without a name, profile can't be read", replies: []reply{created(`{"uuid":"` + uuidB + `","tollfree_weight":7}`), rejection(403, "no reading")},
			lists: found, wantPosts: 1, wantLists: 2},
		{name: "response names a profile of the baseline", replies: []reply{created(asUUIDB(profileSeven))},
			lists: []reply{listOf(asUUIDB(profileOther)), listOf(asUUIDB(profileOther), profileSeven)}, wantPosts: 1, wantLists: 2},
		{name: "second list shows it", replies: []reply{lost}, lists: []reply{listOf(), listOf(), listOf(profileSeven)}, wantPosts: 1, wantLists: 3},
		{name: "list shows fewer fields", replies: []reply{lost, success(profileSeven)}, lists: []reply{listOf(), listOf(profileNameOnly)}, wantPosts: 1, wantLists: 2},
		{name: "API chose a value for a null", callback: opentact.Null[string](), replies: []reply{lost},
			lists: []reply{listOf(), listOf(profileAWith(map[string]any{"tollfree_weight": 7, "callback_url": "https://chosen.example"}))}, wantPosts: 1, wantLists: 2},
		{name: "no profile, resent", retries: 1, replies: []reply{lost, created(profileSeven)}, lists: []reply{listOf(), listOf(), listOf(), listOf(profileSeven)},
			wantPosts: 2, wantLists: 4},
		{name: "no profile, resent, second response lost", retries: 2, replies: []reply{lost, lost}, lists: []reply{listOf(), listOf(), listOf(), listOf(profileSeven)},
			wantPosts: 2, wantLists: 5},
		{name: "both POSTs made a profile", retries: 1, replies: []reply{lost, created(profileSeven)},
			lists: []reply{listOf(), listOf(), listOf(), listOf(profileSeven, asUUIDB(profileSeven))}, wantPosts: 2, wantLists: 4, wantDuplicates: []string{uuidB}},
		{name: "both POSTs made a profile, both responses lost", retries: 1, replies: []reply{lost, lost},
			lists: []reply{listOf(), listOf(), listOf(), listOf(profileSeven, asUUIDB(profileSeven))}, wantPosts: 2, wantLists: 5, wantDuplicates: []string{uuidB}},
		{name: "equal profile in the baseline", retries: 1, replies: []reply{lost, created(profileSeven)}, lists: []reply{listOf(asUUIDB(profileSeven))},
			wantPosts: 2, wantLists: 4},
		{name: "resent POST rejected because the profile exists", retries: 1, replies: []reply{lost, rejection(409, "there is one of this name")},
			lists: []reply{listOf(), listOf(), listOf(), listOf(profileSeven)}, wantPosts: 2, wantLists: 4},
	} {
		test.wantUUID = uuidA
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

// TestCollection_Create_LostResponse_StaysAmbiguous is the table of creates whose outcome
// the client can't find out.
func TestCollection_Create_LostResponse_StaysAmbiguous(t *testing.T) {
	t.Parallel()
	const otherValues = "a profile that the first list did not show has this name and other values than were sent"
	forbidden := rejection(403, "no lists today")
	isSix := []opentact.Candidate{{UUID: uuidA, Doubts: []string{"toll_free_weight is 6, but was sent as 7"}}}
	nameless := profileAWith(map[string]any{"name": omitted, "tollfree_weight": 7})
	for _, test := range []recoveryTest{
		{name: "list shows fewer fields and the profile has another value", replies: []reply{lost, success(profileSix)},
			lists: []reply{listOf(), listOf(profileNameOnly)}, wantPosts: 1, wantLists: 2, wantReason: otherValues, wantCandidates: isSix},
		{name: "resent POST rejected, no profile", retries: 1, replies: []reply{lost, rejection(400, "bad")}, lists: []reply{listOf()}, wantPosts: 2, wantLists: 4,
			wantReason: "no new profile has this name, and the request that followed failed: create messaging profile (POST "},
		{name: "resent POST rejected, list fails", retries: 1, replies: []reply{lost, rejection(400, "bad")},
			lists: []reply{listOf(), listOf(), listOf(), forbidden}, wantPosts: 2, wantLists: 4, wantReason: "the list could not be read: "},
		{name: "gateway timeout", retries: 5, timeout: time.Second, replies: []reply{{status: 504, body: "<h1>Gateway Timeout"}}, lists: []reply{listOf()}, wantPosts: 1, wantLists: 3,
			wantReason: "no new profile has this name, and the API may still be working on it"},
		{name: "API writes the name differently", retries: 5, replies: []reply{lost}, lists: []reply{listOf(), listOf(profileAWith(map[string]any{"name": " A ", "tollfree_weight": 7}))},
			wantPosts: 1, wantLists: 2, wantReason: otherValues,
			wantCandidates: []opentact.Candidate{{UUID: uuidA, Doubts: []string{`name is " A ", but was sent as "a" (they differ only in white space and in upper and lower case)`}}}},
		{name: "no more resends are allowed", replies: []reply{lost}, lists: []reply{listOf(), listOf(profileOther)}, wantPosts: 1, wantLists: 3,
			wantReason: "no new profile has this name, and the create was tried as often as max_retries (0) allows"},
		{name: "list fails", replies: []reply{lost}, lists: []reply{listOf(), forbidden}, wantPosts: 1, wantLists: 2,
			wantReason: "the list could not be read: list messaging profiles (GET "},
		{name: "second list fails", replies: []reply{lost}, lists: []reply{listOf(), listOf(), forbidden}, wantPosts: 1, wantLists: 3,
			wantReason: "the API responded with status 403: no lists today"},
		{name: "baseline failed", replies: []reply{lost}, lists: []reply{rejection(403, "no lists yet"), listOf(profileSeven)}, wantPosts: 1, wantLists: 2,
			wantReason:     "it is not known which profiles are new, because the list before the first create could not be read: list messaging profiles",
			wantCandidates: []opentact.Candidate{{UUID: uuidA}}},
		{name: "two new profiles match", replies: []reply{lost}, lists: []reply{listOf(), listOf(profileSeven, asUUIDB(profileSeven))}, wantPosts: 1, wantLists: 2,
			wantReason:     "2 new profiles have this name and the values that were sent, and only 1 of these requests had an ambiguous outcome",
			wantCandidates: []opentact.Candidate{{UUID: uuidA}, {UUID: uuidB}}},
		{name: "new profile has another callback URL", callback: opentact.Value("https://a.example/b"), replies: []reply{lost}, lists: []reply{listOf(), listOf(profileSix)},
			wantPosts: 1, wantLists: 2, wantReason: otherValues,
			wantCandidates: []opentact.Candidate{{UUID: uuidA, Doubts: []string{
				"callback_url is a sensitive value of 26 characters, but was sent as a sensitive value of 19 characters",
				"toll_free_weight is 6, but was sent as 7",
			}}}},
		{name: "new profile shows no name", replies: []reply{lost, success(nameless)}, lists: []reply{listOf(), listOf(nameless)}, wantPosts: 1, wantLists: 2,
			wantReason: otherValues, wantCandidates: []opentact.Candidate{{UUID: uuidA}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}
