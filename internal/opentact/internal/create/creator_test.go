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
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// noResends makes creates end after the first ambiguous POST.
func noResends(o *create.Options) { o.MaxRetries = 0 }

func wantUUID(t *testing.T, got create.Result, err error, want string) {
	t.Helper()
	if err != nil || got.Fields.UUID() != want {
		t.Errorf("the create got %q, want %q: %v", got.Fields.UUID(), want, err)
	}
}

func TestCreator_ResponseArrives_ReturnsItsProfile(t *testing.T) {
	t.Parallel()
	s := &script{posts: []exchange{shows(seven(1))}, lists: []exchange{lists()}}
	got, err := s.create(t.Context(), s.creator(), sentSeven)
	want := create.Result{Fields: fieldsOf(`{"created_on":"2026-11-25T12:00:20Z",` + seven(1)[1:])}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("result (-want +got):\n%s%v", diff, err)
	}
	s.wantRequests(t, 1, 1)
}

func TestCreator_ResponseShowsNoName_ReadsProfile(t *testing.T) {
	t.Parallel()
	s := &script{posts: []exchange{shows(profile(1, `"weight":7`))}, lists: []exchange{lists()}, gets: map[string]exchange{uuid(1): shows(seven(1))}, timeless: true}
	got, err := s.create(t.Context(), s.creator(), sentSeven)
	if diff := cmp.Diff(fieldsOf(seven(1)), got.Fields); err != nil || diff != "" || got.Ambiguous != nil {
		t.Errorf("fields (-want +got):\n%s%v, %v", diff, err, got.Ambiguous)
	}
}

func TestCreator_ClearError_ReturnsItUnchanged(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"rejected":     rejected(http.StatusBadRequest, "bad"),
		"throttled":    &apierror.APIError{Request: about(apierror.Throttled), Status: http.StatusTooManyRequests},
		"not sent":     notSent(context.Canceled),
		"login failed": &apierror.LoginError{Err: errors.New("no")},
		"other error":  io.ErrUnexpectedEOF,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{posts: []exchange{fails(want)}, lists: []exchange{lists()}}
			got, err := s.create(t.Context(), s.creator(), sentSeven)
			if !errors.Is(err, want) || cmp.Diff(create.Result{}, got) != "" {
				t.Errorf("got %+v, %v", got, err)
			}
			s.wantRequests(t, 1, 1)
		})
	}
}

func TestCreator_Result_SaysHowProfileWasFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := page(http.StatusBadGateway)
		s := &script{posts: []exchange{fails(cause), lost, shows(seven(1))}, lists: []exchange{lists()}}
		got, err := s.create(t.Context(), s.creator(), sentSeven)
		if err != nil || !errors.Is(got.Ambiguous, lost.err) || got.Resends != 2 || got.Duplicates != nil {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestCreator_AmbiguousOutcome_UnwrapsToPostError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost}, lists: []exchange{lists()}}
		_, err := s.create(t.Context(), s.creator(noResends), sentSeven)
		if !errors.Is(err, lost.err) || apierror.OutcomeOf(err) != apierror.Ambiguous || !strings.Contains(err.Error(), `a profile named "a"`) {
			t.Errorf("got %v", err)
		}
	})
}

func TestCreator_List_KnowsSentFields(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, object := range []string{sentSeven, `{"name":"b","url":"https://b.example"}`} {
			s := &script{posts: []exchange{lost}, lists: []exchange{lists()}}
			_, _ = s.create(t.Context(), s.creator(), object)
			if diff := cmp.Diff(fieldsOf(object), s.known); diff != "" {
				t.Errorf("the list can't redact what was sent (-want +got):\n%s", diff)
			}
		}
	})
}

func TestCreator_Adopt_IsCalledForEachProfile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(seven(1)), lost}, lists: []exchange{lists(), lists(seven(1), seven(2))}}
		c := s.creator()
		for range 2 {
			if _, err := s.create(t.Context(), c, sentSeven); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff([]string{uuid(1), uuid(2)}, s.adopted); diff != "" {
			t.Errorf("adopted (-want +got):\n%s", diff)
		}
	})
}

func TestCreator_ProfileOfAnotherResource_IsNotAdopted(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]exchange{"its response is lost": lost, "its response describes the other profile": shows(seven(1))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{shows(seven(1)), second}, lists: []exchange{lists(), lists(seven(1))}}
				c := s.creator(noResends)
				got, err := s.create(t.Context(), c, sentSeven)
				wantUUID(t, got, err, uuid(1))
				got, err = s.create(t.Context(), c, sentSeven)
				wantAmbiguous(t, err, "no new profile has this name except those of other resources, "+uuid(1)+", and ")
				if got.Fields != nil {
					t.Errorf("the second create adopted %s", got.Fields.UUID())
				}
				if len(second.pages) > 0 && !strings.Contains(err.Error(), "it describes profile "+uuid(1)+", which belongs to another resource") {
					t.Errorf("the error does not say what the response described: %v", err)
				}
			})
		})
	}
}

// A create with an ambiguous outcome may have made a profile.
func TestCreator_EarlierAmbiguousOutcome(t *testing.T) {
	t.Parallel()
	plain := profile(2, `"name":"a","weight":0`)
	for name, test := range map[string]struct {
		sent, listed string
		want         string // a UUID, or a part of the reason
	}{
		"the second create finds its own":        {`{"name":"a","weight":3}`, seven(1) + "," + profile(2, `"name":"a","weight":3`), uuid(2)},
		"the second create made none":            {`{"name":"a","weight":3}`, seven(1), "other values than were sent"},
		"the second create sent less":            {`{"name":"a"}`, seven(1) + "," + plain, "2 new profiles have this name"},
		"the second create sent the same":        {sentSeven, seven(1) + "," + seven(2), "2 new profiles have this name"},
		"the second create sent another name":    {`{"name":"b"}`, seven(1) + "," + profile(2, `"name":"b"`), uuid(2)},
		"the second create can have its profile": {sentSeven, seven(1), uuid(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{lost}, lists: []exchange{lists(), fails(page(http.StatusForbidden)), lists(test.listed)}, gets: map[string]exchange{uuid(2): shows(profile(2, `"name":"b"`))}}
				c := s.creator(noResends)
				_, err := s.create(t.Context(), c, sentSeven)
				wantAmbiguous(t, err, "the list could not be read")
				got, err := s.create(t.Context(), c, test.sent)
				if wire.IsUUID(test.want) {
					wantUUID(t, got, err, test.want)
				} else if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			})
		})
	}
}

func TestCreator_ListLacksEarlierProfile_DoesNotResend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(profile(2, `"name":"b"`)), lost}, lists: []exchange{lists()}}
		c := s.creator()
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(2))
		_, err = s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, "no new profile has this name, but the list does not show profiles that were created before: "+uuid(2))
		s.wantRequests(t, 2, 6)
	})
}

func TestCreator_ListLacksEarlierProfiles_NamesThemInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{lists: []exchange{lists()}}
		c := s.creator()
		var earlier []string
		for n := 10; n < 20; n++ {
			s.posts = append(s.posts, makes(n))
			got, err := s.create(t.Context(), c, `{"name":"b"}`)
			wantUUID(t, got, err, uuid(n))
			earlier = append(earlier, uuid(n))
		}
		s.posts = append(s.posts, lost)
		_, err := s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, strings.Join(earlier, ", "))
	})
}

func TestCreator_Exclude_ListMayLackProfile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(profile(2, `"name":"b"`)), lost, shows(seven(1))}, lists: []exchange{lists()}}
		c := s.creator()
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(2))
		c.Exclude(uuid(2))
		got, err = s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(1))
	})
}

func TestCreator_Exclude_WhileListIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(profile(2, `"name":"b"`)), lost, shows(seven(1))}, lists: []exchange{lists()}}
		var c *create.Creator
		c = s.creator(func(o *create.Options) {
			o.List = func(ctx context.Context, sent wire.RawFields) (*pager.List, error) {
				if s.listed == 2 { // the last list before the POST is sent again
					c.Exclude(uuid(2))
				}
				return s.list(ctx, sent)
			}
		})
		got, err := s.create(t.Context(), c, `{"name":"b"}`)
		wantUUID(t, got, err, uuid(2))
		got, err = s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(1))
		s.wantRequests(t, 3, 5)
	})
}

// A create of another name runs while the list is read.
func TestCreator_CreateOfAnotherName_WhileListIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, test := range map[string]struct {
			listed exchange
			other  string
			want   string // a UUID, or a part of the reason
		}{
			"the list lacks its profile":               {lists(), profile(2, `"name":"b"`), uuid(3)},
			"its response describes the wrong profile": {lists(seven(1)), profile(1, `"name":"b","weight":7`), "the list shows profile " + uuid(1) + ", which belongs to another resource"},
		} {
			s := &script{posts: []exchange{lost, shows(test.other), shows(seven(3))}, lists: []exchange{lists(), lists(), test.listed.taking(10 * time.Second), lists(test.other, seven(3))}}
			c := s.creator()
			time.AfterFunc(5*time.Second, func() {
				got, err := s.create(t.Context(), c, `{"name":"b"}`)
				wantUUID(t, got, err, fieldsOf(test.other).UUID())
			})
			got, err := s.create(t.Context(), c, sentSeven)
			if wire.IsUUID(test.want) {
				wantUUID(t, got, err, test.want)
				if got.Resends != 1 {
					t.Errorf("%s: the POST was resent %d times", name, got.Resends)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, want %q", name, err, test.want)
			}
		}
	})
}

func TestCreator_DeletedProfileInLaggingList_IsNotAdopted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{shows(seven(1)), lost}, lists: []exchange{lists(), lists(seven(1))}}
		c := s.creator(noResends)
		got, err := s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(1))
		c.Exclude(uuid(1))
		_, err = s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, "no new profile has this name, and")
	})
}

func TestCreator_Duplicate_IsNotAdoptedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost, shows(seven(1)), lost}, lists: []exchange{lists(), lists(), lists(), lists(seven(1), seven(2))}}
		c := s.creator(func(o *create.Options) { o.MaxRetries = 1 })
		got, err := s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(1))
		if diff := cmp.Diff([]string{uuid(2)}, got.Duplicates); diff != "" {
			t.Errorf("duplicates (-want +got):\n%s", diff)
		}
		_, err = s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, "no new profile has this name except those of other resources, "+uuid(1))
	})
}
