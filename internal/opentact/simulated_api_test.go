// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// simFields are the fields of a profile of the simulated API.
type simFields struct {
	Name   string
	Weight int
}

func (f simFields) String() string { return fmt.Sprintf("%q %d", f.Name, f.Weight) }

// Makers of profiles that are not creates of the case. The maker of other profiles is the
// index of a create.
const (
	madeBefore  = -1 // before the first process of the case
	madeByHuman = -2
)

// simProfile is one profile of the simulated API.
type simProfile struct {
	number, maker int
	// repeated reports whether a proxy made it by sending a POST a second time.
	repeated bool

	mu sync.Mutex
	// versions are the states of the profile, oldest first.
	versions []simVersion
}

// simVersion is the state of a profile from a time on.
type simVersion struct {
	at time.Time
	simFields
	deleted bool
}

func (p *simProfile) String() string { return fmt.Sprintf("p%d", p.number) }

func (p *simProfile) created() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.versions[0].at
}

// version returns the state of a profile at a time. It reports whether the profile
// existed then.
func (p *simProfile) version(at time.Time) (version simVersion, exists bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.versions {
		if !v.at.After(at) {
			version, exists = v, !v.deleted
		}
	}
	return version, exists
}

// had reports whether the profile had the fields at some time.
func (p *simProfile) had(fields simFields) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.versions, func(v simVersion) bool { return v.simFields == fields })
}

// simServer holds the properties of a simulated API.
type simServer struct {
	// Clock is how far the API's clocks are ahead of this machine's. Skew is how far the
	// clock of created_on is ahead of the clock of Date.
	Clock, Skew time.Duration
	// Times is the form of created_on: whole seconds, milliseconds, or none.
	Times string
	// NewestFirst reports whether lists begin with the newest profile.
	NewestFirst bool
	// PageSize is the number of profiles of a page. If it is 0, a list is an array.
	PageSize int
	// Lags are how old the state is that lists show, one list after the other.
	Lags []time.Duration
	// GetLag is how long a GET does not find a new profile.
	GetLag time.Duration
	// Sparse reports whether lists lack the weight, so that it takes a GET to compare it.
	Sparse bool
	// Cut is how many profiles a list shows, the newest ones. If it is 0, it shows all.
	Cut int
	// CacheTime is how long a cache repeats a response to a list. Its CacheMark tells the
	// client that the response is old: an Age, the old Date, or nothing.
	CacheTime time.Duration
	CacheMark string
	// TokenTime is how long the token of a login is valid. If it is 0, there are no
	// logins.
	TokenTime time.Duration
	// Outage is a time in which no path leads to the profiles.
	Outage simOutage
}

// simOutage is a time in which the API says of each profile that it is not found. The
// response to a list is Collection, one of the ends of a simFate.
type simOutage struct {
	From, To   time.Duration
	Collection string
}

func (o simOutage) String() string {
	if o.To <= o.From {
		return ""
	}
	return fmt.Sprintf("%s-%s(%s)", o.From, o.To, o.Collection)
}

// simAPI is an API in memory, in the time of its bubble. Its profiles have a name and a
// weight.
type simAPI struct {
	simServer
	start time.Time

	mu       sync.Mutex
	profiles []*simProfile
	lists    int
	cache    map[string]cachedPage
	logins   []time.Time
}

// cachedPage is the response to a list that a cache holds.
type cachedPage struct {
	at    time.Time
	page  string
	shown []int
}

// create stores a profile.
func (a *simAPI) create(fields simFields, maker int, at time.Time) *simProfile {
	return a.store(&simProfile{maker: maker, versions: []simVersion{{at: at, simFields: fields}}})
}

func (a *simAPI) store(p *simProfile) *simProfile {
	a.mu.Lock()
	defer a.mu.Unlock()
	p.number = len(a.profiles)
	a.profiles = append(a.profiles, p)
	return p
}

// change adds a version of a profile. It reports whether the profile exists.
func (a *simAPI) change(number int, do func(*simVersion)) bool {
	all := a.all()
	if number >= len(all) {
		return false
	}
	p := all[number]
	v, exists := p.version(time.Now())
	if exists {
		v.at = time.Now()
		do(&v)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.versions = append(p.versions, v)
	}
	return exists
}

// all returns all profiles, including deleted ones, oldest first.
func (a *simAPI) all() []*simProfile {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.profiles)
}

// existing returns the numbers of the profiles at a time, oldest first.
func (a *simAPI) existing(at time.Time) (numbers []int) {
	for _, p := range a.all() {
		if _, exists := p.version(at); exists {
			numbers = append(numbers, p.number)
		}
	}
	return numbers
}

// find returns a profile, or nil.
func (a *simAPI) find(uuid string) *simProfile {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := numberOf(uuid); n < len(a.profiles) && numberedUUID(n) == uuid {
		return a.profiles[n]
	}
	return nil
}

// show returns the JSON of a profile at a time, or only a part of it for a sparse list.
func (a *simAPI) show(p *simProfile, at time.Time, isSparse bool) string {
	v, _ := p.version(at)
	name, _ := json.Marshal(v.Name)
	created := ""
	switch onClock := p.created().Add(a.Clock + a.Skew).UTC(); a.Times {
	case "seconds":
		created = fmt.Sprintf(`,"created_on":%q`, onClock.Truncate(time.Second).Format(time.RFC3339))
	case "milliseconds":
		created = fmt.Sprintf(`,"created_on":%q`, onClock.Format("2006-01-02T15:04:05.000Z07:00"))
	}
	weight := ""
	if !isSparse {
		weight = fmt.Sprintf(`,"weight":%d`, v.Weight)
	}
	return fmt.Sprintf(`{"uuid":%q,"name":%s%s%s}`, numberedUUID(p.number), name, weight, created)
}

// respond returns a response with the time of the API's clock.
func (a *simAPI) respond(status int, body string) *http.Response {
	resp := httpResponse(status, body)
	resp.Header.Set("Date", a.date(time.Now()).Format(http.TimeFormat))
	if strings.HasPrefix(body, "{") {
		resp.Header.Set("Content-Type", "application/json")
	}
	return resp
}

// date returns the time on the clock of Date.
func (a *simAPI) date(at time.Time) time.Time { return at.Add(a.Clock).UTC().Truncate(time.Second) }

func (a *simAPI) success(payload string) *http.Response {
	return a.respond(http.StatusOK, `{"success":true,"payload":`+payload+`}`)
}

// failure is the API's own error.
func (a *simAPI) failure(status int) *http.Response {
	return a.respond(status, fmt.Sprintf(`{"success":false,"message":"no","status":%d}`, status))
}

// read is the response to a GET of one profile.
func (a *simAPI) read(uuid string) *http.Response {
	if p := a.find(uuid); p != nil && time.Since(p.created()) >= a.GetLag {
		if _, exists := p.version(time.Now()); exists {
			return a.success(a.show(p, time.Now(), false))
		}
	}
	return a.failure(http.StatusNotFound)
}

// list is the response to the GET of a page of the list. It returns the numbers of the
// profiles in it.
func (a *simAPI) list(query url.Values) (resp *http.Response, shown []int) {
	now := time.Now()
	a.mu.Lock()
	cached, ok := a.cache[query.Encode()]
	a.mu.Unlock()
	if !ok || now.Sub(cached.at) >= a.CacheTime {
		cached = cachedPage{at: now}
		cached.page, cached.shown = a.page(query, now)
		a.mu.Lock()
		a.cache[query.Encode()] = cached
		a.mu.Unlock()
	}
	resp = a.success(cached.page)
	if now.After(cached.at) && a.CacheMark != "none" {
		resp.Header.Set("Date", a.date(cached.at).Format(http.TimeFormat))
		if a.CacheMark == "age" {
			resp.Header.Set("Age", strconv.Itoa(int(now.Sub(cached.at).Seconds())))
		}
	}
	return resp, cached.shown
}

// page returns a page of the list: an array without pages, or an object.
func (a *simAPI) page(query url.Values, at time.Time) (page string, shown []int) {
	if len(a.Lags) > 0 {
		a.mu.Lock()
		at = at.Add(-a.Lags[a.lists%len(a.Lags)])
		a.lists++
		a.mu.Unlock()
	}
	shown = a.existing(at)
	if a.Cut > 0 {
		shown = shown[max(0, len(shown)-a.Cut):]
	}
	if a.NewestFirst {
		slices.Reverse(shown)
	}
	total := len(shown)
	skip, _ := strconv.Atoi(query.Get("skip"))
	if a.PageSize > 0 {
		shown = shown[min(skip, total):min(skip+a.PageSize, total)]
	}
	items := make([]string, len(shown))
	for i, number := range shown {
		items[i] = a.show(a.all()[number], at, a.Sparse)
	}
	page = "[" + strings.Join(items, ",") + "]"
	if a.PageSize > 0 {
		page = fmt.Sprintf(`{"take":%d,"skip":%d,"total":%d,"data":%s}`, a.PageSize, skip, total, page)
	}
	return page, shown
}

// logIn is the response to a login.
func (a *simAPI) logIn() *http.Response {
	a.mu.Lock()
	a.logins = append(a.logins, time.Now())
	number := len(a.logins)
	a.mu.Unlock()
	return a.success(fmt.Sprintf(`{"token":"login-%d"}`, number))
}

// The credentials of processes without a login.
const (
	simToken  = "static"
	simAPIKey = "sim-key"
)

// accepts reports whether a request has a valid token or API key.
func (a *simAPI) accepts(header http.Header) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	token, authorization := header.Get("X-Auth-Token"), header.Get("Authorization")
	number := 0
	_, _ = fmt.Sscanf(token, "login-%d", &number)
	if a.TokenTime == 0 {
		return token == simToken && authorization == "" || token == "" && authorization == "Bearer "+simAPIKey
	}
	return authorization == "" && number > 0 && number <= len(a.logins) && time.Since(a.logins[number-1]) < a.TokenTime
}

// isDown reports whether no path leads to the profiles now.
func (a *simAPI) isDown() bool {
	now := time.Since(a.start)
	return now >= a.Outage.From && now < a.Outage.To
}
