// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// fields returns the documented names of the fields that may be omitted.
func (p *probe) fields() []string {
	all := slices.Sorted(maps.Keys(p.First))
	return slices.DeleteFunc(all, func(field string) bool { return field == "name" })
}

// contract returns openapi.yaml. It loads the file once, because that takes a tenth of a second with
// the race detector.
var contract = sync.OnceValue(func() *openapi3.T {
	doc, err := emulator.Contract()
	if err != nil {
		panic(err) // the contract is embedded in the program
	}
	return doc
})

// fieldStatements checks the statements about a field.
func (p *probe) fieldStatements(field string) []statement {
	unsets := contract().Components.Schemas[p.Schema+"Modify"].Value.Properties[field].Value.Nullable
	ofNull := map[emulator.Kind]string{emulator.MessagingProfile: "V", emulator.OutboundVoiceProfile: "I"}[p.Kind]
	effect := map[bool]string{true: "unsets ", false: "does not unset "}[unsets]
	all := []statement{p.defaultStatement(field), {ofNull, "null " + effect + field, p.null(field, unsets)}}

	alias := aliases[field]
	if alias != "" {
		all = append(all,
			statement{"D", "requests may use " + field, p.stores(field, field)},
			statement{"V", "requests may use " + alias, p.stores(field, alias)},
		)
	}
	if field == "daily_spend_limit" {
		all = append(all, statement{"I", "daily_spend_limit is stored in 32 bits", p.has32Bits()})
	}
	inResponses, source := field, "I"
	if field == "toll_free_weight" { // the sample response of the API document uses the alias
		inResponses, source = alias, "D"
	}
	if alias != "" || p.Kind == emulator.OutboundVoiceProfile {
		r := p.get()
		_, ok := r.profile(p.Kind)[inResponses]
		all = append(all, statement{source, "responses contain " + inResponses, r.verdict(ok)})
	}
	return all
}

// defaultStatement compares the value that a field got because the create omitted it with the
// one in an emulator.
func (p *probe) defaultStatement(field string) statement {
	want := p.emulated[field]
	s := statement{"I", fmt.Sprintf("%s is %s if POST omits it", field, describe(want)), result{notReached, "no response contains it"}}
	if got, ok := p.omitted[field]; ok {
		s.result = p.created.verdict(got == want)
		s.detail += ", is " + describe(got)
	}
	return s
}

// emulatedDefaults returns the fields of a profile that was created in an emulator with only
// a name.
func emulatedDefaults(kind emulator.Kind) map[string]any {
	api, err := emulator.New(emulator.Options{})
	if err != nil {
		panic(err) // the options are constant
	}
	uuid, err := api.Add(kind, map[string]any{"name": probeName})
	if err != nil {
		panic(err) // the name is constant
	}
	fields, _ := api.Profile(kind, uuid)
	return fields
}

// describe returns a text for the value of a field. It shows only values that can't belong to
// the account. A large number may, because a tech_prefix may be the account's own.
func describe(value any) string {
	switch value := value.(type) {
	case string:
		if value == "wav" || value == "mp3" {
			return value
		}
		return "a text"
	case float64:
		if math.Abs(value) >= 1e5 {
			return "a large number"
		}
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	text, _ := json.Marshal(value) // null, a boolean or a number
	return string(text)
}

// update changes a field under one of its names, and reports whether the profile has the
// value afterwards.
func (p *probe) update(field, name string, value any) (r response, stored bool) {
	r = p.patch(name, value)
	profile := p.profile()
	if profile == nil {
		return response{request: r.request}, false
	}
	return r, r.succeeded() && fmt.Sprint(profile[field]) == fmt.Sprint(value)
}

// stores checks whether the API stores the values that are sent under a name. One stored value
// shows nothing: the profile may have had it before.
func (p *probe) stores(field, name string) result {
	var r response
	for _, value := range []any{p.Second[field], p.First[field]} {
		var stored bool
		if r, stored = p.update(field, name, value); !stored {
			return r.verdict(false)
		}
	}
	return r.verdict(true)
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
			changed = changed || last.succeeded() && fmt.Sprint(p.profile()[field]) != fmt.Sprint(value)
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
		if number, _ := p.profile()[field].(float64); float32(number) == float32(precise) {
			return r.verdict(number != precise)
		}
	}
	return result{notReached, "no such number was stored"}
}
