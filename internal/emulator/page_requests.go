// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pageLog is the table of requests.
type pageLog struct {
	Total    int
	Failed   int // without a response, or with a status from 400
	Faults   int // hit by a rule
	Requests []pageRequest
}

type pageRequest struct {
	Time                pageTime
	Method, Path        string
	Status, StatusClass string
	Fault, Duration     string
}

// page returns the latest requests, the newest first, and the number of all requests.
func (l *requestLog) page(now time.Time) pageLog {
	l.mu.Lock()
	defer l.mu.Unlock()
	table := pageLog{Total: len(l.entries)}
	for _, entry := range slices.Backward(l.entries) {
		if len(table.Requests) < maxPageRequests {
			table.Requests = append(table.Requests, entry.page(now))
		}
		if entry.done && (entry.Status == 0 || entry.Status >= http.StatusBadRequest) {
			table.Failed++
		}
		if entry.Fault != "" {
			table.Faults++
		}
	}
	return table
}

// page returns the row of the request. It omits the query and the body, because they may contain credentials.
func (r *logEntry) page(now time.Time) pageRequest {
	row := pageRequest{
		Time: newPageTime(r.Time, now, "15:04:05.000"), Method: visible(r.Method), Path: visible(r.Path), Fault: string(r.Fault),
	}
	row.Status, row.StatusClass = r.pageStatus()
	if r.Status != 0 {
		precision := time.Microsecond
		if r.Duration >= time.Millisecond {
			precision = 100 * time.Microsecond
		}
		row.Duration = r.Duration.Round(precision).String()
	}
	return row
}

func (r *logEntry) pageStatus() (text, class string) {
	switch {
	case r.Status == 0 && !r.done:
		return "in progress", "busy"
	case r.Status == 0:
		return "no response", "bad"
	case r.Status >= http.StatusBadRequest:
		class = "bad"
	default:
		class = "good"
	}
	return strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status)), class
}
