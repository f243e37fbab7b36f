// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"cmp"
	"net/http"
)

// maxRequestID is the maximum length of a request id in characters. A UUID has 36.
const maxRequestID = 100

// RequestID returns the id that the API or a gateway gave a request, or "" if the response
// contains no id. The API's document names no header for it, so RequestID reads the two
// that are common.
func (r *Redactor) RequestID(response http.Header) string {
	return Shorten(r.Text(cmp.Or(response.Get("X-Request-Id"), response.Get("X-Correlation-Id"))), maxRequestID)
}
