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

// statement is a statement of CONTRACT.md that the API document does not confirm.
type statement struct {
	// source is V for the vendor's other public material, and I for inferred.
	source, text string
	result
}

// result says whether a statement is true. The detail contains no value of the account.
type result struct{ verdict, detail string }

const (
	confirmed  = "confirmed"
	refuted    = "refuted"
	notReached = "not reached"
)

// verdict returns confirmed or refuted. If the API did not decide, it returns notReached.
func (r response) verdict(isTrue bool) result {
	switch {
	case !r.decided():
		return result{notReached, r.String()}
	case isTrue:
		return result{confirmed, r.String()}
	default:
		return result{refuted, r.String()}
	}
}

// each returns refuted if the statement is not true for one of the responses.
func each(responses []response, isTrue func(response) bool) (all result) {
	for _, r := range responses {
		if all = r.verdict(isTrue(r)); all.verdict == refuted {
			return all
		}
	}
	return all
}

// statements checks the statements about the account.
func (a *account) statements() []statement {
	redirect := result{notReached, "the base URL is not https"}
	if base, isHTTPS := strings.CutPrefix(a.base, "https://"); isHTTPS {
		plain := account{base: "http://" + base}
		r := plain.request(http.MethodGet, "/auth", nil, func(*http.Request) {}) // sends no credentials
		redirect = r.verdict((r.status == 301 || r.status == 302) && strings.HasPrefix(r.header.Get("Location"), "https://"))
	}
	lifetime := result{notReached, "the credentials are a token"}
	if a.email != "" {
		r, token := a.login()
		var claims struct{ Exp, Iat int }
		if parts := strings.Split(token, "."); len(parts) == 3 {
			decoded, _ := base64.RawURLEncoding.DecodeString(parts[1])
			_ = json.Unmarshal(decoded, &claims)
		}
		lifetime = r.verdict(claims.Exp-claims.Iat == 86400)
	}
	retryAfter := result{notReached, "no response was 429"}
	if a.throttled.status != 0 {
		retryAfter = result{refuted, a.throttled.String()}
		if a.throttled.header.Get("Retry-After") != "" {
			retryAfter.verdict = confirmed
		}
	}
	unobservable := result{notReached, "no response shows it"}
	return []statement{
		{"V", "plain http is redirected to https with 301 or 302", redirect},
		{"V", "GET /auth responds with a JWT that is valid for 86,400 s", lifetime},
		{"I", "429 has a Retry-After", retryAfter},
		{"V", "which calls each number of record_calls records", unobservable},
		{"V", "which tracks each number of audio_track_type records", unobservable},
	}
}

// probe is a profile that the statements about its kind may change.
type probe struct {
	acctest.Lifecycle
	*account
	uuid    string
	created response
}

const probeName = acctest.NamePrefix + "probe"

// newProbe creates a probe. It returns an error if the profile may belong to
// another client.
func (a *account) newProbe(lifecycle acctest.Lifecycle) (*probe, error) {
	uuid, created, err := a.create(lifecycle.Kind, map[string]any{"name": probeName})
	if err != nil {
		return nil, err
	}
	if profile, _ := a.Profile(lifecycle.Kind, uuid); profile["name"] != probeName {
		return nil, fmt.Errorf("%s, but the profile has another name", created)
	}
	return &probe{lifecycle, a, uuid, created}, nil
}

func (p *probe) get() response { return p.send(http.MethodGet, p.Kind, p.uuid, nil) }

func (p *probe) patch(name string, value any) response {
	return p.send(http.MethodPatch, p.Kind, p.uuid, map[string]any{name: value})
}

// statements checks the statements about a kind of profile. At the end, it deletes the probe.
func (p *probe) statements() []statement {
	rejected := p.patch("name", acctest.NamePrefix+strings.Repeat("x", 255)) // a name has at most 255 characters
	unchanged, form := result{notReached, rejected.String()}, result{notReached, rejected.String()}
	if !rejected.succeeded() {
		form = rejected.verdict(isError(rejected))
		if profile, ok := p.Profile(p.Kind, p.uuid); ok {
			unchanged = rejected.verdict(profile["name"] == probeName)
		}
	}
	single := []response{p.created, p.get(), p.patch("name", probeName)}
	list := p.send(http.MethodGet, p.Kind, "", nil)
	items, isArray := list.body["payload"].([]any)
	_, isPage := list.body["payload"].(map[string]any)
	uuid, unnamed, _ := p.create(p.Kind, map[string]any{})
	if uuid != "" { // sweep would not find it
		unnamed.request += " created a profile, deleted with " + p.send(http.MethodDelete, p.Kind, uuid, nil).String()
	}
	all := []statement{
		{"V", "POST, GET, PATCH and the list respond with \"success\": true", each(append(single, list), response.succeeded)},
		{"V", "POST responds with 200 or 201", p.created.verdict(p.created.status == 200 || p.created.status == 201)},
		{"V", "the payload of POST, GET and PATCH is the profile itself", each(single, func(r response) bool { return isProfile(r.body["payload"]) })},
		{"V", "the payload of the list is an array of profiles", list.verdict(isArray && !slices.ContainsFunc(items, func(item any) bool { return !isProfile(item) }))},
		{"I", "the list has no pages", list.verdict(!isPage)},
		{"I", "responses have no ETag", each(append(single, list), func(r response) bool { return r.header.Get("ETag") == "" })},
		{"V", "a name is required", unnamed.verdict(!unnamed.succeeded())},
		{"V", "PATCH with a name that is too long responds with 400", rejected.verdict(rejected.status == http.StatusBadRequest)},
		{"V", "an error has \"success\": false, a message, perhaps the status, and perhaps fields", form},
		{"V", "a rejected PATCH changes nothing", unchanged},
	}
	for _, field := range slices.Sorted(maps.Keys(p.First)) {
		if field != "name" {
			all = append(all, p.fieldStatements(field)...)
		}
	}
	deleted := p.send(http.MethodDelete, p.Kind, p.uuid, nil)
	_, isObject := deleted.body["payload"].(map[string]any)
	return append(all, statement{"V", "DELETE responds with 200 and an object", deleted.verdict(deleted.succeeded() && deleted.status == http.StatusOK && isObject)})
}

// fieldStatements checks the statements about a field.
func (p *probe) fieldStatements(field string) []statement {
	contract, err := emulator.Contract()
	if err != nil {
		panic(err) // the contract is embedded in the program
	}
	unsets := contract.Components.Schemas[p.Schema+"Modify"].Value.Properties[field].Value.Nullable
	source := map[emulator.Kind]string{emulator.MessagingProfile: "V", emulator.OutboundVoiceProfile: "I"}[p.Kind]
	effect := map[bool]string{true: "unsets ", false: "does not unset "}[unsets]
	all := []statement{{source, "null " + effect + field, p.null(field, unsets)}}

	alias := aliases[field]
	if alias != "" {
		all = append(all,
			statement{"V", "requests may use " + field, p.stores(field, field, true)},
			statement{"V", "requests can't use " + alias, p.stores(field, alias, false)},
		)
	}
	if field == "daily_spend_limit" {
		all = append(all, statement{"I", "daily_spend_limit has 32 bits", p.has32Bits()})
	}
	inResponses := field
	if field == "toll_free_weight" { // the sample response of the API document uses the alias
		inResponses = alias
	}
	if alias != "" || p.Kind == emulator.OutboundVoiceProfile {
		r := p.get()
		_, ok := r.profile(p.Kind)[inResponses]
		all = append(all, statement{"V", "responses contain " + inResponses, r.verdict(ok)})
	}
	return all
}

// update changes a field under one of its names, and reports whether the profile has the
// value afterwards.
func (p *probe) update(field, name string, value any) (r response, stored bool) {
	r = p.patch(name, value)
	profile, ok := p.Profile(p.Kind, p.uuid)
	if !ok {
		return response{request: r.request}, false
	}
	return r, r.succeeded() && fmt.Sprint(profile[field]) == fmt.Sprint(value)
}

// stores checks whether the API stores the values that are sent under a name. One stored value
// shows nothing: the profile may have had it before.
func (p *probe) stores(field, name string, want bool) result {
	var r response
	for _, value := range []any{p.Second[field], p.First[field]} {
		var stored bool
		if r, stored = p.update(field, name, value); !stored {
			return r.verdict(!want)
		}
	}
	return r.verdict(want)
}

// null checks whether null unsets a field that has a value, under either of its names.
func (p *probe) null(field string, unsets bool) result {
	var last response
	changed := false
	for _, name := range []string{field, aliases[field]} {
		// Two values, because null may set the field to a default that is one of them.
		for _, value := range []any{p.Second[field], p.First[field]} {
			if name == "" {
				continue
			}
			if _, stored := p.update(field, name, value); !stored {
				continue
			}
			last = p.patch(name, nil)
			profile, _ := p.Profile(p.Kind, p.uuid)
			changed = changed || last.succeeded() && fmt.Sprint(profile[field]) != fmt.Sprint(value)
		}
	}
	if last.request == "" {
		return result{notReached, "no value was stored"}
	}
	return last.verdict(changed == unsets)
}

// has32Bits sends a number that 32 bits can't store.
func (p *probe) has32Bits() result {
	const precise, field = 0.123456789, "daily_spend_limit"
	for _, name := range []string{field, aliases[field]} {
		r := p.patch(name, precise)
		profile, _ := p.Profile(p.Kind, p.uuid)
		if number, _ := profile[field].(float64); float32(number) == float32(precise) {
			return r.verdict(number != precise)
		}
	}
	return result{notReached, "no such number was stored"}
}

// isProfile reports whether a value is a profile itself, and not a lease with a profile.
func isProfile(value any) bool {
	object, _ := value.(map[string]any)
	return object["uuid"] != nil && object["name"] != nil
}

// isError reports whether a response has the form of the API's errors.
func isError(r response) bool {
	_, hasMessage := r.body["message"].(string)
	status, hasStatus := r.body["status"]
	fields, _ := r.body["fields"].(map[string]any)
	for name, value := range fields {
		object, _ := value.(map[string]any)
		_, ok := object["message"].(string)
		hasMessage = hasMessage && ok && strings.HasPrefix(name, "params.")
	}
	return r.body["success"] == false && hasMessage && (!hasStatus || status == float64(r.status))
}
