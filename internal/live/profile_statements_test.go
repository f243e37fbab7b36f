// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// statements checks the statements about a kind of profile. At the end, it deletes the probe.
func (p *probe) statements() []statement {
	list := p.send(http.MethodGet, p.Kind, "", nil)
	items, isArray := list.body["payload"].([]any)
	_, isPage := list.body["payload"].(map[string]any)
	all := []statement{
		{"V", "POST needs only a name", p.accepted},
		{"V", "the payload of the list is an array of profiles", list.verdict(isArray && !slices.ContainsFunc(items, func(item any) bool { return !isProfile(item) }))},
		{"I", "the list has no pages", list.verdict(!isPage)},
	}
	about := slices.Concat(p.responseStatements(list), p.errorStatements(), p.nameStatements())
	for _, field := range p.fields() {
		about = append(about, p.fieldStatements(field)...)
	}
	about = append(about, p.permissionStatements()...)
	deleted := p.do(http.MethodDelete, nil)
	_, isObject := deleted.body["payload"].(map[string]any)
	about = append(about, statement{"V", "DELETE responds with 200 and an object", deleted.verdict(deleted.succeeded() && deleted.status == http.StatusOK && isObject)})
	if p.uuid == "" {
		for i := range about {
			about[i].result = result{notReached, "no profile was created"}
		}
	}
	return append(all, about...)
}

// responseStatements checks the statements about the form of responses.
func (p *probe) responseStatements(list response) []statement {
	single := []response{p.created, p.get(), p.patch("name", probeName)}
	all := []statement{
		{"V", "POST, GET, PATCH and the list respond with \"success\": true", each(append(single, list), response.succeeded)},
		{"V", "POST responds with 200 or 201", p.created.verdict(p.created.status == 200 || p.created.status == 201)},
		{"V", "the payload of POST, GET and PATCH is the profile itself", each(single, func(r response) bool { return isProfile(r.body["payload"]) })},
		{"I", "responses have no ETag", each(append(single, list), func(r response) bool { return r.header.Get("ETag") == "" })},
	}
	if p.Kind == emulator.OutboundVoiceProfile {
		for _, field := range productFields {
			_, ok := p.omitted[field]
			all = append(all, statement{"I", "responses don't contain " + field, p.created.verdict(!ok)})
		}
	}
	return all
}

// errorStatements checks the statements about rejected requests.
func (p *probe) errorStatements() []statement {
	rejected := p.patch("name", acctest.NamePrefix+strings.Repeat("x", 255)) // a name has at most 255 characters
	unknown := result{notReached, rejected.String()}
	unchanged, form, repeats, meta := unknown, unknown, unknown, unknown
	if !rejected.succeeded() {
		form = rejected.verdict(isError(rejected))
		if profile := p.profile(); profile != nil {
			unchanged = rejected.verdict(profile["name"] == probeName)
		}
		_, hasMeta := rejected.body["meta"]
		meta, repeats = rejected.verdict(!hasMeta), rejected.verdict(!repeatsValue(rejected))
	}
	uuid, unnamed := p.createAnother(map[string]any{})
	if uuid != "" { // sweep would not find it
		unnamed.request += " created a profile, deleted with " + p.send(http.MethodDelete, p.Kind, uuid, nil).String()
	}
	tooLong := "I"
	if p.Kind == emulator.OutboundVoiceProfile { // the vendor declares the 400 only for these
		tooLong = "V"
	}
	return []statement{
		{"V", "a name is required", unnamed.verdict(!unnamed.succeeded())},
		{tooLong, "PATCH with a name of more than 255 characters gets 400", rejected.verdict(rejected.status == http.StatusBadRequest)},
		{"V", "an error has \"success\": false, a message, perhaps the status, and perhaps fields", form},
		{"I", "an error does not repeat the rejected value in fields", repeats},
		{"I", "an error has no meta", meta},
		{"I", "a rejected PATCH changes nothing", unchanged},
	}
}

// repeatsValue reports whether the error of a field has a value.
func repeatsValue(r response) bool {
	fields, _ := r.body["fields"].(map[string]any)
	for _, field := range fields {
		object, _ := field.(map[string]any)
		if _, ok := object["value"]; ok {
			return true
		}
	}
	return false
}

// nameStatements checks the statements about names.
func (p *probe) nameStatements() []statement {
	uuid, second := p.createAnother(map[string]any{"name": probeName})
	if uuid != "" {
		p.send(http.MethodDelete, p.Kind, uuid, nil)
	}
	inNFC, inNFD := p.comesBackIn(norm.NFC), p.comesBackIn(norm.NFD)
	p.patch("name", probeName)
	return []statement{
		{"I", "a second profile may have the same name", second.verdict(uuid != "")},
		{"I", "a name sent in NFC comes back in NFC", inNFC},
		{"I", "a name sent in NFD comes back in NFD", inNFD},
	}
}

// comesBackIn sends a name in a form of Unicode, NFC or NFD, and checks whether GET returns the name
// in this form. The detail says which of the two GET returns. Another name shows nothing.
func (p *probe) comesBackIn(form norm.Form) result {
	const name = acctest.NamePrefix + "caf\u00e9"
	r := p.patch("name", form.String(name))
	stored := p.profile()["name"]
	switch {
	case r.succeeded() && stored == norm.NFC.String(name):
		return result{r.verdict(form == norm.NFC).verdict, r.String() + ", comes back in NFC"}
	case r.succeeded() && stored == norm.NFD.String(name):
		return result{r.verdict(form == norm.NFD).verdict, r.String() + ", comes back in NFD"}
	default:
		return result{notReached, r.String()}
	}
}
