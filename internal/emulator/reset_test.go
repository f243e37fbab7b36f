// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestReset_ClearsProfilesLogAndRules(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{RequestsPerSecond: 1000})
	token := a.login(emulator.DefaultEmail, emulator.DefaultPassword, "").token()
	for _, kind := range emulator.Kinds() {
		a.Protect(kind, a.add(kind, map[string]any{"name": "protected"}), "In use")
	}
	rule := inject(t, a.Emulator, always(emulator.Fault{Action: emulator.ActionReject}))
	a.Reset()
	mustEqual(t, "log", []emulator.Request{}, a.Requests())
	for _, kind := range emulator.Kinds() {
		mustEqual(t, "list", []any{}, a.expect(http.StatusOK, a.send(http.MethodGet, collection(kind), "")).list())
		if err := a.Seed(fmt.Appendf(nil, `{%q: [{"name": "new", "uuid": %q}]}`, kind, seedUUID[:35]+fmt.Sprint(len(kind)%10))); err != nil {
			t.Error(err)
		}
	}
	mustEqual(t, "hits of the removed rule", 0, rule.Hits())
	mustEqual(t, "token of a login", http.StatusOK, a.sendWith(http.MethodGet, "/rest/profile/messaging", "", http.Header{"X-Auth-Token": {token}}).status)
	mustEqual(t, "id of the next rule", 2, inject(t, a.Emulator, hold()).ID())
}

func TestReset_EndsHistoryAndProtection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		const kind = emulator.MessagingProfile
		seed := []byte(`{"messaging": [{"name": "x", "uuid": "` + seedUUID + `"}]}`)
		if err := e.Seed(seed); err != nil {
			t.Fatal(err)
		}
		e.Protect(kind, seedUUID, "In use")
		time.Sleep(time.Hour) // of the bubble's clock
		e.Reset()
		inject(t, e, always(emulator.Fault{Action: emulator.ActionLag, For: emulator.Duration(time.Minute)}))
		single, listed := readNames(t, e, kind, seedUUID)
		mustEqual(t, "names a minute before the reset", []any{nil, nil}, []any{single, listed})
		if err := e.Seed(seed); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, "DELETE", http.StatusOK, status(t, e, http.MethodDelete, item(kind, seedUUID), ""))
	})
}

// A request that is held during a reset is released. Its response and the call of OnRequest are as usual, but the
// request is not in the log.
func TestReset_HeldRequest_IsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, rule := range []emulator.Rule{hold(), holdAfter()} {
			var ended []emulator.Request
			e := newEmulator(t, emulator.Options{OnRequest: func(r emulator.Request) { ended = append(ended, r) }})
			inject(t, e, rule)
			go createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
			synctest.Wait()
			e.Reset()
			synctest.Wait()
			mustEqual(t, "log", []emulator.Request{}, e.Requests())
			if len(ended) != 1 || ended[0].Status != http.StatusCreated || ended[0].Fault != rule.Faults[0].Action {
				t.Errorf("calls of OnRequest: %+v", ended)
			}
		}
	})
}

func TestReset_ConcurrentRequests_GetValidResponses(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	var working sync.WaitGroup
	for range 4 {
		working.Go(func() {
			for range 5 {
				inject(t, a.Emulator, emulator.Rule{Method: http.MethodGet, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
				uuid := a.expect(http.StatusCreated, a.send(http.MethodPost, collection(emulator.MessagingProfile), named("x"))).uuid()
				for _, method := range []string{http.MethodPatch, http.MethodGet, http.MethodDelete} {
					body := ""
					if method == http.MethodPatch {
						body = named("y")
					}
					if got := a.send(method, item(emulator.MessagingProfile, uuid), body); got.status != http.StatusOK && got.status != http.StatusNotFound {
						t.Errorf("%s: status %d: %s", method, got.status, got.raw)
					}
				}
			}
		})
	}
	stop := make(chan struct{})
	var resetting sync.WaitGroup
	resetting.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				a.Reset() // also releases the held requests
				_ = a.Requests()
			}
		}
	})
	working.Wait()
	close(stop)
	resetting.Wait()
	a.Reset()
	mustEqual(t, "log", 0, len(a.Requests()))
	mustEqual(t, "profiles", 0, len(a.Profiles(emulator.MessagingProfile)))
}
