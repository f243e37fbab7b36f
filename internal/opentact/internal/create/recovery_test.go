// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
)

// sentSeven is what most creates send.
const sentSeven = `{"name":"a","weight":7}`

// seven returns a profile that has what was sent, and six one with another weight.
func seven(n int) string { return profile(n, `"name":"a","weight":7,"url":null`) }
func six(n int) string   { return profile(n, `"name":"a","weight":6,"url":null`) }

// recoveryTest is a create and its end.
type recoveryTest struct {
	name         string
	sent         string // sentSeven if empty
	posts, lists []exchange
	gets         map[string]exchange
	maxRetries   int
	// wantPosts and wantLists count requests. The first list is the baseline.
	wantPosts, wantLists int
	wantUUID             string
	wantDuplicates       []string
	wantPossible         []string
	wantUndecided        bool
	// wantReason is a part of the reason why the outcome is ambiguous.
	wantReason     string
	wantCandidates []apierror.Candidate
}

func (test recoveryTest) run(t *testing.T) {
	t.Helper()
	s := &script{posts: test.posts, lists: test.lists, gets: test.gets}
	if test.sent == "" {
		test.sent = sentSeven
	}
	got, err := s.create(t.Context(), s.creator(func(o *create.Options) { o.MaxRetries = test.maxRetries }), test.sent)
	s.wantRequests(t, test.wantPosts, test.wantLists)
	if got.Fields.UUID() != test.wantUUID {
		t.Errorf("the create got the profile %q, want %q: %v", got.Fields.UUID(), test.wantUUID, err)
	}
	if diff := cmp.Diff(test.wantDuplicates, got.Duplicates); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(test.wantPossible, got.Possible); diff != "" || got.Undecided != test.wantUndecided {
		t.Errorf("undecided is %t; possible duplicates (-want +got):\n%s", got.Undecided, diff)
	}
	if got.Ambiguous == nil || got.Resends != min(test.maxRetries, test.wantPosts-1) {
		t.Errorf("the result says %d resends after %v", got.Resends, got.Ambiguous)
	}
	if test.wantReason != "" {
		wantAmbiguous(t, err, test.wantReason, test.wantCandidates...)
	} else if err != nil {
		t.Error(err)
	}
}

// runRecoveryTests runs tests after the changes that are common to all of them.
func runRecoveryTests(t *testing.T, tests []recoveryTest, changes ...func(*recoveryTest)) {
	t.Helper()
	for _, test := range tests {
		for _, change := range changes {
			change(&test)
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, test.run)
		})
	}
}

// wantAmbiguous checks that the outcome of a create is ambiguous for a reason.
func wantAmbiguous(t *testing.T, err error, reason string, candidates ...apierror.Candidate) {
	t.Helper()
	ambiguous, ok := errors.AsType[*apierror.AmbiguousCreateError](err)
	if !ok {
		t.Errorf("the outcome is not unknown: %v", err)
		return
	}
	if !strings.Contains(ambiguous.Reason, reason) {
		t.Errorf("the reason is %q, want %q", ambiguous.Reason, reason)
	}
	if diff := cmp.Diff(candidates, ambiguous.Candidates); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
}

func TestCreator_AmbiguousPost_AdoptsProfile(t *testing.T) {
	t.Parallel()
	before := profile(2, `"name":"other","weight":7`)
	withoutWeight := profile(1, `"name":"a"`)
	earlierAmbiguous := about(apierror.Rejected)
	earlierAmbiguous.EarlierAmbiguous = true
	tests := []recoveryTest{
		{name: "the second list shows it", posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists(seven(1))}, wantLists: 3},
		{name: "the response describes a profile of the baseline", posts: []exchange{shows(seven(2))}, lists: []exchange{lists(before), lists(before, seven(1))}},
		{name: "the response shows no name and its profile can't be read", posts: []exchange{shows(profile(9, `"weight":7`))}},
		{name: "the API chose a value for a null", sent: `{"name":"a","weight":null}`, posts: []exchange{lost}},
		{name: "the profile does not show a value that was sent", posts: []exchange{lost}, lists: []exchange{lists(), lists(withoutWeight)}, gets: map[string]exchange{uuid(1): shows(withoutWeight)}},
		{name: "the list shows fewer fields", posts: []exchange{lost}, lists: []exchange{lists(), lists(withoutWeight)}, gets: map[string]exchange{uuid(1): shows(seven(1))}},
		{name: "the list shows no names and another new profile", posts: []exchange{lost}, lists: []exchange{lists(), lists(profile(1, `"weight":7`), profile(2, `"weight":7`))},
			gets: map[string]exchange{uuid(1): shows(seven(1)), uuid(2): shows(profile(2, `"name":"b","weight":7`))}},
		{name: "new profiles have other names and values", posts: []exchange{lost}, lists: []exchange{lists(), lists(profile(3, `"name":"b","weight":7`), six(2), seven(1))}},
		{name: "one like it is in the baseline", posts: []exchange{lost}, lists: []exchange{lists(seven(2)), lists(seven(2), seven(1))}},
		{name: "the list grows while its pages are read", posts: []exchange{lost}, lists: []exchange{lists(), inPages(
			`{"total":2,"data":[`+profile(3, `"name":"b","weight":7`)+`]}`, `{"total":3,"data":[`+seven(1)+`]}`, `{"total":3,"data":[`+profile(4, `"name":"c","weight":7`)+`]}`)}},
		{name: "the list has an item that is no profile", posts: []exchange{lost}, lists: []exchange{lists(), lists(`"x"`, seven(1))}},
	}
	for name, err := range map[string]error{
		"the connection broke off":        lostTo(io.ErrUnexpectedEOF),
		"the request timed out":           lostTo(context.DeadlineExceeded),
		"a gateway failed":                page(http.StatusBadGateway),
		"a gateway timed out":             page(http.StatusGatewayTimeout),
		"the API failed":                  &apierror.APIError{Request: about(apierror.Ambiguous), Status: http.StatusInternalServerError, Message: "oops"},
		"the response can't be read":      page(http.StatusCreated),
		"an earlier attempt was lost":     &apierror.APIError{Request: earlierAmbiguous, Status: http.StatusConflict, Message: "it exists"},
		"the login for another one fails": &apierror.LoginError{Err: errors.New("no"), EarlierAmbiguous: true},
	} {
		tests = append(tests, recoveryTest{name: name, posts: []exchange{fails(err)}})
	}
	for i := range tests {
		tests[i].wantPosts, tests[i].wantUUID = 1, uuid(1)
		if tests[i].lists == nil {
			tests[i].lists = []exchange{lists(), lists(seven(1))}
		}
		tests[i].wantLists = max(tests[i].wantLists, 2)
	}
	runRecoveryTests(t, tests)
}

func TestCreator_NoProfileInTwoLists_ResendsPost(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{
		{name: "the second response arrives", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(), lists(), lists(seven(1))},
			wantPosts: 2, wantLists: 4, wantUUID: uuid(1)},
		{name: "the second response is lost too", maxRetries: 1, posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists(), lists(seven(1))},
			wantPosts: 2, wantLists: 5, wantUUID: uuid(1)},
		{name: "both POSTs made a profile", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(), lists(), lists(seven(1), seven(2))},
			wantPosts: 2, wantLists: 4, wantUUID: uuid(1), wantDuplicates: []string{uuid(2)}},
		{name: "both POSTs made a profile and both responses are lost", maxRetries: 1, posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists(), lists(seven(1), seven(2))},
			wantPosts: 2, wantLists: 5, wantUUID: uuid(1), wantDuplicates: []string{uuid(2)}},
		{name: "more profiles than ambiguous POSTs match after a clear response", maxRetries: 1, posts: []exchange{lost, shows(seven(1))},
			lists: []exchange{lists(), lists(), lists(), lists(seven(1), seven(2), seven(3))}, wantPosts: 2, wantLists: 4, wantUUID: uuid(1), wantPossible: []string{uuid(2), uuid(3)}},
		{name: "one like it is in the baseline", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(seven(2))}, wantPosts: 2, wantLists: 4, wantUUID: uuid(1)},
		{name: "the last list fails", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(), lists(), fails(page(http.StatusForbidden))},
			wantPosts: 2, wantLists: 4, wantUUID: uuid(1)},
		{name: "the last list lags", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(), lists(), lists(seven(2))},
			wantPosts: 2, wantLists: 4, wantUUID: uuid(1), wantDuplicates: []string{uuid(2)}},
		{name: "the second POST is rejected because the profile exists", maxRetries: 1, posts: []exchange{lost, fails(rejected(http.StatusConflict, "it exists"))},
			lists: []exchange{lists(), lists(), lists(), lists(seven(1))}, wantPosts: 2, wantLists: 4, wantUUID: uuid(1)},
		{name: "the list shows no names and another new profile", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(profile(2, `"weight":7`))},
			gets: map[string]exchange{uuid(2): shows(profile(2, `"name":"b","weight":7`))}, wantPosts: 2, wantLists: 4, wantUUID: uuid(1)},
		{name: "a list between two others is not complete", maxRetries: 1, posts: []exchange{lost, shows(seven(1))}, lists: []exchange{lists(), lists(), lists(`"x"`), lists()},
			wantPosts: 2, wantLists: 6, wantUUID: uuid(1)},
		{name: "three POSTs", maxRetries: 2, posts: []exchange{lost, lost, shows(seven(1))}, lists: []exchange{lists()}, wantPosts: 3, wantLists: 6, wantUUID: uuid(1)},
	})
}

func TestCreator_AmbiguousOutcome_ReportsReason(t *testing.T) {
	t.Parallel()
	forbidden := fails(rejected(http.StatusForbidden, "no lists today"))
	withoutWeight := profile(1, `"name":"a"`)
	const otherValues = "a profile that the first list did not show has this name and other values than were sent"
	isSix := apierror.Candidate{UUID: uuid(1), Doubts: []string{"weight is 6, but was sent as 7"}}
	runRecoveryTests(t, []recoveryTest{
		{name: "a new profile has another value", posts: []exchange{lost}, lists: []exchange{lists(), lists(six(1))},
			wantPosts: 1, wantLists: 2, wantReason: otherValues, wantCandidates: []apierror.Candidate{isSix}},
		{name: "a null was sent and a new profile has another value", sent: `{"name":"a","weight":7,"url":null}`, posts: []exchange{lost},
			lists: []exchange{lists(), lists(profile(1, `"name":"a","weight":6,"url":"https://a.example"`))}, wantPosts: 1, wantLists: 2, wantReason: otherValues, wantCandidates: []apierror.Candidate{isSix}},
		{name: "the list shows fewer fields and the profile has another value", posts: []exchange{lost}, lists: []exchange{lists(), lists(withoutWeight)},
			gets: map[string]exchange{uuid(1): shows(six(1))}, wantPosts: 1, wantLists: 2, wantReason: otherValues, wantCandidates: []apierror.Candidate{isSix}},
		{name: "the list shows fewer fields and the profile can't be read", posts: []exchange{lost}, lists: []exchange{lists(), lists(withoutWeight)},
			gets: map[string]exchange{uuid(1): fails(errors.New("no reading"))}, wantPosts: 1, wantLists: 2, wantReason: otherValues,
			wantCandidates: []apierror.Candidate{{UUID: uuid(1), Doubts: []string{"it could not be read: no reading"}}}},
		{name: "a new profile shows no name", posts: []exchange{lost}, lists: []exchange{lists(), lists(profile(1, `"weight":7`))},
			gets: map[string]exchange{uuid(1): shows(profile(1, `"weight":7`))}, wantPosts: 1, wantLists: 2, wantReason: otherValues, wantCandidates: []apierror.Candidate{{UUID: uuid(1)}}},
		{name: "the API writes the name differently", posts: []exchange{lost}, lists: []exchange{lists(), lists(profile(1, `"name":" A ","weight":7`))},
			wantPosts: 1, wantLists: 2, wantReason: otherValues,
			wantCandidates: []apierror.Candidate{{UUID: uuid(1), Doubts: []string{`name is " A ", but was sent as "a"`}}}},
		{name: "two new profiles match one POST", posts: []exchange{lost}, lists: []exchange{lists(), lists(six(3), seven(2), seven(1))}, wantPosts: 1, wantLists: 2,
			wantReason:     "2 new profiles have this name and the values that were sent, and only 1 of these requests had an ambiguous outcome",
			wantCandidates: []apierror.Candidate{{UUID: uuid(2)}, {UUID: uuid(1)}, {UUID: uuid(3), Doubts: isSix.Doubts}}},
		{name: "three new profiles match two POSTs", maxRetries: 1, posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists(), lists(seven(1), seven(2), seven(3))},
			wantPosts: 2, wantLists: 4, wantReason: "3 new profiles have this name and the values that were sent, and only 2 of",
			wantCandidates: []apierror.Candidate{{UUID: uuid(1)}, {UUID: uuid(2)}, {UUID: uuid(3)}}},
		{name: "no more resends are allowed", posts: []exchange{lost}, lists: []exchange{lists(), lists(profile(1, `"name":"b","weight":7`))}, wantPosts: 1, wantLists: 3,
			wantReason: "no new profile has this name, and the create was tried as often as max_retries (0) allows"},
		{name: "no more resends are allowed and the list is not complete", posts: []exchange{lost}, lists: []exchange{lists(), lists(`"x"`)}, wantPosts: 1, wantLists: 3,
			wantReason: ": a profile was expected, found a single JSON value, and the create was tried as often as max_retries (0) allows"},
		{name: "a gateway timed out", maxRetries: 5, posts: []exchange{fails(page(http.StatusGatewayTimeout))}, lists: []exchange{lists()}, wantPosts: 1, wantLists: 3,
			wantReason: "no new profile has this name, and the API may still be working on it"},
		{name: "the list fails", posts: []exchange{lost}, lists: []exchange{lists(), forbidden}, wantPosts: 1, wantLists: 2,
			wantReason: "the list could not be read: create thing"},
		{name: "the second list fails", posts: []exchange{lost}, lists: []exchange{lists(), lists(), forbidden}, wantPosts: 1, wantLists: 3, wantReason: "no lists today"},
		{name: "the list changed while it was read", maxRetries: 5, posts: []exchange{lost},
			lists:     []exchange{lists(), changing},
			wantPosts: 1, wantLists: 6, wantReason: "no new profile has this name, but the list is not complete: it changed while it was read"},
		{name: "the list has an item that is no profile", maxRetries: 5, posts: []exchange{lost}, lists: []exchange{lists(), lists(`"x"`)}, wantPosts: 1, wantLists: 6,
			wantReason: "no new profile has this name, but the list is not complete: 1 item of the list could not be used"},
		{name: "the second POST is rejected", maxRetries: 1, posts: []exchange{lost, fails(rejected(http.StatusBadRequest, "bad"))}, lists: []exchange{lists()},
			wantPosts: 2, wantLists: 4, wantReason: "no new profile has this name, and the request that followed failed: create thing (POST "},
		{name: "the second POST is rejected and the list is not complete", maxRetries: 1, posts: []exchange{lost, fails(rejected(http.StatusBadRequest, "bad"))},
			lists: []exchange{lists(), lists(), lists(), lists(`"x"`)}, wantPosts: 2, wantLists: 4, wantReason: ": a profile was expected, found a single JSON value, and the request that followed failed: "},
		{name: "the second POST is rejected and the list fails", maxRetries: 1, posts: []exchange{lost, fails(rejected(http.StatusBadRequest, "bad"))},
			lists: []exchange{lists(), lists(), lists(), forbidden}, wantPosts: 2, wantLists: 4, wantReason: "the list could not be read: "},
	})
}

func TestCreator_ManyCandidates_NamesTen(t *testing.T) {
	t.Parallel()
	for number, suffix := range map[int]string{10: "ambiguous outcome", 12: "ambiguous outcome (these are the first 10 of 12)"} {
		synctest.Test(t, func(t *testing.T) {
			all := make([]string, number)
			want := make([]apierror.Candidate, 10)
			for i := range all {
				all[i] = seven(i)
			}
			for i := range want {
				want[i].UUID = uuid(i)
			}
			s := &script{posts: []exchange{lost}, lists: []exchange{lists(), lists(all...)}}
			_, err := s.create(t.Context(), s.creator(), sentSeven)
			wantAmbiguous(t, err, suffix, want...)
			if ambiguous, ok := errors.AsType[*apierror.AmbiguousCreateError](err); ok && !strings.HasSuffix(ambiguous.Reason, suffix) {
				t.Errorf("the reason is %q", ambiguous.Reason)
			}
		})
	}
}

// A profile that is deleted after the list showed it is no candidate. The create still
// finds its own profile, or finds that it made none.
func TestCreator_CandidateDeletedMeanwhile_IsSkipped(t *testing.T) {
	t.Parallel()
	deleted := profile(2, `"name":"a"`)
	runRecoveryTests(t, []recoveryTest{
		{name: "the list shows the profile", posts: []exchange{lost}, lists: []exchange{lists(), lists(deleted, seven(1))}, wantPosts: 1, wantLists: 2, wantUUID: uuid(1)},
		{name: "the list shows no other", posts: []exchange{lost}, lists: []exchange{lists(), lists(deleted)}, wantPosts: 1, wantLists: 3, wantReason: "no new profile has this name, and the create"},
	})
}
