// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"net/http"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// answer is a status and what is encoded as the body.
type answer struct {
	status int
	body   envelope
	allow  string // the Allow header; empty for none
}

// envelope is what the API wraps every answer in. Members that do not apply are left out.
type envelope struct {
	Success bool                  `json:"success"`
	Payload any                   `json:"payload,omitempty"`
	Message string                `json:"message,omitempty"`
	Status  int                   `json:"status,omitempty"`
	Fields  map[string]fieldError `json:"fields,omitempty"`
}

// fieldError says what is wrong with one field of a request. The vendor's newer pages show it.
type fieldError struct {
	Message string `json:"message"`
}

func success(status int, payload any) answer {
	return answer{status: status, body: envelope{Success: true, Payload: payload}}
}

// done answers what has nothing to tell.
func done() answer {
	return success(http.StatusOK, map[string]any{})
}

func refusal(status int, message string) answer {
	return answer{status: status, body: envelope{Message: message, Status: status}}
}

func (a answer) write(w http.ResponseWriter) {
	body, err := json.Marshal(a.body)
	if err != nil { // only strings, numbers, bools and null are ever stored
		a.status, body = http.StatusInternalServerError, []byte(`{"success":false,"message":"The emulator cannot encode its answer"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	if a.allow != "" {
		w.Header().Set("Allow", a.allow)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that went away is no concern of the API
}

// single is the payload of an answer about one profile.
func (e *Emulator) single(name Kind, p profile) any {
	if e.options.Shape == ShapeDocument {
		// Two leases that repeat the profile: what the API would answer if the profile had two phone numbers.
		return []any{e.leaseOf(name, p), e.leaseOf(name, p)}
	}
	return e.view(name, p)
}

// many is the payload of a list.
func (e *Emulator) many(name Kind, profiles []profile) any {
	payload := make([]any, 0, len(profiles))
	for _, p := range profiles {
		if e.options.Shape == ShapeDocument {
			payload = append(payload, e.leaseOf(name, p))
		} else {
			payload = append(payload, e.view(name, p))
		}
	}
	return payload
}

// view is a profile as answers show it.
func (e *Emulator) view(name Kind, p profile) map[string]any {
	k := e.kinds[name]
	v := map[string]any{
		"uuid":        p.uuid,
		"created_on":  timestamp(p.created),
		"modified_on": timestamp(p.modified),
		"account":     fakeAccount(),
		"created_by":  fakeUser(),
		"modified_by": fakeUser(),
	}
	for member, value := range k.extra {
		v[member] = value
	}
	for field, value := range p.fields {
		if text, ok := value.(string); ok && e.options.Decompose {
			value = norm.NFD.String(text)
		}
		v[k.answerName(field, e.options.FieldNames)] = value
	}
	return v
}

func (e *Emulator) leaseOf(name Kind, p profile) map[string]any {
	lease := fakeLease()
	e.kinds[name].lease(lease, e.view(name, p))
	return lease
}
