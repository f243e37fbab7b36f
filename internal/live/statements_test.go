// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"net/http"
	"strings"
)

// statement is a statement of CONTRACT.md that only a real account can confirm.
type statement struct {
	// source is D for the document, V for the vendor's other public material, and I for inferred.
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
func (r response) verdict(isTrue bool) result { return r.judge(r.decided(), isTrue) }

// credentialVerdict returns the verdict of a statement about credentials or permissions. A 401
// or a 403 decides such a statement too.
func (r response) credentialVerdict(isTrue bool) result {
	return r.judge(r.decided() || r.status == http.StatusUnauthorized || r.status == http.StatusForbidden, isTrue)
}

func (r response) judge(decided, isTrue bool) result {
	switch {
	case !decided:
		return result{notReached, r.String()}
	case isTrue:
		return result{confirmed, r.String()}
	default:
		return result{refuted, r.String()}
	}
}

// each returns refuted if the statement is not true for one of the responses, and confirmed
// if it is true for all.
func each(responses []response, isTrue func(response) bool) (all result) {
	for _, r := range responses {
		one := r.verdict(isTrue(r))
		if one.verdict == refuted {
			return one
		}
		if all.verdict != notReached {
			all = one
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
	retryAfter := result{notReached, "no response was 429"}
	if a.throttled.status != 0 {
		retryAfter = result{refuted, a.throttled.String()}
		if a.throttled.header.Get("Retry-After") != "" {
			retryAfter.verdict = confirmed
		}
	}
	return append(a.credentialStatements(),
		statement{"V", "plain http is redirected to https with 301 or 302", redirect},
		statement{"I", "a response with 429 has Retry-After", retryAfter},
	)
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
