// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// productFields are fields that only the product form of an outbound voice profile has
// (CONTRACT.md).
var productFields = []string{"class4_ingress_trunk_settings", "is_active", "product"}

// probe is a profile that the statements about its kind may change.
type probe struct {
	acctest.Lifecycle
	*account
	// uuid is "" if the API created no profile. Then the probe sends no requests.
	uuid string
	// created is the response to the create. accepted says whether a name was enough.
	created  response
	accepted result
	// omitted are the fields of the new profile. emulated are those in an emulator.
	omitted, emulated map[string]any
}

const probeName = acctest.NamePrefix + "probe"

// newProbe creates a probe. If the new profile may belong to another client, the probe
// does not use it.
func (a *account) newProbe(lifecycle acctest.Lifecycle) *probe {
	p := &probe{Lifecycle: lifecycle, account: a, emulated: emulatedDefaults(lifecycle.Kind)}
	uuid, created, err := a.create(p.Kind, map[string]any{"name": probeName})
	p.created = created
	if err != nil {
		p.accepted = created.verdict(false)
		if created.succeeded() || created.request == "" { // the list was not complete
			p.accepted = result{notReached, err.Error()}
		}
		p.accepted.detail += created.rejectedFields(lifecycle)
		return p
	}
	p.accepted = created.verdict(true)
	profile, _ := a.Profile(p.Kind, uuid)
	if profile["name"] != probeName {
		p.accepted = result{notReached, created.String() + ", but the profile has another name"}
		return p
	}
	p.uuid, p.omitted = uuid, profile
	return p
}

// rejectedFields returns the names of the fields that an error is about. It returns only names
// in the document or in the vendor's API description, and no other text of the response.
func (r response) rejectedFields(lifecycle acctest.Lifecycle) string {
	if !r.decided() || r.succeeded() {
		return ""
	}
	known := append(slices.Clone(productFields), "tn_lease")
	for field := range lifecycle.First {
		if field != "name" { // an ordinary word
			known = append(known, field)
		}
		if alias := aliases[field]; alias != "" {
			known = append(known, alias)
		}
	}
	slices.Sort(known)
	text := fmt.Sprint(r.body["message"], r.body["fields"])
	named := slices.DeleteFunc(known, func(field string) bool { return !regexp.MustCompile(`\b` + field + `\b`).MatchString(text) })
	if len(named) == 0 {
		return ", the error names no known field"
	}
	return ", the error names " + strings.Join(named, ", ")
}

func (p *probe) get() response { return p.do(http.MethodGet, nil) }

func (p *probe) patch(name string, value any) response {
	return p.do(http.MethodPatch, map[string]any{name: value})
}

// do sends a request about the probe.
func (p *probe) do(method string, fields map[string]any) response {
	if p.uuid == "" {
		return response{}
	}
	return p.send(method, p.Kind, p.uuid, fields)
}

// profile returns the fields of the probe by their documented names, or nil.
func (p *probe) profile() map[string]any {
	if r := p.get(); r.succeeded() {
		return r.documented(p.Kind)
	}
	return nil
}

// createAnother creates another profile. The caller deletes it.
func (p *probe) createAnother(fields map[string]any) (uuid string, r response) {
	if p.uuid != "" {
		uuid, r, _ = p.create(p.Kind, fields)
	}
	return uuid, r
}
