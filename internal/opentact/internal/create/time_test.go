// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
)

// createdOn returns the profile seven(n) with a time of creation, in seconds after the
// start of the server.
func createdOn(n int, seconds int) string {
	return profile(n, fmt.Sprintf(`"name":"a","weight":7,"url":null,"created_on":%q`, serverStart.Add(time.Duration(seconds)*time.Second).Format(time.RFC3339)))
}

// TestCreator_AmbiguousPost_ComparesTimes is the table of candidates and their times. The
// first list is read ten seconds after the start of the server.
func TestCreator_AmbiguousPost_ComparesTimes(t *testing.T) {
	t.Parallel()
	const (
		notNew   = "a profile has this name and the values that were sent, but its created_on is before the first list: it is older, or the clocks of the API differ"
		notOne   = "several profiles have this name and the values that were sent, and the times of the API do not show which one is new"
		vanished = "one list shows a profile with this name, and the next one does not"
	)
	named := func(n int, doubts ...string) apierror.Candidate {
		return apierror.Candidate{UUID: uuid(n), Doubts: doubts}
	}
	isOld := func(created string) string {
		return "its created_on (" + created + ") is before the first list (2026-11-25T12:00:10Z)"
	}
	const year2020, secondBefore = "2020-01-01T00:00:00Z", "2026-11-25T12:00:09Z"
	of2020 := profile(1, `"name":"a","weight":7,"created_on":"`+year2020+`"`)
	timeless := func(n int) string { return profile(n, `"name":"a","weight":7,"created_on":null`) }
	tests := []recoveryTest{
		{name: "created after the first list", lists: []exchange{lists(), lists(createdOn(1, 15))}, wantLists: 2, wantUUID: uuid(1)},
		{name: "created in the second before the first list", lists: []exchange{lists(), lists(createdOn(1, 9))}, wantLists: 6,
			wantReason: notNew, wantCandidates: []apierror.Candidate{named(1, isOld(secondBefore))}},
		{name: "created in 2020, and a list that is cut shows it now", lists: []exchange{lists(six(5)), lists(of2020)}, wantLists: 6,
			wantReason: notNew, wantCandidates: []apierror.Candidate{named(1, isOld(year2020))}},
		{name: "created in the same second", lists: []exchange{lists(), lists(createdOn(1, 10))}, wantLists: 3, wantUUID: uuid(1), wantUndecided: true},
		{name: "the next list shows a later one too", lists: []exchange{lists(), lists(createdOn(1, 10)), lists(createdOn(1, 10), createdOn(2, 15))},
			wantLists: 3, wantUUID: uuid(2), wantPossible: []string{uuid(1)}},
		{name: "the next list shows another one of the same second", lists: []exchange{lists(), lists(createdOn(1, 10)), lists(createdOn(1, 10), createdOn(2, 10))},
			wantLists: 3, wantReason: notOne, wantCandidates: []apierror.Candidate{named(1), named(2)}},
		{name: "the next list shows only another one of the same second", lists: []exchange{lists(), lists(createdOn(1, 10)), lists(createdOn(2, 10))},
			wantLists: 4, wantUUID: uuid(2), wantUndecided: true, wantPossible: []string{uuid(1)}},
		{name: "the next list shows none", lists: []exchange{lists(), lists(createdOn(1, 10)), lists()}, wantLists: 3, wantReason: vanished,
			wantCandidates: []apierror.Candidate{named(1)}},
		{name: "the next lists are not complete", lists: []exchange{lists(), lists(createdOn(1, 10)), lists(`"x"`), lists(`"x"`), lists(createdOn(1, 10))},
			wantLists: 5, wantUUID: uuid(1), wantUndecided: true},
		{name: "the next list fails", lists: []exchange{lists(), lists(createdOn(1, 10)), fails(errors.New("no list"))}, wantLists: 3,
			wantReason: "the list could not be read: no list", wantCandidates: []apierror.Candidate{named(1)}},
		{name: "each list shows another one", wantLists: 6, wantReason: "the times of the API do not show whether the profile is new",
			lists:          []exchange{lists(), lists(timeless(1)), lists(timeless(2)), lists(timeless(3)), lists(timeless(4)), lists(timeless(5))},
			wantCandidates: []apierror.Candidate{named(5), named(4), named(3), named(2), named(1)}},
		{name: "an older and a later one", lists: []exchange{lists(), lists(createdOn(2, 9), createdOn(1, 15))}, wantLists: 2, wantUUID: uuid(1), wantPossible: []string{uuid(2)}},
		{name: "an older one, and a later one in the next list", lists: []exchange{lists(), lists(createdOn(2, 9)), lists(createdOn(2, 9), createdOn(1, 15))},
			wantLists: 3, wantUUID: uuid(1), wantPossible: []string{uuid(2)}},
		{name: "an older one and one of the same second", lists: []exchange{lists(), lists(createdOn(2, 9), createdOn(1, 10))}, wantLists: 2, wantReason: notOne,
			wantCandidates: []apierror.Candidate{named(1), named(2, isOld(secondBefore))}},
		{name: "an older one, and a later one with another value", lists: []exchange{lists(), lists(profile(2, `"name":"a","weight":6,"created_on":"2026-11-25T12:00:11Z"`), createdOn(1, 9))},
			wantLists: 2, wantReason: notNew, wantCandidates: []apierror.Candidate{named(1, isOld(secondBefore)), named(2, "weight is 6, but was sent as 7")}},
		{name: "two later ones and one of the same second", lists: []exchange{lists(), lists(createdOn(3, 10), createdOn(1, 15), createdOn(2, 16))}, wantLists: 2,
			wantReason: "2 new profiles have this name and the values that were sent", wantCandidates: []apierror.Candidate{named(1), named(2), named(3)}},
		{name: "two later ones", lists: []exchange{lists(), lists(createdOn(1, 15), createdOn(2, 16))}, wantLists: 2,
			wantReason: "2 new profiles have this name and the values that were sent", wantCandidates: []apierror.Candidate{named(1), named(2)}},
		{name: "no time", lists: []exchange{lists(), lists(timeless(1))}, wantLists: 3, wantUUID: uuid(1), wantUndecided: true},
		{name: "the first list after the POST shows none, and the next one shows one of the same second", lists: []exchange{lists(), lists(), lists(createdOn(1, 10))}, wantLists: 3,
			wantReason: "the times of the API do not show whether the profile is new", wantCandidates: []apierror.Candidate{named(1)}},
		{name: "an older one with another value", lists: []exchange{lists(), lists(profile(1, `"name":"a","weight":6,"created_on":"2020-01-01T00:00:00Z"`))}, wantLists: 6,
			wantReason:     "a profile that the first list did not show has this name and other values than were sent",
			wantCandidates: []apierror.Candidate{named(1, "weight is 6, but was sent as 7", isOld(year2020))}},
		{name: "the server seems to be ahead, so the times don't count", lists: []exchange{lists(), lists(createdOn(1, 120))}, wantLists: 3, wantUUID: uuid(1), wantUndecided: true},
	}
	for i := range tests {
		tests[i].posts, tests[i].wantPosts = []exchange{lost}, 1
	}
	runRecoveryTests(t, tests)
}

// The list that confirms a candidate of the same second is read at least a second later,
// even if Terraform is interrupted meanwhile.
func TestCreator_UndecidedCandidate_IsConfirmedASecondLater(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"not interrupted": time.Hour, "interrupted": time.Second / 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{lost}, lists: []exchange{lists(), lists(createdOn(1, 10))}}
				start := time.Now()
				got, err := s.create(interruptedAfter(t, wait), s.creator(), sentSeven)
				wantUUID(t, got, err, uuid(1))
				if took := time.Since(start); took != time.Second || !got.Undecided {
					t.Errorf("it took %s, undecided is %t", took, got.Undecided)
				}
			})
		})
	}
}

// The warning about duplicates names what the last list shows. Profiles that may belong
// to others are only possible duplicates.
func TestCreator_Duplicates_ComparesTimes(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{
		{name: "one older profile", lists: []exchange{lists(), lists(), lists(), lists(createdOn(2, 9), createdOn(1, 45))}},
		{name: "one of the same second", lists: []exchange{lists(), lists(), lists(), lists(createdOn(2, 10))}, wantPossible: []string{uuid(2)}},
		{name: "one later and one of the same second", lists: []exchange{lists(), lists(), lists(), lists(createdOn(2, 10), createdOn(3, 20))},
			wantDuplicates: []string{uuid(3)}}, // one request was lost, so the other one belongs to somebody else
		{name: "two later ones and one of the same second", lists: []exchange{lists(), lists(), lists(), lists(createdOn(2, 10), createdOn(3, 20), createdOn(4, 21))},
			wantPossible: []string{uuid(3), uuid(4), uuid(2)}},
		{name: "one later, and the list lacks the profile of this create", lists: []exchange{lists(), lists(), lists(), lists(createdOn(3, 20))}, wantDuplicates: []string{uuid(3)}},
	}, func(test *recoveryTest) {
		test.maxRetries, test.posts, test.wantPosts, test.wantLists, test.wantUUID = 1, []exchange{lost, makes(1)}, 2, 4, uuid(1)
	})
}

// TestCreator_Skew creates profiles in APIs whose clocks differ. The lists are correct. The
// response to every second POST is lost.
func TestCreator_Skew(t *testing.T) {
	t.Parallel()
	for _, skew := range []int{-120, -2, 0, 2, 120} {
		t.Run(fmt.Sprint(skew), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &model{lists: []string{"ok"}, perPage: 100, skew: time.Duration(skew) * time.Second}
				m.store("existing", 1, before, false)
				run := func(c *create.Creator, name, end string) (create.Result, error) {
					sent := fieldsOf(fmt.Sprintf(`{"name":%q,"weight":1}`, name))
					return c.Create(t.Context(), create.Request{Name: name, Sent: sent, Post: m.post(0, creation{Name: name, Weight: 1, Posts: []string{end}})})
				}
				isLast := func(got create.Result) bool { return got.Fields.UUID() == m.stored[len(m.stored)-1].uuid }

				c := m.creator(0)
				for i := range 6 { // from the first second on
					end := []string{"acted: ok", "acted: lost"}[i%2]
					got, err := run(c, fmt.Sprint(i), end)
					if err != nil || !isLast(got) || (got.Ambiguous != nil) != (end == "acted: lost") {
						t.Errorf("create %d after a successful one: got %+v, %v", i, got, err)
					}
				}
				// The very first create of a process can't know the skew. It does not guess.
				baseline := time.Now().Add(time.Second) // a list takes a second
				got, err := run(m.creator(0), "first", "acted: lost")
				if skew >= 0 {
					if err != nil || !isLast(got) {
						t.Errorf("the first create: got %+v, %v", got, err)
					}
					return
				}
				last := m.stored[len(m.stored)-1]
				wantAmbiguous(t, err, "or the clocks of the API differ", apierror.Candidate{UUID: last.uuid, Doubts: []string{
					fmt.Sprintf("its created_on (%s) is before the first list (%s)", last.created.Add(m.skew).UTC().Format(time.RFC3339), baseline.UTC().Format(time.RFC3339)),
				}})
			})
		})
	}
}

// One process creates profile a. At the same time, another process creates an equal
// profile b, and its response is lost. Lists lag. The second process must not adopt a.
// Each profile that it made is in the state or named.
func TestCreator_LaggingList_EqualProfileOfAnotherProcess(t *testing.T) {
	t.Parallel()
	for lag := time.Duration(0); lag <= 3*time.Second; lag += 50 * time.Millisecond {
		for _, pause := range []time.Duration{100 * time.Millisecond, 1500 * time.Millisecond} { // from a to b
			t.Run(fmt.Sprint(lag, " after ", pause), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					m := &model{lists: []string{"ok"}, perPage: 100, lag: lag}
					a := m.store("x", 1, others, false)
					time.Sleep(pause)
					c := m.creator(5)
					sent := fieldsOf(`{"name":"x","weight":1}`)
					got, err := c.Create(t.Context(), create.Request{Name: "x", Sent: sent, Post: m.post(0, creation{Name: "x", Weight: 1, Posts: []string{"acted: lost"}})})
					named := append(slices.Clone(got.Duplicates), got.Possible...)
					if ambiguous, ok := errors.AsType[*apierror.AmbiguousCreateError](err); ok {
						for _, candidate := range ambiguous.Candidates {
							named = append(named, candidate.UUID)
						}
					} else if err != nil {
						t.Fatal(err)
					}
					if got.Fields.UUID() == a.uuid || slices.Contains(got.Duplicates, a.uuid) {
						t.Errorf("the create took or named a: %+v", got)
					}
					for _, p := range m.stored[1:] {
						if p.uuid != got.Fields.UUID() && !slices.Contains(named, p.uuid) {
							t.Errorf("%s is neither in the state nor named: %+v, %v", p.uuid, got, err)
						}
					}
				})
			})
		}
	}
}

// TestCreator_WrongProfileInResponse is the table of POSTs whose response holds a profile
// that this POST did not make. The client looks once.
func TestCreator_WrongProfileInResponse(t *testing.T) {
	t.Parallel()
	const again = ", and the provider does not resend a request after such a response"
	existing := profile(2, `"name":"a","weight":7`)
	old := apierror.Candidate{UUID: uuid(1), Doubts: []string{"its created_on (2026-11-25T10:53:20Z) is before the request (2026-11-25T12:00:20Z)"}}
	renamed := profile(3, `"name":"z","weight":7,"url":null`)
	tests := []recoveryTest{
		{name: "of the first list", posts: []exchange{shows(existing)}, lists: []exchange{lists(existing)}, wantReason: "no new profile has this name" + again},
		{name: "of the first list, and the list shows a new one", posts: []exchange{shows(existing)}, lists: []exchange{lists(existing), lists(existing, seven(1))}, wantUUID: uuid(1)},
		{name: "of the first list, and the list shows one of the same second", posts: []exchange{shows(existing)}, lists: []exchange{lists(existing), lists(existing, createdOn(1, 10))},
			wantReason: "the times of the API do not show whether the profile is new", wantCandidates: []apierror.Candidate{{UUID: uuid(1)}}},
		{name: "older than any skew", posts: []exchange{shows(createdOn(1, -4000))}, lists: []exchange{lists()}, wantReason: "no new profile has this name" + again,
			wantCandidates: []apierror.Candidate{old}},
		{name: "older than the first list, which lacked it", posts: []exchange{shows(createdOn(1, -4000))}, lists: []exchange{lists(), lists(createdOn(1, -4000))},
			wantReason: "no new profile has this name" + again, wantCandidates: []apierror.Candidate{old}},
		{name: "with another name", posts: []exchange{shows(renamed)}, lists: []exchange{lists()}, wantReason: "no new profile has this name" + again,
			wantCandidates: []apierror.Candidate{{UUID: uuid(3), Doubts: []string{`name is "z", but was sent as "a"`}}}},
		{name: "with another name, and the list shows one of the same second", posts: []exchange{shows(renamed)}, lists: []exchange{lists(), lists(createdOn(1, 10), renamed)},
			wantReason: "the times of the API do not show whether the profile is new", wantCandidates: []apierror.Candidate{
				{UUID: uuid(3), Doubts: []string{`name is "z", but was sent as "a"`}}, {UUID: uuid(1)},
			}},
		{name: "with another name, and the list shows a new one", posts: []exchange{shows(renamed)}, lists: []exchange{lists(), lists(seven(1), renamed)}, wantUUID: uuid(1)},
	}
	for i := range tests {
		tests[i].maxRetries, tests[i].wantPosts, tests[i].wantLists = 5, 1, 2
	}
	runRecoveryTests(t, tests)
}

// A profile of another resource is foreign, regardless of its age.
func TestCreator_ResponseHoldsProfileOfAnotherResource_IsForeign(t *testing.T) {
	t.Parallel()
	s := &script{posts: []exchange{shows(createdOn(1, 20)), makes(2), shows(createdOn(1, 20))}, lists: []exchange{lists()}} // sent at 20 s, 30 s and 40 s
	c := s.creator()
	for i := range 2 {
		got, err := s.create(t.Context(), c, []string{sentSeven, `{"name":"b"}`}[i])
		wantUUID(t, got, err, uuid(i+1))
	}
	_, err := s.create(t.Context(), c, sentSeven)
	ambiguous, _ := errors.AsType[*apierror.AmbiguousCreateError](err)
	if ambiguous == nil || ambiguous.Foreign != uuid(1) || len(ambiguous.Candidates) != 0 {
		t.Errorf("got %+v, %v", ambiguous, err)
	}
}

// If the response contains a profile that seems to be older, the create does not adopt it
// from the list either.
func TestCreator_RejectedProfileInList_IsNotAdopted(t *testing.T) {
	t.Parallel()
	s := &script{posts: []exchange{makes(1), shows(createdOn(2, 15))}, lists: []exchange{lists(), lists(profile(1, `"name":"b"`), createdOn(2, 15))}} // the second POST is sent at 30 s
	c := s.creator()
	got, err := s.create(t.Context(), c, `{"name":"b"}`)
	wantUUID(t, got, err, uuid(1))
	got, err = s.create(t.Context(), c, sentSeven)
	wantAmbiguous(t, err, "no new profile has this name, and ", apierror.Candidate{UUID: uuid(2), Doubts: []string{"its created_on (2026-11-25T12:00:15Z) is before the request (2026-11-25T12:00:30Z)"}})
	if got.Fields != nil {
		t.Errorf("the create adopted %s", got.Fields.UUID())
	}
}

// Clocks of several servers may differ by seconds, so a response may hold a profile that
// seems to be a little older. It must have the sent values. The API may write its name
// differently.
func TestCreator_ResponseSeemsSecondsOlder_NeedsSentValues(t *testing.T) {
	t.Parallel()
	const created = `,"created_on":"2026-11-25T12:00:25Z"`
	for object, isAccepted := range map[string]bool{
		`"name":"a","weight":7` + created:   true,
		`"name":" A ","weight":7` + created: true,
		`"name":"a","weight":6` + created:   false,
	} {
		s := &script{posts: []exchange{makes(1), shows(profile(2, object))}, lists: []exchange{lists()}} // the second POST is sent at 30 s
		c := s.creator()
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(1))
		got, err = s.create(t.Context(), c, sentSeven)
		if (err == nil) != isAccepted || (got.Fields.UUID() == uuid(2)) != isAccepted {
			t.Errorf("%s: got %q, %v", object, got.Fields.UUID(), err)
		}
	}
}

// A response with the UUID of a profile and without its name is a success. If the profile can't be
// read, the POST is not resent, and the error names the profile.
func TestCreator_ResponseShowsNoName_ReadFails_IsNotResent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(profile(1, `"weight":7`))}, lists: []exchange{lists()}, gets: map[string]exchange{uuid(1): fails(errors.New("no reading"))}}
		_, err := s.create(t.Context(), s.creator(), sentSeven)
		wantAmbiguous(t, err, "no new profile has this name, and ", apierror.Candidate{UUID: uuid(1), Doubts: []string{"it could not be read: no reading"}})
		s.wantRequests(t, 1, 2)
	})
}

// If the last list fails, the one before it names the duplicate.
func TestCreator_Duplicates_LastListFails_UsesListBefore(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{{
		name: "two lost responses and two profiles", maxRetries: 1, posts: []exchange{lost},
		lists:     []exchange{lists(), lists(), lists(), lists(seven(1), seven(2)), fails(page(http.StatusForbidden))},
		wantPosts: 2, wantLists: 5, wantUUID: uuid(1), wantDuplicates: []string{uuid(2)},
	}})
}

// A duplicate that the last list lacks may have been deleted, or the list is cut.
func TestCreator_Duplicates_LastListLacksOne_IsPossible(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{{
		name: "two lost responses and two profiles", maxRetries: 1, posts: []exchange{lost},
		lists:     []exchange{lists(), lists(), lists(), lists(seven(1), seven(2)), lists(seven(1))},
		wantPosts: 2, wantLists: 5, wantUUID: uuid(1), wantPossible: []string{uuid(2)},
	}})
}

// An API may change the case, the white space and the Unicode form of a name. A profile
// with such a name belongs to the create.
func TestCreator_ResponseWritesNameDifferently_IsItsProfile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"CAFÉ 1", " café  1 ", "cafe\u0301 1"} {
		s := &script{posts: []exchange{shows(profile(1, fmt.Sprintf(`"name":%q`, name)))}, lists: []exchange{lists()}}
		got, err := s.create(t.Context(), s.creator(), `{"name":"café 1"}`)
		wantUUID(t, got, err, uuid(1))
		s.wantRequests(t, 1, 1)
	}
}

// An API may store local times as if they were UTC. The first create then seems to return
// an old profile. If only a later list contains the profile, the profile is new.
func TestCreator_TimeZoneSkew_IsConfirmedByList(t *testing.T) {
	t.Parallel()
	const hours = -5 * 3600
	for name, test := range map[string]struct {
		baseline, later exchange
		deleted         string
		isNew           bool
	}{
		"the list shows it":                       {lists(six(2)), lists(six(2), createdOn(1, hours)), "", true},
		"the list lacks it":                       {lists(six(2)), lists(six(2)), "", false},
		"the list lacks an existing profile":      {lists(six(2)), lists(createdOn(1, hours)), "", false},
		"the list lacks a deleted profile":        {lists(six(2)), lists(createdOn(1, hours)), uuid(2), true},
		"the list fails":                          {lists(six(2)), fails(errors.New("no list")), "", false},
		"the list is not complete":                {lists(six(2)), lists(six(2), createdOn(1, hours), `"x"`), "", false},
		"the list before the create was rejected": {fails(errors.New("no list")), lists(createdOn(1, hours)), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{shows(createdOn(1, hours)), shows(createdOn(3, hours+20))}, lists: []exchange{test.baseline, test.later}}
				c := s.creator()
				c.Exclude(test.deleted)
				got, err := s.create(t.Context(), c, sentSeven)
				if !test.isNew {
					if _, ok := errors.AsType[*apierror.AmbiguousCreateError](err); !ok {
						t.Errorf("got %+v, %v", got, err)
					}
					return
				}
				wantUUID(t, got, err, uuid(1))
				got, err = s.create(t.Context(), c, sentSeven) // now the skew is known
				wantUUID(t, got, err, uuid(3))
				s.wantRequests(t, 2, 2)
			})
		})
	}
}

// Several servers behind one address may have clocks that differ by some seconds.
func TestCreator_ClocksOfServersDiffer_AcceptsResponses(t *testing.T) {
	t.Parallel()
	for name, offsets := range map[string][]int{
		"the first one is right":  {0, -2, -10, 10, 0},
		"the first one is behind": {-10, 0, 10, 0, -10},
		"the first one is ahead":  {10, 0, -10, 10, 0},
	} {
		s := &script{lists: []exchange{lists()}}
		for i, offset := range offsets { // the POSTs are sent at 20 s, 30 s, …
			s.posts = append(s.posts, shows(createdOn(i+1, 20+10*i+offset)))
		}
		c := s.creator()
		for i := range offsets {
			got, err := s.create(t.Context(), c, sentSeven)
			if err != nil || got.Fields.UUID() != uuid(i+1) {
				t.Errorf("%s: create %d got %q, %v", name, i, got.Fields.UUID(), err)
			}
		}
		s.wantRequests(t, len(offsets), 1)
	}
}

// The responses to two creates hold the same profile, and a list confirms each response.
// Only one create may adopt the profile.
func TestCreator_TimeZoneSkew_OneProfileInTwoResponses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const members = `"created_on":"2026-11-25T07:00:00Z"`
		s := &script{
			posts: []exchange{shows(profile(1, `"name":"a",`+members)), shows(profile(1, `"name":"b",`+members)).taking(time.Second)},
			lists: []exchange{lists(), lists(profile(1, members)).taking(10 * time.Second)},
			gets:  map[string]exchange{uuid(1): shows(profile(1, `"name":"a",`+members))},
		}
		c := s.creator()
		var working sync.WaitGroup
		working.Go(func() {
			got, err := s.create(t.Context(), c, `{"name":"a"}`)
			wantUUID(t, got, err, uuid(1))
		})
		time.Sleep(time.Second)
		_, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantAmbiguous(t, err, "no new profile has this name except those of other resources, "+uuid(1))
		working.Wait()
	})
}

// A list that began before another create may lack the profile of that create.
func TestCreator_TimeZoneSkew_SlowListLacksProfileOfAnotherCreate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const created = `,"created_on":"2026-11-25T07:00:00Z"`
		a, b := profile(1, `"name":"a"`+created), profile(2, `"name":"b"`+created)
		s := &script{posts: []exchange{shows(a), shows(b)}, lists: []exchange{lists(), lists(a).taking(10 * time.Second), lists(a, b).taking(time.Second)}}
		c := s.creator()
		var working sync.WaitGroup
		working.Go(func() {
			got, err := s.create(t.Context(), c, `{"name":"a"}`)
			wantUUID(t, got, err, uuid(1))
			if got.Ambiguous != nil {
				t.Errorf("the response was not accepted: %v", got.Ambiguous)
			}
		})
		time.Sleep(time.Second)
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(2))
		working.Wait()
	})
}

// Another client may delete a profile while the skew is not known. Then the list of one
// create proves nothing. The lists of later creates do.
func TestCreator_TimeZoneSkew_ProfileOfOthersIsDeleted_MattersOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const hours = -5 * 3600
		s := &script{posts: []exchange{shows(createdOn(1, hours)), shows(createdOn(3, hours+20))},
			lists: []exchange{lists(six(2)), lists(createdOn(1, hours)), lists(createdOn(1, hours)), lists(createdOn(1, hours), createdOn(3, hours+20))}}
		c := s.creator()
		_, err := s.create(t.Context(), c, sentSeven)
		if _, ok := errors.AsType[*apierror.AmbiguousCreateError](err); !ok {
			t.Errorf("got %v", err)
		}
		got, err := s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(3))
	})
}

// A later create compares the times with the skew that an earlier one has shown.
func TestCreator_ResponseHoldsOlderProfile_AfterSkewIsKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{makes(1), shows(createdOn(2, 15))}, lists: []exchange{lists()}} // the second POST is sent at 30 s
		c := s.creator()
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(1))
		_, err = s.create(t.Context(), c, sentSeven)
		if err == nil || !strings.Contains(err.Error(), "it describes profile "+uuid(2)+", which seems to be older: its created_on (2026-11-25T12:00:15Z) is before the request (2026-11-25T12:00:30Z)") {
			t.Errorf("got %v", err)
		}
	})
}

// A profile in a list is older than each POST that follows, even if the list belongs to
// another create.
func TestCreator_ListOfEarlierCreate_ShowsOlderProfiles(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]exchange{"its response is lost": lost, "its response holds one of them": shows(createdOn(2, 40))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{lost, second}, lists: []exchange{lists(), lists(seven(1), profile(2, `"name":"b","weight":7`)), lists(seven(1), profile(2, `"name":"b","weight":7`))}}
				c := s.creator(noResends)
				got, err := s.create(t.Context(), c, sentSeven)
				wantUUID(t, got, err, uuid(1))
				_, err = s.create(t.Context(), c, `{"name":"b","weight":7}`)
				wantAmbiguous(t, err, "no new profile has this name, and ")
			})
		})
	}
}

// A proxy may send a POST twice. The result names the profile that was not adopted, and
// any profile that may only seem to be older.
func TestCreator_AdoptedProfile_OtherCandidatesArePossible(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{{
		name: "one of the first second", posts: []exchange{lost}, lists: []exchange{lists(), lists(createdOn(1, 15), createdOn(2, 10), createdOn(3, 9))},
		wantPosts: 1, wantLists: 2, wantUUID: uuid(1), wantPossible: []string{uuid(2), uuid(3)},
	}})
}

// A profile that can't be read may be a duplicate too.
func TestCreator_AdoptedProfile_UnreadableCandidateIsPossible(t *testing.T) {
	t.Parallel()
	runRecoveryTests(t, []recoveryTest{{
		name: "it can't be read", posts: []exchange{lost}, lists: []exchange{lists(), lists(createdOn(1, 15), profile(2, `"name":"a"`), six(3))},
		gets:      map[string]exchange{uuid(2): fails(errors.New("no reading"))},
		wantPosts: 1, wantLists: 2, wantUUID: uuid(1), wantPossible: []string{uuid(2)},
	}})
}

// Neither a list that is an old copy nor a list with a skipped item proves that a profile
// does not exist.
func TestCreator_StaleList_IsNoProof(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{fails(lostTo(io.EOF))}, lists: []exchange{lists(), lists().stale("it is a copy")}}
		_, err := s.create(t.Context(), s.creator(), sentSeven)
		wantAmbiguous(t, err, "no new profile has this name, but the list is not complete: it is a copy")
		s.wantRequests(t, 1, 6)
	})
}

// The fields of a result are those that the API has shown.
func TestCreator_AdoptedProfile_HasListedFields(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost}, lists: []exchange{lists(), lists(createdOn(1, 15))}}
		got, err := s.create(t.Context(), s.creator(), sentSeven)
		if diff := cmp.Diff(map[string]json.RawMessage(fieldsOf(createdOn(1, 15))), map[string]json.RawMessage(got.Fields)); err != nil || diff != "" {
			t.Errorf("fields (-want +got):\n%s%v", diff, err)
		}
	})
}
