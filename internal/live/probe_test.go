// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// probe asks what the provider never would. What it makes it removes again.
func (a *account) probe(base string) {
	a.t.Helper()
	for _, arc := range acctest.Arcs() {
		a.probeKind(arc)
	}
	a.probePlainHTTP(base)
}

func (a *account) probeKind(arc acctest.Arc) {
	a.t.Helper()
	nameless := a.send(http.MethodPost, arc.Kind, "", map[string]any{})
	if uuid, made := nameless.profile(arc.Kind)["uuid"].(string); made && nameless.succeeded() {
		a.send(http.MethodDelete, arc.Kind, uuid, nil) // the sweeper would not know it
	}
	created := a.send(http.MethodPost, arc.Kind, "", map[string]any{"name": acctest.NamePrefix + "probe"})
	uuid, ok := created.profile(arc.Kind)["uuid"].(string)
	if !created.succeeded() || !ok {
		a.t.Errorf("%s: a create is answered %d, without a profile", arc.Kind, created.status)
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
		for _, name := range names { // a null counts only where a value was stored before
			for _, value := range []any{arc.Second[field], arc.First[field], nil} {
				a.send(http.MethodPatch, arc.Kind, uuid, map[string]any{name: value})
				a.send(http.MethodGet, arc.Kind, uuid, nil)
			}
		}
	}
	if _, ok := arc.First["daily_spend_limit"]; ok {
		a.send(http.MethodPatch, arc.Kind, uuid, map[string]any{"daily_spend_limit": tenth})
		a.send(http.MethodPatch, arc.Kind, uuid, map[string]any{"daily_spent_limit": tenth})
		a.send(http.MethodGet, arc.Kind, uuid, nil)
	}
	a.send(http.MethodPatch, arc.Kind, uuid, map[string]any{"name": acctest.NamePrefix + strings.Repeat("x", 255)})
	a.send(http.MethodGet, arc.Kind, uuid, nil)
	a.send(http.MethodDelete, arc.Kind, uuid, nil)
	a.send(http.MethodGet, arc.Kind, uuid, nil)
}

// tenth is a number that 32 bits cannot hold as 64 do.
const tenth = 0.1

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
