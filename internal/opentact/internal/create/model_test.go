// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Creators in a model that are not creates.
const (
	before = -1 // the profile existed before this process
	others = -2 // another process created it
)

// stored is a profile of the model.
type stored struct {
	uuid, name string
	weight     int
	// creator is the number of the create that made it, before or others.
	creator int
	// created is when it was stored.
	created time.Time
	// late reports whether it was stored after the client stopped waiting.
	late bool
}

// fields returns the JSON of a profile. The clock of the API differs by skew from that
// of its responses.
func (p stored) fields(withWeight bool, skew time.Duration) string {
	members := fmt.Sprintf(`"name":%q,"created_on":%q`, p.name, p.created.Add(skew).UTC().Format(time.RFC3339))
	if withWeight {
		members += fmt.Sprintf(`,"weight":%d`, p.weight)
	}
	return fmt.Sprintf(`{"uuid":%q,%s}`, p.uuid, members)
}

// model is an API that stores profiles and loses responses. Its lists are true, and up
// to date if lag is 0, but grow while their pages are read.
type model struct {
	// lists says how lists end, one after the other, and from the start again.
	lists []string
	// newestFirst reports whether new profiles are at the beginning of a list.
	newestFirst bool
	// skew is the difference between the clock of the API and that of its responses.
	skew time.Duration
	// lag is the time after which lists show a profile.
	lag time.Duration
	// perPage is how many profiles a page has.
	perPage int

	mu     sync.Mutex
	stored []stored
	listed int
	// hasBaseline reports whether the first list was read.
	hasBaseline bool
}

func (m *model) creator(maxRetries int) *create.Creator {
	return create.New(create.Options{
		List: m.list, Baseline: m.list, Get: m.get, Same: same, Compare: compare, Adopt: func(string) {},
		RequestTimeout: requestTimeout, RetryMaxWait: retryMaxWait, MaxRetries: maxRetries,
		MaxWait: func(retry int) time.Duration { return time.Second << retry },
	})
}

// store stores a profile and returns it.
func (m *model) store(name string, weight, creator int, late bool) stored {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := stored{uuid: uuid(len(m.stored)), name: name, weight: weight, creator: creator, late: late, created: time.Now()}
	if creator == before {
		p.created = p.created.AddDate(-1, 0, 0)
	}
	m.stored = append(m.stored, p)
	return p
}

// all returns the profiles in the order of lists.
func (m *model) all() []stored {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(m.stored), func(p stored) bool { return time.Since(p.created) < m.lag })
	if m.newestFirst {
		slices.Reverse(all)
	}
	return all
}

// creation is one create of a model.
type creation struct {
	Name   string
	Weight int
	// Start is when it begins, and Interrupt when its context ends after that. There
	// is no interrupt if it is 0.
	Start, Interrupt time.Duration
	// Posts says how its POSTs end. Further ones succeed.
	Posts []string
	// Delay is how long each POST takes before and after the API acts, and Late when the
	// API acts on a late one.
	Delay, Late time.Duration
}

// postEnds are the ways in which a POST of a model can end. The API acts only on those
// with "acted", "soon" and "late".
var postEnds = []string{
	"acted: ok", "acted: ok", "acted: response without a name", "acted: lost", "acted: lost", "acted: 502", "acted: 500", "acted: timeout", "acted: 504",
	"lost", "lost", "lost", "503", "timeout", "504", "late: timeout", "late: 504", "late: 502", "soon: lost", "soon: lost",
	"throttled", "rejected", "login failed", "response about an old profile",
}

// post returns the function that sends the POSTs of a creation.
func (m *model) post(number int, c creation) func(context.Context) (create.Response, error) {
	posts := 0
	return func(ctx context.Context) (create.Response, error) {
		if err := ctx.Err(); err != nil {
			return create.Response{}, notSent(err)
		}
		end := "acted: ok"
		if posts < len(c.Posts) {
			end = c.Posts[posts]
		}
		posts++
		time.Sleep(c.Delay)
		when, how, found := strings.Cut(end, ": ")
		var made stored
		switch {
		case !found:
			how = end
		case when == "acted":
			made = m.store(c.Name, c.Weight, number, false)
		case when == "soon": // after two lists, if these are short
			time.AfterFunc(c.Late/10, func() { m.store(c.Name, c.Weight, number, true) })
		case when == "late":
			time.AfterFunc(c.Late, func() { m.store(c.Name, c.Weight, number, true) })
		}
		time.Sleep(c.Delay)
		fields, err := m.respond(made, how)
		return create.Response{Fields: fields, Date: time.Now().Truncate(time.Second), Elapsed: 2 * c.Delay}, err
	}
}

// respond returns the end of a POST that may have made a profile.
func (m *model) respond(made stored, how string) (wire.RawFields, error) {
	switch how {
	case "ok":
		return fieldsOf(made.fields(true, m.skew)), nil
	case "response without a name":
		return fieldsOf(fmt.Sprintf(`{"uuid":%q}`, made.uuid)), nil
	case "response about an old profile":
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.hasBaseline { // without it, the client can't tell
			return fieldsOf(m.stored[0].fields(true, m.skew)), nil
		}
		return nil, lost.err
	case "timeout":
		time.Sleep(requestTimeout)
		return nil, lostTo(context.DeadlineExceeded)
	case "504":
		time.Sleep(requestTimeout / 2)
		return nil, page(http.StatusGatewayTimeout)
	case "500":
		return nil, page(http.StatusInternalServerError)
	case "502":
		time.Sleep(requestTimeout)
		return nil, page(http.StatusBadGateway)
	case "503":
		return nil, page(http.StatusServiceUnavailable)
	case "throttled":
		return nil, &apierror.APIError{Request: about(apierror.Throttled), Status: http.StatusTooManyRequests}
	case "rejected":
		return nil, rejected(http.StatusBadRequest, "bad")
	case "login failed":
		return nil, &apierror.LoginError{Err: errors.New("no response")}
	default:
		return nil, lost.err
	}
}

// listEnds are the ways in which a list of a model can end.
var listEnds = []string{"ok", "ok", "ok", "ok", "ok", "ok", "ok", "without weights", "without weights", "an item that is no profile", "rejected", "lost", "hangs", "login failed"}

func (m *model) list(ctx context.Context, _ wire.RawFields) (*pager.List, error) {
	m.mu.Lock()
	number := m.listed
	m.listed++
	m.mu.Unlock()
	list, err := m.read(ctx, m.lists[number%len(m.lists)])
	if number == 0 {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.hasBaseline = err == nil && list.Incomplete() == nil
	}
	return list, err
}

// read reads a list that ends in some way.
func (m *model) read(ctx context.Context, end string) (*pager.List, error) {
	if err := sleep(ctx, time.Second); err != nil {
		return nil, lostTo(err)
	}
	switch end {
	case "rejected":
		return nil, rejected(http.StatusForbidden, "no lists")
	case "lost":
		return nil, lost.err
	case "hangs":
		_ = sleep(ctx, 3*requestTimeout)
		return nil, lostTo(context.DeadlineExceeded)
	case "login failed":
		return nil, &apierror.LoginError{Err: errors.New("no response")}
	}
	return readList(ctx, time.Now().Truncate(time.Second), func(skip int) (string, error) {
		if err := sleep(ctx, time.Second); err != nil {
			return "", lostTo(err)
		}
		all := m.all()
		var items []string
		for _, p := range all[min(skip, len(all)):min(skip+m.perPage, len(all))] {
			items = append(items, p.fields(end != "without weights", m.skew))
		}
		if end == "an item that is no profile" && skip == 0 && len(items) > 0 {
			items[0] = `"x"`
		}
		return fmt.Sprintf(`{"total":%d,"data":[%s]}`, len(all), strings.Join(items, ",")), nil
	})
}

func (m *model) get(ctx context.Context, uuid string, _ wire.RawFields) (wire.RawFields, error) {
	if err := sleep(ctx, time.Second); err != nil {
		return nil, lostTo(err)
	}
	for _, p := range m.all() {
		if p.uuid == uuid {
			return fieldsOf(p.fields(true, m.skew)), nil
		}
	}
	return nil, rejected(http.StatusNotFound, "no such thing")
}
