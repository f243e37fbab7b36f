// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// verdict is what answers say of a statement.
type verdict string

const (
	confirmed  verdict = "confirmed"
	refuted    verdict = "refuted"
	notReached verdict = "not reached"
)

// statement is one of CONTRACT.md that the document does not make, or does not make alone.
type statement struct {
	// source is V for the vendor's other publications, and I for what is inferred.
	source string
	text   string
	// judge looks at what was said, and says what it saw.
	judge func(*witness) (verdict, string)
}

const (
	messaging = emulator.MessagingProfile
	voice     = emulator.OutboundVoiceProfile
)

// statements are all of them.
func statements() []statement {
	all := []statement{
		{"V", "the API answers at the base URL, in its envelope", each(anything, func(e exchange) bool { return e.json })},
		{"V", "plain http is answered by 301 or 302 to https", each(at(plainHTTP), func(e exchange) bool {
			return (e.status == http.StatusMovedPermanently || e.status == http.StatusFound) && strings.HasPrefix(e.header.Get("Location"), "https://")
		})},
		{"V", "GET /auth answers a JWT as payload.token", each(at("/auth"), func(e exchange) bool { return lifetime(e) > 0 })},
		{"V", "a login's token is good for 86,400 s", each(at("/auth"), func(e exchange) bool { return lifetime(e) == 86400 })},
		{"V", "any 2xx says by \"success\" whether it is one", each(func(e exchange) bool {
			return e.status/100 == 2 && e.method != http.MethodDelete
		}, func(e exchange) bool { return e.json })},
		{"V", "a create answers 200 or 201", each(func(e exchange) bool { return e.method == http.MethodPost && e.status/100 == 2 }, func(e exchange) bool {
			return e.status == http.StatusOK || e.status == http.StatusCreated
		})},
		{"V", "a refusal is a 4xx, or a 2xx with \"success\": false, in the API's JSON", each(refusal, func(e exchange) bool { return e.json && !*e.answer.Success })},
		{"V", "after a refusal nothing has happened", judgeRefusedName},
		{"V", "an error has a message, a string", each(refusal, func(e exchange) bool { _, ok := e.answer.Message.(string); return ok })},
		{"V", "an error's status, where it has one, is that of HTTP", each(func(e exchange) bool { return refusal(e) && e.answer.Status != nil }, func(e exchange) bool {
			return e.answer.Status == float64(e.status)
		})},
		{"V", "an error's fields are {\"params.<name>\": {\"message\": string}}", each(func(e exchange) bool { return refusal(e) && len(e.answer.Fields) > 0 }, fieldsInForm)},
		{"V", "a bad body is answered by 400", each(func(e exchange) bool { return longName(e) && (refusal(e) || e.status/100 == 2) }, func(e exchange) bool { return e.status == http.StatusBadRequest })},
		{"I", "429 comes with a Retry-After", each(func(e exchange) bool { return e.status == http.StatusTooManyRequests }, func(e exchange) bool {
			return e.header.Get("Retry-After") != ""
		})},
		{"I", "answers have no ETag", each(anything, func(e exchange) bool { return e.header.Get("ETag") == "" })},
		{"I", "lists do not come in pages", eachList(func(payload any) bool { _, paged := payload.(map[string]any); return !paged })},
		{"V", "a list's payload is an array of profiles", eachList(arrayOfProfiles)},
		{"V", "the payload of any other operation is the profile itself", each(single, func(e exchange) bool {
			object, _ := e.answer.Payload.(map[string]any)
			return object["uuid"] != nil && object["name"] != nil
		})},
		{"V", "DELETE of a messaging profile answers 200 with an object", some(onItem(http.MethodDelete, messaging), emptied)},
		{"V", "outbound voice profiles are listed at GET /profile/outbound_voice", each(func(e exchange) bool {
			return e.method == http.MethodGet && e.path == "/profile/"+string(voice)
		}, exchange.succeeded)},
		{"V", "one is read at GET /profile/outbound_voice/{uuid}", some(onItem(http.MethodGet, voice), exchange.succeeded)},
		{"V", "one is modified at PATCH /profile/outbound_voice/{uuid}", some(onItem(http.MethodPatch, voice), exchange.succeeded)},
		{"V", "one is removed at DELETE /profile/outbound_voice/{uuid}", some(onItem(http.MethodDelete, voice), exchange.succeeded)},
		{"I", "daily_spend_limit may be kept in 32 bits", judge32Bits},
		{"V", "which calls each number of record_calls means", unobservable},
		{"V", "which track each number of audio_track_type means", unobservable},
	}
	contract, err := emulator.Contract()
	if err != nil {
		panic(err) // it is a part of the program
	}
	for _, arc := range acctest.Lifecycles() {
		all = append(all, statement{"V", fmt.Sprintf("the name of a profile is required (%s)", arc.Kind), each(func(e exchange) bool {
			return e.method == http.MethodPost && e.path == "/profile/"+string(arc.Kind) && e.sent != nil && len(e.sent) == 0 && decided(e)
		}, func(e exchange) bool { return !e.succeeded() })})
		for _, field := range slices.Sorted(maps.Keys(arc.First)) {
			if field != "name" {
				nullable := contract.Components.Schemas[arc.Schema+"Modify"].Value.Properties[field].Value.Nullable
				all = append(all, fieldStatements(arc.Kind, field, nullable)...)
			}
		}
	}
	return all
}

func fieldStatements(kind emulator.Kind, field string, nullable bool) (all []statement) {
	source, does := "I", "does not clear"
	if kind == messaging {
		source = "V"
	}
	if nullable {
		does = "clears"
	}
	all = append(all, statement{source, fmt.Sprintf("a null %s %s", does, field), func(w *witness) (verdict, string) { return judgeNull(w, kind, field, nullable) }})
	other := otherSpellings[field]
	switch {
	case other != "":
		all = append(all,
			statement{"V", "requests take " + field, stored(kind, field)},
			statement{"V", "answers show it as " + shownAs(field), each(read(kind), func(e exchange) bool { _, ok := e.profile(kind)[shownAs(field)]; return ok })},
			statement{"V", "the API knows no " + other + " in requests", not(stored(kind, other))},
		)
	case kind == voice:
		all = append(all, statement{"V", "answers about outbound voice profiles have " + field, each(read(kind), func(e exchange) bool { _, ok := e.profile(kind)[field]; return ok })})
	}
	return all
}

// shownAs is the name of a field in answers: the document's own sample spells one otherwise than its requests.
func shownAs(field string) string {
	if field == "toll_free_weight" {
		return otherSpellings[field]
	}
	return field
}

// report writes a line for each statement.
func report(w *witness, write func(format string, arguments ...any)) map[string]verdict {
	verdicts := make(map[string]verdict)
	for _, s := range statements() {
		v, seen := s.judge(w)
		verdicts[s.text] = v
		write("%-11s  %s  %-78s %s", v, s.source, s.text, seen)
	}
	return verdicts
}

// lifetime is how long, in seconds, the token is good for that a login has answered.
func lifetime(e exchange) int {
	payload, _ := e.answer.Payload.(map[string]any)
	token, _ := payload["token"].(string)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return 0
	}
	var claims struct{ Exp, Iat int }
	decoded, _ := base64.RawURLEncoding.DecodeString(parts[1])
	_ = json.Unmarshal(decoded, &claims)
	return claims.Exp - claims.Iat
}
