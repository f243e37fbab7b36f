// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The maximum number of rows in each table of the page.
const (
	maxPageProfiles = 100
	maxPageRequests = 50
	maxPageRules    = 50
)

// page is the data for page.html. All text from requests, profiles and rules went through the function visible.
type page struct {
	BaseURL    string
	Style      template.CSS
	Refresh    bool // reports whether the browser loads the page again every 2 seconds
	Now        pageTime
	Kinds      []pageKind
	Log        pageLog
	Rules      []pageRule // the first ones
	TotalRules int
	ControlOff string // says that the control endpoint is off, or empty
}

// pageKind is the table of one kind of profile.
type pageKind struct {
	Kind     Kind
	Title    string
	Total    int
	Profiles []pageProfile // the latest, the newest first
}

type pageProfile struct {
	Name, UUID        string
	Attributes        []pageAttribute
	Created, Modified pageTime
	IsModified        bool
}

type pageAttribute struct {
	Name, Value string
	IsDefault   bool
}

// pageTime is a time in two formats: for the datetime attribute, and for people.
type pageTime struct{ Machine, Person string }

func (e *Emulator) page(r *http.Request) page {
	now := time.Now().UTC()
	p := page{
		BaseURL: "http://" + visible(r.Host) + BasePath, Style: template.CSS(pageCSS), Refresh: r.URL.Query().Has("refresh"), //nolint:gosec // an embedded file
		Now: pageTime{timestamp(now), now.Format(time.DateTime)},
		Log: e.log.page(now),
	}
	for _, kind := range Kinds() {
		p.Kinds = append(p.Kinds, e.pageKind(kind, now))
	}
	rules := e.rules.all()
	p.TotalRules = len(rules)
	for _, injection := range rules[:min(len(rules), maxPageRules)] {
		p.Rules = append(p.Rules, injection.page())
	}
	if !e.options.Control {
		p.ControlOff = controlOff
	}
	return p
}

// newPageTime formats t. The format for people is layout. If t is not on the day of now, the date comes before it.
func newPageTime(t, now time.Time, layout string) pageTime {
	person := t.Format(layout)
	if day := t.Format(time.DateOnly); day != now.Format(time.DateOnly) {
		person = day + " " + person
	}
	return pageTime{timestamp(t), person}
}

func (e *Emulator) pageKind(kind Kind, now time.Time) pageKind {
	noun := e.kinds[kind].noun
	stored := e.store.list(kind)
	table := pageKind{Kind: kind, Title: strings.ToUpper(noun[:1]) + noun[1:] + "s", Total: len(stored)}
	for _, p := range slices.Backward(stored) {
		if len(table.Profiles) == maxPageProfiles {
			break
		}
		table.Profiles = append(table.Profiles, pageProfile{
			Name: visible(fmt.Sprint(p.fields["name"])), UUID: p.uuid, Attributes: e.pageAttributes(kind, p),
			Created: newPageTime(p.created, now, time.TimeOnly), Modified: newPageTime(p.modified, now, time.TimeOnly),
			IsModified: !p.modified.Equal(p.created),
		})
	}
	return table
}

// pageAttributes returns the fields that are not null. Fields with a default value come last.
func (e *Emulator) pageAttributes(kind Kind, p profile) []pageAttribute {
	changed := withoutDefaults(p.fields, e.kinds[kind].defaults)
	var attributes, byDefault []pageAttribute
	for _, field := range slices.Sorted(maps.Keys(p.fields)) {
		value := p.fields[field]
		if field == "name" || value == nil {
			continue
		}
		attribute := pageAttribute{Name: field, Value: e.pageValue(kind, field, value)}
		if _, ok := changed[field]; ok {
			attributes = append(attributes, attribute)
			continue
		}
		attribute.IsDefault = true
		byDefault = append(byDefault, attribute)
	}
	return append(attributes, byDefault...)
}

// pageValue returns the text of a value. The page needs no token, so it shows only the scheme and the host of a sensitive
// URL: the rest may contain credentials.
func (e *Emulator) pageValue(kind Kind, field string, value any) string {
	text, isText := value.(string)
	switch {
	case !isText:
		encoded, _ := json.Marshal(value) // can't fail: a number or a boolean
		return string(encoded)
	case !isSensitive(e.schemas[kind].create.Properties[field].Value):
		return visible(text)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "(set)"
	}
	return visible(u.Scheme + "://" + u.Host + "/…")
}

// visible escapes invisible and control characters as in a Go string: they could hide or reorder text.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
