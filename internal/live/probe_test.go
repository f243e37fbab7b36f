// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// probe asks what the provider never would. What it makes it removes again.
func (a *account) probe(base string) {
	a.t.Helper()
	for _, arc := range acctest.Lifecycles() {
		a.probeKind(arc)
	}
	a.probePlainHTTP(base)
}

func (a *account) probeKind(arc acctest.Lifecycle) {
	a.t.Helper()
	before, complete := a.list(arc.Kind)
	if !complete { // then it could not be told what is somebody else's
		a.complain("%s: the list is not answered as a whole, and nothing is asked", arc.Kind)
		return
	}
	nameless := a.send(http.MethodPost, arc.Kind, "", map[string]any{})
	if uuid, made := made(nameless, arc.Kind, before); made { // the sweeper would not know it
		a.remove(arc.Kind, uuid)
	}
	created := a.send(http.MethodPost, arc.Kind, "", map[string]any{"name": probeName})
	uuid, ok := made(created, arc.Kind, before)
	if profile, _ := a.Profile(arc.Kind, uuid); !ok || profile["name"] != probeName {
		a.complain("%s: a create is answered %d, without a new profile of the name", arc.Kind, created.status)
		return
	}
	a.send(http.MethodGet, arc.Kind, "", nil)
	for _, field := range slices.Sorted(maps.Keys(arc.First)) {
		if field == "name" {
			continue
		}
		names := []string{field}
		if other, ok := otherSpellings[field]; ok {
			names = append(names, other)
		}
		for _, name := range names {
			// Two values, or a null that resets a field to one of them would look like one that does nothing.
			for _, value := range []any{arc.Second[field], nil, arc.First[field], nil} {
				a.modify(arc.Kind, uuid, map[string]any{name: value})
			}
		}
	}
	if _, ok := arc.First["daily_spend_limit"]; ok {
		a.modify(arc.Kind, uuid, map[string]any{"daily_spend_limit": precise})
		a.modify(arc.Kind, uuid, map[string]any{"daily_spent_limit": precise})
	}
	a.modify(arc.Kind, uuid, map[string]any{"name": acctest.NamePrefix + strings.Repeat("x", 255)})
	a.remove(arc.Kind, uuid)
	a.send(http.MethodGet, arc.Kind, uuid, nil)
}

const probeName = acctest.NamePrefix + "probe"

// made returns the uuid of the one profile in the answer to a create, if it was not there before.
func made(create exchange, kind emulator.Kind, before []any) (uuid string, ok bool) {
	uuid, ok = create.profile(kind)["uuid"].(string)
	known := slices.ContainsFunc(before, func(element any) bool { return profileIn(element, kind)["uuid"] == uuid })
	return uuid, ok && !known && create.succeeded()
}

// modify changes the probe's own profile, and looks what became of it.
func (a *account) modify(kind emulator.Kind, uuid string, fields map[string]any) {
	a.t.Helper()
	a.send(http.MethodPatch, kind, uuid, fields)
	a.send(http.MethodGet, kind, uuid, nil)
}

// remove removes a profile that the probe has made.
func (a *account) remove(kind emulator.Kind, uuid string) {
	a.t.Helper()
	if removed := a.send(http.MethodDelete, kind, uuid, nil); removed.status/100 != 2 {
		a.complain("%s %s stays: its removal is answered %d", kind, uuid, removed.status)
	}
}

// precise is a number that has more digits than 32 bits hold, however they are written.
const precise = 0.123456789

// probePlainHTTP asks without encryption, and without any credentials. An API that is on this machine has none to ask.
func (a *account) probePlainHTTP(base string) {
	a.t.Helper()
	target, err := url.Parse(base)
	if err != nil || target.Scheme != "https" {
		return
	}
	target.Scheme = "http"
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, target.JoinPath("auth").String(), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	answer, err := a.pass(request, plainHTTP)
	if err != nil {
		a.t.Logf("plain http: %s", err)
		return
	}
	_ = answer.Body.Close()
}

// plainHTTP is what the witness takes for the path of a request without encryption.
const plainHTTP = "plain http"
