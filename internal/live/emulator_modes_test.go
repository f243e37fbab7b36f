// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// verdicts returns the verdict of each statement.
func (r report) verdicts() map[string]string {
	all := make(map[string]string)
	for _, row := range r.rows {
		all[row[0]] = row[2]
	}
	return all
}

// wantDetails checks the details of some statements.
func (r report) wantDetails(t *testing.T, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
	for _, row := range r.rows {
		if want[row[0]] != "" {
			got[row[0]] = row[3]
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

// differences returns the verdicts that differ from those of a faithful emulator.
func differences(faithful, other report) map[string]string {
	usual, all := faithful.verdicts(), other.verdicts()
	for text, verdict := range all {
		if usual[text] == verdict {
			delete(all, text)
		}
	}
	return all
}

// checkInEmulator checks all statements in an emulator whose responses have canaries. The
// account has profiles of others, and the report must have no secrets. If the emulator has no
// faults, only the profiles of others must be left.
func checkInEmulator(t *testing.T, m mode) report {
	t.Helper()
	m.options.APIKeys = map[string]time.Duration{apiKey: 0}
	env := acctest.New(t, m.options)
	for _, kind := range emulator.Kinds() {
		if _, err := env.Add(kind, map[string]any{"name": canary}); err != nil {
			t.Fatal(err)
		}
	}
	if m.rule.Method != "" {
		env.Inject(t, m.rule)
	}
	a := emulated(t, env, m.way, append(m.wrappers, withCanaries)...)
	a.readOnly = m.readOnly
	if err := a.authenticate(); err != nil {
		t.Fatal(err)
	}
	r := a.check()
	r.head = a.head()
	wantNoSecrets(t, r)
	for _, kind := range emulator.Kinds() {
		if n := len(env.Profiles(kind)); n != 1 && m.rule.Method == "" {
			t.Errorf("%d profiles are left, want only the one of others: %s", n, kind)
		}
	}
	return r
}

// mode is a form of the API.
type mode struct {
	options  emulator.Options
	rule     emulator.Rule
	way      string // byLogin if it is ""
	readOnly string
	wrappers []wrapper
	// want are the verdicts that differ from those of a faithful emulator.
	want map[string]string
	// details are some details of the report. They name only fields of public sources, and show
	// only values that can't belong to the account.
	details map[string]string
}

// TestStatements_OtherAPI checks that a form of the API that differs from CONTRACT.md changes
// exactly the verdicts about the difference, and that the details say why.
func TestStatements_OtherAPI(t *testing.T) {
	t.Parallel()
	faithful := checkInEmulator(t, mode{})
	if diff := cmp.Diff(faithfulRefuted, faithful.with(refuted)); diff != "" {
		t.Errorf("refuted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(unreachable, faithful.with(notReached)); diff != "" {
		t.Errorf("not reached (-want +got):\n%s", diff)
	}
	onlyAliases := map[string]string{
		"messaging: requests may use toll_free_weight":        refuted,
		"messaging: requests may use tollfree_weight":         confirmed,
		"outbound_voice: requests may use daily_spend_limit":  refuted,
		"outbound_voice: requests may use daily_spent_limit":  confirmed,
		"outbound_voice: responses contain daily_spend_limit": refuted,
	}
	writes := []string{"PATCH without the permission gets 401", "DELETE without the permission gets 401"}
	respond := func(method string, status, times int) emulator.Rule {
		return emulator.Rule{Method: method, Times: times, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: status, RetryAfter: 1}}}
	}
	for name, m := range map[string]mode{
		"faithful": {details: map[string]string{
			"messaging: a name sent in NFD comes back in NFD":  "PATCH /profile/messaging/{uuid}: 200, comes back in NFD",
			"messaging: PATCH without the permission gets 401": "set OPENTACT_TESTACC_LIVE_READ_ONLY_TOKEN",
			"an API key is accepted in X-Auth-Token":           "the credentials are not an API key",
		}},
		"token": {way: byToken, want: map[string]string{"GET /auth responds with a JWT that is valid for 86,400 s": notReached}},
		"API key": {way: byAPIKey, want: map[string]string{
			"GET /auth responds with a JWT that is valid for 86,400 s": notReached,
			"an API key is accepted in Authorization: Bearer":          confirmed,
			"an API key is accepted in X-Auth-Token":                   refuted,
			"a wrong API key gets a 401 with the API's JSON error":     confirmed,
		}},
		"API keys in X-Auth-Token": {way: byAPIKey, wrappers: []wrapper{keysInXAuthToken}, want: map[string]string{
			"GET /auth responds with a JWT that is valid for 86,400 s": notReached,
			"an API key is accepted in Authorization: Bearer":          refuted,
			"an API key is accepted in X-Auth-Token":                   confirmed,
			"a wrong API key gets a 401 with the API's JSON error":     confirmed,
		}},
		"short lifetime": {options: emulator.Options{TokenLifetime: time.Hour}, want: map[string]string{"GET /auth responds with a JWT that is valid for 86,400 s": refuted}},
		"leases": {options: emulator.Options{Shape: emulator.ShapeDocument}, want: forBoth(refuted,
			"the payload of the list is an array of profiles", "the payload of POST, GET and PATCH is the profile itself")},
		"pages":         {options: emulator.Options{PageSize: 7}, want: forBoth(refuted, "the payload of the list is an array of profiles", "the list has no pages")},
		"ignores names": {options: emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore}, want: onlyAliases},
		"rejects names": {options: emulator.Options{FieldNames: emulator.FieldNamesAliasReject}, want: onlyAliases},
		"NFD": {options: emulator.Options{Decompose: true}, want: forBoth(refuted, "a name sent in NFC comes back in NFC"), details: map[string]string{
			"outbound_voice: a name sent in NFC comes back in NFC": "PATCH /profile/outbound_voice/{uuid}: 200, comes back in NFD",
		}},
		"NFC": {wrappers: []wrapper{composedNames}, want: forBoth(refuted, "a name sent in NFD comes back in NFD"), details: map[string]string{
			"messaging: a name sent in NFD comes back in NFD": "PATCH /profile/messaging/{uuid}: 200, comes back in NFC",
		}},
		"meta and values": {wrappers: []wrapper{metaAndValues}, want: forBoth(refuted, "an error has no meta", "an error does not repeat the rejected value in fields")},
		"defaults": {
			options: emulator.Options{Defaults: map[emulator.Kind]map[string]any{
				emulator.MessagingProfile:     {"callback_url": canary, "sticky_sender": true, "long_code_weight": 9},
				emulator.OutboundVoiceProfile: {"tech_prefix": 123456, "filemat": "mp3", "channel_limit": 7.5, "record_calls": nil},
			}},
			want: map[string]string{
				"messaging: callback_url is null if POST omits it":       refuted,
				"messaging: sticky_sender is false if POST omits it":     refuted,
				"messaging: long_code_weight is 1 if POST omits it":      refuted,
				"outbound_voice: tech_prefix is null if POST omits it":   refuted,
				"outbound_voice: filemat is wav if POST omits it":        refuted,
				"outbound_voice: channel_limit is null if POST omits it": refuted,
				"outbound_voice: record_calls is 0 if POST omits it":     refuted,
			},
			details: map[string]string{
				"messaging: callback_url is null if POST omits it":       "POST /profile/messaging: 201, is a text",
				"messaging: sticky_sender is false if POST omits it":     "POST /profile/messaging: 201, is true",
				"messaging: long_code_weight is 1 if POST omits it":      "POST /profile/messaging: 201, is 9",
				"outbound_voice: tech_prefix is null if POST omits it":   "POST /profile/outbound_voice: 201, is a large number",
				"outbound_voice: filemat is wav if POST omits it":        "POST /profile/outbound_voice: 201, is mp3",
				"outbound_voice: channel_limit is null if POST omits it": "POST /profile/outbound_voice: 201, is 7.5",
				"outbound_voice: record_calls is 0 if POST omits it":     "POST /profile/outbound_voice: 201, is null",
			},
		},
		"throttles":    {rule: respond(http.MethodDelete, http.StatusTooManyRequests, 3), want: map[string]string{"a response with 429 has Retry-After": confirmed}},
		"can't delete": {rule: respond(http.MethodDelete, http.StatusConflict, 0), want: forBoth(refuted, "DELETE responds with 200 and an object")},
		"can't create": {rule: respond(http.MethodPost, http.StatusConflict, 0), want: notCreated(faithful, emulator.Kinds()...), details: map[string]string{
			"messaging: POST needs only a name": "POST /profile/messaging: 409, the error names no known field",
		}},
		"product form": {wrappers: []wrapper{productForm}, want: notCreated(faithful, emulator.OutboundVoiceProfile), details: map[string]string{
			"outbound_voice: POST needs only a name":      "POST /profile/outbound_voice: 400, the error names class4_ingress_trunk_settings, product",
			"outbound_voice: null does not unset filemat": "no profile was created",
		}},
		"product fields": {wrappers: []wrapper{withProductFields}, want: map[string]string{
			"outbound_voice: responses don't contain class4_ingress_trunk_settings": refuted,
			"outbound_voice: responses don't contain is_active":                     refuted,
			"outbound_voice: responses don't contain product":                       refuted,
		}},
		"unique names":           {wrappers: []wrapper{uniqueNames}, want: forBoth(refuted, "a second profile may have the same name")},
		"401 without permission": {readOnly: readOnlyToken, wrappers: []wrapper{readOnlyUser(http.StatusUnauthorized)}, want: forBoth(confirmed, writes...)},
		"403 without permission": {readOnly: readOnlyToken, wrappers: []wrapper{readOnlyUser(http.StatusForbidden)}, want: forBoth(refuted, writes...), details: map[string]string{
			"messaging: PATCH without the permission gets 401": "PATCH /profile/messaging/{uuid}: 403",
		}},
		"user has the permission": {readOnly: readOnlyToken, wrappers: []wrapper{readOnlyUser(0)}, details: map[string]string{
			"outbound_voice: DELETE without the permission gets 401": "the user of the token has the permission: DELETE /profile/outbound_voice/{uuid}: 200",
		}},
		"read-only token is not valid": {readOnly: "expired", details: map[string]string{
			"outbound_voice: PATCH without the permission gets 401": "the user of the token can't read the profile: GET /profile/outbound_voice/{uuid}: 401",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := checkInEmulator(t, m)
			if diff := cmp.Diff(m.want, differences(faithful, r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("verdicts that differ from a faithful emulator (-want +got):\n%s", diff)
			}
			r.wantDetails(t, m.details)
		})
	}
}

// forBoth returns the verdict of statements about each kind.
func forBoth(verdict string, statements ...string) map[string]string {
	all := make(map[string]string)
	for _, kind := range emulator.Kinds() {
		for _, s := range statements {
			all[string(kind)+": "+s] = verdict
		}
	}
	return all
}

// notCreated returns the verdicts of an API that rejects the create of these kinds.
func notCreated(faithful report, kinds ...emulator.Kind) map[string]string {
	all := make(map[string]string)
	for _, kind := range kinds {
		prefix := string(kind) + ": "
		for text, verdict := range faithful.verdicts() {
			if strings.HasPrefix(text, prefix) && verdict != notReached {
				all[text] = notReached
			}
		}
		delete(all, prefix+"the payload of the list is an array of profiles")
		delete(all, prefix+"the list has no pages")
		all[prefix+"POST needs only a name"] = refuted
	}
	return all
}

// TestStatements_NoDecision checks that nothing is refuted if the API does not decide: a PATCH
// gets a 503, or a list is not complete.
func TestStatements_NoDecision(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]mode{
		"no PATCH": {
			rule: emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable}}},
			details: map[string]string{
				`messaging: POST, GET, PATCH and the list respond with "success": true`: "PATCH /profile/messaging/{uuid}: 503",
				"messaging: null unsets callback_url":                                   "no value was stored",
			},
		},
		"no list": {rule: emulator.Rule{Method: http.MethodGet, Path: "/profile/*", Faults: []emulator.Fault{{Action: emulator.ActionCut}}}},
		"no POST": {rule: emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionPage, Status: http.StatusBadGateway}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := checkInEmulator(t, m)
			if diff := cmp.Diff([]string(nil), r.with(refuted)); diff != "" {
				t.Errorf("refuted (-want +got):\n%s", diff)
			}
			r.wantDetails(t, m.details)
		})
	}
}

// TestStatements_AllFields checks that each field except the name has a statement about null and
// one about its default.
func TestStatements_AllFields(t *testing.T) {
	t.Parallel()
	texts := strings.Join(slices.Sorted(maps.Keys(checkInEmulator(t, mode{}).verdicts())), "\n")
	for _, lifecycle := range acctest.Lifecycles() {
		for field := range contract().Components.Schemas[lifecycle.Schema+"Create"].Value.Properties {
			for _, about := range []string{field + ` is \S+ if POST omits it`, `null (unsets|does not unset) ` + field} {
				about = fmt.Sprintf(`(?m)^%s: %s$`, lifecycle.Kind, about)
				if field != "name" && !regexp.MustCompile(about).MatchString(texts) {
					t.Errorf("no statement matches %s", about)
				}
			}
		}
	}
}
