// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// maxDateLag is how far the Date of a response may be before the newest Date, because the
// clocks of several servers behind one address differ.
const maxDateLag = 30 * time.Second

// freshnessTransport finds out which responses are old copies from a cache. It compares
// the Date of a response with the newest Date, and never with the local clock, which may
// be wrong.
type freshnessTransport struct {
	next http.RoundTripper

	mu sync.Mutex
	// newest is the newest Date of all responses without an Age.
	newest time.Time
}

func (t *freshnessTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x := &requestFrom(req.Context()).exchange
	isWritten := req.Method != http.MethodGet && x.outcome == apierror.Done
	x.date, x.stale = t.observe(resp.Header, x.elapsed, isOfAPI(x), isWritten)
	return resp, nil
}

// isOfAPI reports whether the API itself has made the response, not a proxy.
func isOfAPI(x *exchange) bool {
	_, isAPI := errors.AsType[*apierror.APIError](x.err)
	return x.outcome == apierror.Done || isAPI
}

// observe returns the Date of a response, or zero if the response has an Age. It also
// returns why the response is stale, or "".
//
// After a Date far in the future, all responses look old. So the response of a proxy does
// not change the newest Date. A cache never responds to a write (RFC 9111, section 4). So
// if the response to a successful write looks old, observe drops the newest Date.
func (t *freshnessTransport) observe(header http.Header, elapsed time.Duration, isOfAPI, isWritten bool) (date time.Time, stale string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	date, age := readDate(header), readAge(header)
	hasAge := len(header.Values("Age")) > 0
	// The server may set Date when it begins to respond, which takes up to elapsed.
	isOld := !date.IsZero() && t.newest.After(date.Add(elapsed+maxDateLag))
	switch {
	case age > 0:
		stale = fmt.Sprintf("it is a copy from a cache: its Age is %s", age)
	case isOld && isWritten && !hasAge:
		t.newest = date
	case isOld:
		stale = fmt.Sprintf("it is a copy from a cache: its Date is %s before that of a newer response", t.newest.Sub(date))
	}
	if hasAge {
		return time.Time{}, stale // Date says when the cache got the response
	}
	if isOfAPI && date.After(t.newest) {
		t.newest = date
	}
	return date, stale
}

// readDate returns the Date of a response, or zero if there is no valid one.
func readDate(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date
}

// readAge returns the Age of a response. It uses the first value of a list and ignores an
// invalid one (RFC 9111, section 5.1).
func readAge(header http.Header) time.Duration {
	first, _, _ := strings.Cut(header.Get("Age"), ",")
	seconds, _ := strconv.ParseUint(strings.TrimSpace(first), 10, 32) // 0 if it is invalid, the maximum if it is out of range
	return time.Duration(seconds) * time.Second
}
