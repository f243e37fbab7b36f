// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// contextFor returns a context that ends after d, like that of a client that disconnects.
func contextFor(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func hold() emulator.Rule { return always(emulator.Fault{Action: emulator.ActionHold}) }

func holdAfter() emulator.Rule { return always(emulator.Fault{Action: emulator.ActionHoldAfter}) }

func TestFault_Hold_WaitsForRelease(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*emulator.Emulator, *emulator.Injection){
		"released":          func(_ *emulator.Emulator, i *emulator.Injection) { i.Release() },
		"released twice":    func(_ *emulator.Emulator, i *emulator.Injection) { i.Release(); i.Release() },
		"removed":           func(_ *emulator.Emulator, i *emulator.Injection) { i.Remove() },
		"removed with all":  func(e *emulator.Emulator, _ *emulator.Injection) { e.RemoveRules() },
		"removed, released": func(_ *emulator.Emulator, i *emulator.Injection) { i.Remove(); i.Release(); i.Remove() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEmulator(t, emulator.Options{})
				rule := inject(t, e, hold())
				for range 3 {
					go createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
				}
				if err := rule.AwaitHeld(t.Context(), 3); err != nil {
					t.Error(err)
				}
				mustEqual(t, "fault in the log", emulator.ActionHold, e.Requests()[2].Fault)
				time.Sleep(time.Hour) // of the bubble's clock
				mustEqual(t, "profiles while held", 0, len(e.Profiles(emulator.MessagingProfile)))
				end(e, rule)
				synctest.Wait()
				mustEqual(t, "profiles afterwards", 3, len(e.Profiles(emulator.MessagingProfile)))
				createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
				mustEqual(t, "hits after the release", 3, rule.Hits())
				mustEqual(t, "fault of a later request", emulator.Action(""), e.Requests()[3].Fault)
			})
		})
	}
}

func TestFault_Hold_ClientDisconnects_HandlesRequest(t *testing.T) {
	t.Parallel()
	for profilesWhileHeld, rule := range []emulator.Rule{hold(), holdAfter()} {
		synctest.Test(t, func(t *testing.T) {
			e := newEmulator(t, emulator.Options{})
			held := inject(t, e, rule)
			hasEnded := false
			go func() {
				createMessaging(contextFor(t, time.Second), t, e, strings.NewReader(named("x")))
				hasEnded = true
			}()
			time.Sleep(time.Hour)
			synctest.Wait()
			mustEqual(t, "end of the request while held", false, hasEnded)
			mustEqual(t, "profiles while held", profilesWhileHeld, len(e.Profiles(emulator.MessagingProfile)))
			held.Release()
			synctest.Wait()
			mustEqual(t, "profiles", 1, len(e.Profiles(emulator.MessagingProfile)))
		})
	}
}

func TestFault_HoldAfter_RespondsAfterRelease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, holdAfter())
		responses := make(chan *httptest.ResponseRecorder, 3)
		for range 3 {
			go func() {
				got, _ := serveRequest(t, e, http.MethodPost, collection(emulator.MessagingProfile), named("x"), validHeader())
				responses <- got
			}()
		}
		if err := rule.AwaitHeld(t.Context(), 3); err != nil {
			t.Error(err)
		}
		mustEqual(t, "fault in the log", emulator.ActionHoldAfter, e.Requests()[2].Fault)
		mustEqual(t, "profiles while held", 3, len(e.Profiles(emulator.MessagingProfile)))
		time.Sleep(time.Hour) // of the bubble's clock
		mustEqual(t, "responses while held", 0, len(responses))
		mustEqual(t, "status in the log while held", 0, e.Requests()[2].Status)
		rule.Release()
		for range 3 {
			got := read(t, (<-responses).Result())
			mustEqual(t, "status", http.StatusCreated, got.status)
			_, stored := e.Profile(emulator.MessagingProfile, got.uuid())
			mustEqual(t, "profile of the response is stored", true, stored)
		}
		mustEqual(t, "profiles afterwards", 3, len(e.Profiles(emulator.MessagingProfile)))
		createMessaging(t.Context(), t, e, strings.NewReader(named("x")))
		mustEqual(t, "hits after the release", 3, rule.Hits())
		mustEqual(t, "fault of a later request", emulator.Action(""), e.Requests()[3].Fault)
	})
}

func TestAwaitHeld_CountsReleasedRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, hold())
		for n := range 3 {
			time.AfterFunc(time.Duration(n+1)*time.Minute, func() { createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`)) })
		}
		begin := time.Now()
		for _, n := range []int{0, 2, 1} {
			if err := rule.AwaitHeld(t.Context(), n); err != nil {
				t.Error(err)
			}
		}
		mustEqual(t, "time", 2*time.Minute, time.Since(begin))
		time.Sleep(time.Hour)
		rule.Release()
		if err := rule.AwaitHeld(t.Context(), 3); err != nil {
			t.Errorf("released requests do not count: %v", err)
		}
	})
}

func TestAwaitHeld_ContextEndsOrRuleIsRemoved_ReturnsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, hold())
		go createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
		err := rule.AwaitHeld(contextFor(t, time.Hour), 2)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "waiting for rule 1, which has held 1 of 2 requests: ") {
			t.Errorf("after the deadline: %v", err)
		}
		time.AfterFunc(time.Minute, rule.Remove)
		err = rule.AwaitHeld(t.Context(), 2)
		if err == nil || err.Error() != "rule 1 was released after it held 1 of 2 requests" {
			t.Errorf("after the removal: %v", err)
		}
		mustEqual(t, "status after the removal", http.StatusOK, status(t, e, http.MethodGet, "/profile/messaging", ""))
	})
}

// status sends a valid request and returns the status, or 0 without a response.
func status(t *testing.T, e *emulator.Emulator, method, path, body string) int {
	t.Helper()
	got, closed := serveRequest(t, e, method, path, body, validHeader())
	if closed {
		return 0
	}
	return got.Code
}
