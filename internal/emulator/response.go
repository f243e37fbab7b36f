// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"net/http"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// response is a JSON response, with the API's envelope or without it.
type response struct {
	status   int
	body     envelope
	document []byte // the whole body instead of the envelope, or nil
	allow    string // the Allow header, or empty
}

// envelope is the JSON object around every payload and error.
type envelope struct {
	Success bool                  `json:"success"`
	Payload any                   `json:"payload,omitempty"`
	Message string                `json:"message,omitempty"`
	Status  int                   `json:"status,omitempty"`
	Fields  map[string]fieldError `json:"fields,omitempty"`
}

// fieldError is the error of one request field, as in the vendor's newer documentation.
type fieldError struct {
	Message string `json:"message"`
}

func success(status int, payload any) response {
	return response{status: status, body: envelope{Success: true, Payload: payload}}
}

// emptySuccess returns a success with an empty object as payload.
func emptySuccess() response {
	return success(http.StatusOK, map[string]any{})
}

func rejection(status int, message string) response {
	return response{status: status, body: envelope{Message: message, Status: status}}
}

func pathNotFound() response {
	return rejection(http.StatusNotFound, "The API has no such path")
}

func methodNotAllowed(allow string) response {
	res := rejection(http.StatusMethodNotAllowed, "This path does not allow this method")
	res.allow = allow
	return res
}

func (res response) write(w http.ResponseWriter) {
	body := res.document
	if body == nil {
		var err error
		if body, err = json.Marshal(res.body); err != nil { // can't happen: the store holds only JSON values
			res.status, body = http.StatusInternalServerError, []byte(`{"success":false,"message":"Internal error: can't encode the response"}`)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if res.allow != "" {
		w.Header().Set("Allow", res.allow)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(res.status)
	_, _ = w.Write(body) // the client may have disconnected
}

// profilePayload returns the payload of a response about one profile. In ShapeDocument, it has two leases, as if the
// profile had two phone numbers.
func (e *Emulator) profilePayload(kind Kind, p profile) any {
	if e.options.Shape == ShapeDocument {
		return []any{e.leaseJSON(kind, p), e.leaseJSON(kind, p)}
	}
	return e.profileJSON(kind, p)
}

// listPayload returns the payload of a list.
func (e *Emulator) listPayload(kind Kind, profiles []profile) any {
	payload := make([]any, 0, len(profiles))
	for _, p := range profiles {
		if e.options.Shape == ShapeDocument {
			payload = append(payload, e.leaseJSON(kind, p))
		} else {
			payload = append(payload, e.profileJSON(kind, p))
		}
	}
	return payload
}

// profileJSON returns a profile in the form of responses.
func (e *Emulator) profileJSON(kind Kind, p profile) map[string]any {
	k := e.kinds[kind]
	object := map[string]any{
		"uuid":        p.uuid,
		"created_on":  timestamp(p.created),
		"modified_on": timestamp(p.modified),
		"account":     fakeAccount(),
		"created_by":  fakeUser(),
		"modified_by": fakeUser(),
	}
	for member, value := range k.extra {
		object[member] = value
	}
	for field, value := range p.fields {
		if text, ok := value.(string); ok && e.options.Decompose {
			value = norm.NFD.String(text)
		}
		object[k.responseName(field, e.options.FieldNames)] = value
	}
	return object
}

// leaseJSON returns a new phone-number lease that contains the profile.
func (e *Emulator) leaseJSON(kind Kind, p profile) map[string]any {
	lease := fakeLease()
	e.kinds[kind].addToLease(lease, e.profileJSON(kind, p))
	return lease
}
