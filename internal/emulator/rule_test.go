// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestRule_MethodAndPath(t *testing.T) {
	t.Parallel()
	const messaging, voice = "/profile/messaging", "/profile/outbound_voice"
	requests := []string{
		"GET " + messaging, "POST " + messaging, "GET " + messaging + "/" + unknownUUID, "DELETE " + messaging + "/" + unknownUUID,
		"GET " + voice, "PATCH " + voice + "/" + unknownUUID, "GET /auth", "GET ", "GET /a%2Fb", "SURPRISE /else/where",
	}
	for _, c := range []struct {
		method, path string
		want         []int // indexes of the requests that the rule hits
	}{
		{"", "", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"GET", "", []int{0, 2, 4, 6, 7, 8}},
		{"SURPRISE", "", []int{9}},
		{"", messaging, []int{0, 1}},
		{"POST", "/profile/*", []int{1}},
		{"", "/profile/*/*", []int{2, 3, 5}},
		{"", "/profile/m*/*", []int{2, 3}},
		{"GET", messaging + "/" + unknownUUID, []int{2}},
		{"", "/auth", []int{6}},
		{"", "/*", []int{6, 8}},
		{"PUT", messaging, nil},
	} {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, emulator.Rule{Method: c.method, Path: c.path, Faults: []emulator.Fault{{Action: emulator.ActionCloseBefore}}})
		var hit []int
		for i, request := range requests {
			method, path, _ := strings.Cut(request, " ")
			if status(t, e, method, path, "") == 0 {
				hit = append(hit, i)
			}
		}
		mustEqual(t, c.method+" "+c.path, c.want, hit)
	}
}

func TestRule_SkipAndTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		skip, times int
		want        []int
	}{
		{0, 0, []int{0, 0, 0, 0, 0}},
		{2, 0, []int{200, 200, 0, 0, 0}},
		{0, 1, []int{0, 200, 200, 200, 200}},
		{1, 2, []int{200, 0, 0, 200, 200}},
	} {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, emulator.Rule{
			Path: "/profile/messaging", Skip: c.skip, Times: c.times, Faults: []emulator.Fault{{Action: emulator.ActionCloseBefore}},
		})
		var got []int
		for range c.want {
			got = append(got, status(t, e, http.MethodGet, "/profile/messaging", ""))
			status(t, e, http.MethodGet, "/profile/outbound_voice", "") // does not match
		}
		mustEqual(t, "statuses", c.want, got)
		mustEqual(t, "hits", len(slices.DeleteFunc(got, func(s int) bool { return s != 0 })), rule.Hits())
	}
}

func TestRule_FirstThatHitsDecides(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	respond := func(status, skip, times int) *emulator.Injection {
		return inject(t, e, emulator.Rule{Skip: skip, Times: times, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: status}}})
	}
	first, second, third := respond(501, 0, 1), respond(502, 1, 0), respond(503, 0, 0)
	mustEqual(t, "ids", []int{1, 2, 3}, []int{first.ID(), second.ID(), third.ID()})
	get := func() int { return status(t, e, http.MethodGet, "/profile/messaging", "") }
	// The other rules do not count requests that the first rule hits.
	mustEqual(t, "statuses", []int{501, 503, 502, 502}, []int{get(), get(), get(), get()})
	second.Remove()
	mustEqual(t, "status without the second", 503, get())
	third.Remove()
	mustEqual(t, "status without any", 200, get())
	mustEqual(t, "hits", []int{1, 2, 2}, []int{first.Hits(), second.Hits(), third.Hits()})
	mustEqual(t, "id of another", 4, respond(504, 0, 0).ID())
}

func TestInject_CopiesRule(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	rule := always(emulator.Fault{Action: emulator.ActionRespond, Status: 503})
	inject(t, e, rule)
	rule.Faults[0].Status = 500
	mustEqual(t, "status", 503, status(t, e, http.MethodGet, "/auth", ""))
}

func TestInject_InvalidRule_ReturnsError(t *testing.T) {
	t.Parallel()
	hold := []emulator.Fault{{Action: emulator.ActionHold}}
	const respond, page, delay = emulator.ActionRespond, emulator.ActionPage, emulator.ActionDelay
	for want, rule := range map[string]emulator.Rule{
		`method must be in upper case, got "get"`:                {Method: "get", Faults: hold},
		`skip must be at least 0, got -1`:                        {Skip: -1, Faults: hold},
		`times must be at least 0, got -2`:                       {Times: -2, Faults: hold},
		`probability must be from 0 to 1, got -0.1`:              {Probability: -0.1, Faults: hold},
		`probability must be from 0 to 1, got 1.1`:               {Probability: 1.1, Faults: hold},
		`probability must be from 0 to 1, got NaN`:               {Probability: math.NaN(), Faults: hold},
		`faults must have at least one element, got none`:        {},
		`path must be a valid pattern of path.Match, got "/["`:   {Path: "/[", Faults: hold},
		`path must be a valid pattern of path.Match, got "/a/["`: {Path: "/a/[", Faults: hold},
		`path must begin with a slash, got "auth"`:               {Path: "auth", Faults: hold},
		`path must not include /rest, got "/rest/auth"`:          {Path: "/rest/auth", Faults: hold},
		`faults[1].action must be one of close_after, `:          {Faults: append(slices.Clone(hold), emulator.Fault{Action: "explode"})},
		`, page, reject, respond, got "explode"`:                 always(emulator.Fault{Action: "explode"}),
		`, got ""`:                                               always(emulator.Fault{}),
		`faults[0].status must be from 400 to 599 for respond, `: always(emulator.Fault{Action: respond}),
		`status must be 200 or from 400 to 599 for page, got 0`:  always(emulator.Fault{Action: page}),
		`for respond, got 399`:                                   always(emulator.Fault{Action: respond, Status: 399}),
		`for respond, got 200`:                                   always(emulator.Fault{Action: respond, Status: 200}),
		`for respond, got 600`:                                   always(emulator.Fault{Action: respond, Status: 600}),
		`599 for page, got 204`:                                  always(emulator.Fault{Action: page, Status: 204}),
		`status is not allowed for reject, got 400`:              always(emulator.Fault{Action: emulator.ActionReject, Status: 400}),
		`for must be more than 0 for delay, got 0s`:              always(emulator.Fault{Action: delay}),
		`for must be more than 0 for lag, got -1ns`:              always(emulator.Fault{Action: emulator.ActionLag, For: -1}),
		`for is not allowed for hold_after, got 1ns`:             always(emulator.Fault{Action: emulator.ActionHoldAfter, For: 1}),
		`status is not allowed for hold_after, got 400`:          always(emulator.Fault{Action: emulator.ActionHoldAfter, Status: 400}),
		`for is not allowed for hold, got 1ns`:                   always(emulator.Fault{Action: emulator.ActionHold, For: 1}),
		`retry_after must be at least 0, got -1`:                 always(emulator.Fault{Action: respond, Status: 429, RetryAfter: -1}),
		`retry_after is not allowed for cut, got 1`:              always(emulator.Fault{Action: emulator.ActionCut, RetryAfter: 1}),
		`faults[0].retry_after_date requires retry_after`:        always(emulator.Fault{Action: page, Status: 503, RetryAfterDate: true}),
		`retry_after_date requires retry_after`:                  always(emulator.Fault{Action: delay, For: 1, RetryAfterDate: true}),
	} {
		e := newEmulator(t, emulator.Options{})
		if _, err := e.Inject(rule); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "invalid rule: ") {
			t.Errorf("want %q, got %v", want, err)
		}
		mustEqual(t, "status without a rule", http.StatusOK, status(t, e, http.MethodGet, "/profile/messaging", ""))
	}
}

func TestInject_StatusAtLimit_IsAccepted(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	for _, fault := range []emulator.Fault{
		{Action: emulator.ActionRespond, Status: 400},
		{Action: emulator.ActionRespond, Status: 599},
		{Action: emulator.ActionPage, Status: 200},
		{Action: emulator.ActionPage, Status: 400},
	} {
		if _, err := e.Inject(always(fault)); err != nil {
			t.Errorf("%s with status %d: %v", fault.Action, fault.Status, err)
		}
	}
}
