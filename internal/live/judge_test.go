// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// each confirms a statement if it holds for every exchange that it is about, and refutes it by the first that it does
// not hold for.
func each(about, holds func(exchange) bool) func(*witness) (verdict, string) {
	return func(w *witness) (verdict, string) {
		found := w.where(about)
		for _, e := range found {
			if !holds(e) {
				return refuted, describe(e)
			}
		}
		if len(found) == 0 {
			return notReached, ""
		}
		return confirmed, fmt.Sprintf("%d answers", len(found))
	}
}

// some confirms a statement if it holds for any exchange that it is about.
func some(about, holds func(exchange) bool) func(*witness) (verdict, string) {
	return func(w *witness) (verdict, string) {
		found := w.where(about)
		for _, e := range found {
			if holds(e) {
				return confirmed, describe(e)
			}
		}
		if len(found) == 0 {
			return notReached, ""
		}
		return refuted, describe(found[0])
	}
}

// not is the opposite of a judgement.
func not(judge func(*witness) (verdict, string)) func(*witness) (verdict, string) {
	return func(w *witness) (verdict, string) {
		v, seen := judge(w)
		opposite := map[verdict]verdict{confirmed: refuted, refuted: confirmed, notReached: notReached}
		return opposite[v], seen
	}
}

func unobservable(*witness) (verdict, string) { return notReached, "no answer shows it" }

// describe names an exchange without a value in it.
func describe(e exchange) string {
	at := e.path
	if strings.HasPrefix(at, "/profile/") && strings.Count(at, "/") == 3 {
		at = path.Dir(at) + "/{uuid}"
	}
	return fmt.Sprintf("%s %s answered %d", e.method, at, e.status)
}

func anything(e exchange) bool { return e.path != plainHTTP }

// refusal selects what the API would not do. A 429 is about when, and a 401 about who asks.
func refusal(e exchange) bool {
	switch e.status {
	case http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusForbidden:
		return false
	}
	return e.path != plainHTTP && (e.status/100 == 4 || e.status/100 == 2 && e.json && !*e.answer.Success)
}

// decided tells whether the API has judged what a request carries.
func decided(e exchange) bool {
	return e.status/100 == 2 || e.status == http.StatusBadRequest || e.status == http.StatusUnprocessableEntity
}

func at(want string) func(exchange) bool {
	return func(e exchange) bool { return e.path == want }
}

func onItem(method string, kind emulator.Kind) func(exchange) bool {
	return func(e exchange) bool { return e.method == method && path.Dir(e.path) == "/profile/"+string(kind) }
}

// read selects answers that show a profile.
func read(kind emulator.Kind) func(exchange) bool {
	return func(e exchange) bool { return onItem(http.MethodGet, kind)(e) && e.succeeded() }
}

// single selects successes about one profile, but for its removal.
func single(e exchange) bool {
	return e.succeeded() && strings.HasPrefix(e.path, "/profile/") && !list(e) && e.method != http.MethodDelete
}

// list selects answers about all profiles of a kind.
func list(e exchange) bool { return e.method == http.MethodGet && path.Dir(e.path) == "/profile" }

func eachList(holds func(payload any) bool) func(*witness) (verdict, string) {
	return each(func(e exchange) bool { return list(e) && e.succeeded() }, func(e exchange) bool { return holds(e.answer.Payload) })
}

// arrayOfProfiles tells whether a payload is an array whose elements are profiles themselves.
func arrayOfProfiles(payload any) bool {
	elements, ok := payload.([]any)
	for _, element := range elements {
		object, _ := element.(map[string]any)
		ok = ok && object["uuid"] != nil && object["name"] != nil
	}
	return ok
}

func emptied(e exchange) bool {
	_, object := e.answer.Payload.(map[string]any)
	return e.status == http.StatusOK && object
}

func fieldsInForm(e exchange) bool {
	for name, value := range e.answer.Fields {
		object, _ := value.(map[string]any)
		if _, ok := object["message"].(string); !ok || !strings.HasPrefix(name, "params.") {
			return false
		}
	}
	return true
}

// longName selects the one body that every API has to refuse.
func longName(e exchange) bool {
	name, _ := e.sent["name"].(string)
	return len(name) > 255
}

// judgeRefusedName looks at the profile after a name was refused.
func judgeRefusedName(w *witness) (verdict, string) {
	for _, arc := range acctest.Lifecycles() {
		all := w.where(func(e exchange) bool { return path.Dir(e.path) == "/profile/"+string(arc.Kind) })
		for i, e := range all[:max(0, len(all)-1)] {
			if !longName(e) || !refusal(e) || all[i+1].path != e.path || !all[i+1].succeeded() {
				continue
			}
			if name := all[i+1].profile(arc.Kind)["name"]; name != probeName {
				return refuted, describe(e) + ", and the name is another"
			}
			return confirmed, describe(e)
		}
	}
	return notReached, ""
}

// after calls a judge with each PATCH of one field alone and with what the profile shows next.
func after(w *witness, kind emulator.Kind, field string, judge func(patch exchange, sent, shown any)) {
	all := w.where(func(e exchange) bool { return path.Dir(e.path) == "/profile/"+string(kind) })
	for i, e := range all[:max(0, len(all)-1)] {
		sent, mentioned := e.sent[field]
		next := all[i+1]
		if e.method != http.MethodPatch || !mentioned || len(e.sent) != 1 || !decided(e) || next.method != http.MethodGet || next.path != e.path || !next.succeeded() {
			continue
		}
		shown, ok := next.profile(kind)[field]
		if !ok {
			shown = next.profile(kind)[respelled(field)]
		}
		judge(e, sent, shown)
	}
}

// respelled is the other name of a field, given by either.
func respelled(field string) string {
	for documented, other := range otherSpellings {
		if field == other {
			return documented
		}
	}
	return otherSpellings[field]
}

// stored judges whether what was sent under a name is what the profile shows.
func stored(kind emulator.Kind, name string) func(*witness) (verdict, string) {
	return func(w *witness) (v verdict, seen string) {
		v = notReached
		after(w, kind, name, func(patch exchange, sent, shown any) {
			if sent == nil || v == refuted {
				return
			}
			v, seen = confirmed, describe(patch)
			if !patch.succeeded() || shown != sent {
				v = refuted
			}
		})
		return v, seen
	}
}

// judgeNull judges what a null does to a field that has a value.
func judgeNull(w *witness, kind emulator.Kind, field string, clears bool) (v verdict, seen string) {
	v = notReached
	cleared := false // by any of the nulls
	for _, name := range []string{field, otherSpellings[field]} {
		had, before := false, any(nil)
		after(w, kind, name, func(patch exchange, sent, shown any) {
			if sent != nil {
				had, before = patch.succeeded() && shown == sent, shown
				return
			}
			if !had {
				return
			}
			cleared = cleared || patch.succeeded() && shown != before
			v, seen = refuted, describe(patch)
			if cleared == clears {
				v = confirmed
			}
		})
	}
	return v, seen
}

// judge32Bits looks at what became of a number that 32 bits change.
func judge32Bits(w *witness) (verdict, string) {
	v, seen := notReached, ""
	for _, name := range []string{"daily_spend_limit", "daily_spent_limit"} {
		after(w, voice, name, func(_ exchange, sent, shown any) {
			number, ok := shown.(float64)
			switch {
			case !ok || sent != precise || float32(number) != float32(precise):
			case number == precise:
				v, seen = refuted, fmt.Sprintf("%v is kept as it is", precise)
			default:
				v, seen = confirmed, fmt.Sprintf("%v is shown as %v", precise, number)
			}
		})
	}
	return v, seen
}
