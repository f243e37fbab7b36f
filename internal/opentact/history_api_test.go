// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// nameOnly is a kind whose profiles have only a name.
var nameOnly = opentact.Spec[opentact.Named]{Name: "named profile", Path: "profile/named"}

// version is the name of a profile from a time on. The name is "" once the profile is
// deleted.
type version struct {
	name string
	at   time.Time
}

// historyAPI is an API that keeps all versions of its profiles. Requests take a random
// time, and lists fail in many ways.
type historyAPI struct {
	mu      sync.Mutex
	random  *rand.Rand
	history [][]version
	names   int
	// notFound are the times at which a GET of each profile got a 404.
	notFound [][]time.Time
	// failures are the ways in which a list may fail. Each list draws one. "" is a success.
	failures []string
	errs     []string
}

func newHistoryAPI(profiles int, random *rand.Rand, failures []string) *historyAPI {
	a := &historyAPI{random: random, history: make([][]version, profiles), notFound: make([][]time.Time, profiles), failures: failures}
	for i := range a.history {
		a.history[i] = []version{{a.newName(), time.Now()}}
	}
	return a
}

func (a *historyAPI) errorf(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.errs = append(a.errs, fmt.Sprintf(format, args...))
}

// newName returns a name that no profile had before.
func (a *historyAPI) newName() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names++
	return strconv.Itoa(a.names)
}

// change adds a version of a profile. It reports whether the profile exists.
func (a *historyAPI) change(i int, name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last := a.history[i][len(a.history[i])-1]; last.name == "" {
		return false
	}
	a.history[i] = append(a.history[i], version{name, time.Now()})
	return true
}

// currentName returns the name of a profile, or "" if it is deleted.
func (a *historyAPI) currentName(i int) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.history[i][len(a.history[i])-1].name
}

func (a *historyAPI) historyOf(i int) []version {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.history[i])
}

// versionOf returns the index of a name in the history of a profile, or -1.
func (a *historyAPI) versionOf(i int, name string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.IndexFunc(a.history[i], func(v version) bool { return v.name == name })
}

// respondedNotFound reports whether a GET of a profile got a 404 at a time or later.
func (a *historyAPI) respondedNotFound(i int, since time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.notFound[i], func(at time.Time) bool { return !at.Before(since) })
}

// sleep takes a random time.
func (a *historyAPI) sleep() {
	a.mu.Lock()
	wait := time.Duration(a.random.Int64N(int64(4 * time.Second)))
	a.mu.Unlock()
	time.Sleep(wait)
}

func (a *historyAPI) profile(i int) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":%q}`, numberedUUID(i), a.currentName(i))
}

// roundTrip responds with the state at some moment between request and response.
func (a *historyAPI) roundTrip(req *http.Request) (*http.Response, error) {
	a.sleep()
	defer a.sleep()
	if isList(req) {
		return a.list()
	}
	i := numberOf(req.URL.Path)
	notFound := httpResponse(404, `{"success":false,"message":"no such profile","status":404}`)
	switch req.Method {
	case http.MethodPatch:
		var body struct{ Name string }
		_ = json.NewDecoder(req.Body).Decode(&body)
		if !a.change(i, body.Name) {
			return notFound, nil
		}
	case http.MethodDelete:
		if !a.change(i, "") {
			return notFound, nil
		}
		return successResponse(`{}`), nil
	default:
		if a.currentName(i) == "" {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.notFound[i] = append(a.notFound[i], time.Now())
			return notFound, nil
		}
	}
	return successResponse(a.profile(i)), nil
}

// listFailures are the ways in which a list may fail. "" is a success. It is repeated to
// make it more probable.
var listFailures = []string{
	"", "", "", "500", "403", "connection lost", "slow", "profile without a name", "items that are no profiles", "two contents", "profiles missing",
}

// listsMayFail reports whether a list may have no response with the API's envelope.
func (a *historyAPI) listsMayFail() bool {
	return slices.Contains(a.failures, "500") || slices.Contains(a.failures, "connection lost")
}

func (a *historyAPI) list() (*http.Response, error) {
	a.mu.Lock()
	failure := a.failures[a.random.IntN(len(a.failures))]
	a.mu.Unlock()
	var items []string
	for i := range a.history {
		if a.currentName(i) != "" {
			items = append(items, a.profile(i))
		}
	}
	half := len(items) / 2
	switch failure {
	case "500":
		return httpResponse(500, "oops"), nil
	case "403":
		return httpResponse(403, `{"success":false,"message":"no"}`), nil
	case "connection lost":
		return nil, io.ErrUnexpectedEOF
	case "slow":
		time.Sleep(40 * time.Second)
	case "profile without a name":
		items = append(items[:half], strings.ReplaceAll(strings.Join(items[half:], ","), `"name"`, `"nick"`))
	case "items that are no profiles":
		items = append(items, `"oops"`, `{"uuid":"x"}`)
	case "two contents":
		if a.currentName(0) != "" {
			items = append(items, fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":"another"}`, numberedUUID(0)))
		}
	case "profiles missing":
		items = items[:half]
	}
	items = slices.DeleteFunc(items, func(item string) bool { return item == "" })
	return listResponse(items...), nil
}
