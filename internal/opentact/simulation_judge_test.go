// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// judgedCase is a simulation that has ended well. The creates 0 and 1 belong to one
// process, and create 2 to another. All send the same fields, and create i made and has
// the profile i. The profile 3 existed before, and a human made the profile 4 later.
func judgedCase() *simulation {
	s := &simulation{simAPI: simAPI{start: time.Now()}}
	s.MaxRetries = 1
	fields := simFields{"a", 1}
	processes := []*simulatedProcess{{begun: s.start}, {begun: s.start}}
	for _, p := range processes {
		p.baseline = &simBaseline{shown: []int{3}, date: s.date(s.start)}
	}
	for i, process := range []*simulatedProcess{processes[0], processes[0], processes[1]} {
		run := &simRun{index: i, process: process, op: simOp{What: "create", Fields: fields}, posts: []simPost{{fate: "ok"}}, begun: s.start, ended: s.start}
		run.created.UUID = numberedUUID(i)
		s.runs = append(s.runs, run)
		s.create(fields, i, s.start)
	}
	s.create(fields, madeBefore, s.start.Add(-time.Hour))
	s.create(fields, madeByHuman, s.start.Add(-time.Minute))
	return s
}

// lose makes the last response of a create ambiguous. The create has found its profile.
func (r *simRun) lose(fates ...simFate) {
	r.posts = nil
	for _, fate := range fates {
		r.posts = append(r.posts, simPost{fate: fate})
	}
	r.created.Ambiguous = errors.New("lost")
}

// end makes a create end with an error and without a profile.
func (r *simRun) end(err error) {
	r.created.UUID, r.err = "", err
}

func TestSimulation_Judge_FindsEachViolation(t *testing.T) {
	t.Parallel()
	rejected := &opentact.APIError{Request: apierror.Request{Last: apierror.Rejected}, Status: http.StatusBadRequest}
	notFound := &opentact.APIError{Request: apierror.Request{Last: apierror.Rejected}, Status: http.StatusNotFound}
	ambiguous := func(uuids ...string) error {
		err := &opentact.AmbiguousCreateError{Err: errors.New("lost")}
		for _, uuid := range uuids {
			err.Candidates = append(err.Candidates, opentact.Candidate{UUID: uuid})
		}
		return err
	}
	const unavoidable = -1 // of a rule: the violation is unavoidable
	tests := []struct {
		name    string
		arrange func(s *simulation)
		want    []int
	}{
		{"no violation", func(*simulation) {}, nil},
		{"two creates of a process have one profile", func(s *simulation) {
			s.runs[1].created.UUID = numberedUUID(0)
		}, []int{1, 3}},
		{"two processes have one profile, without a warning", func(s *simulation) {
			s.runs[2].created.UUID = numberedUUID(0)
		}, []int{1, 2, 3}},
		{"two processes have one profile, with a warning", func(s *simulation) {
			s.runs[2].created.UUID = numberedUUID(0)
			s.runs[2].lose("never, lost")
		}, []int{1 * unavoidable, 2 * unavoidable, 3 * unavoidable}},
		{"a create has the profile of another process that is older than the baseline", func(s *simulation) {
			s.runs[2].created.UUID = numberedUUID(0)
			s.runs[2].lose("never, lost")
			s.runs[2].process.baseline.date = s.start.Add(2 * time.Second)
		}, []int{1, 2, 3}},
		{"a create has a profile of the baseline", func(s *simulation) {
			s.runs[0].created.UUID = numberedUUID(3)
			s.runs[0].lose("never, lost")
		}, []int{2, 3}},
		{"a create has a profile that was hidden, and the API shows no times", func(s *simulation) {
			s.Times = "none"
			s.runs[2].created.UUID = numberedUUID(3)
			s.runs[2].lose("acts, lost")
			s.runs[2].process.baseline.shown = nil
		}, []int{2 * unavoidable, 3 * unavoidable}},
		{"a create has the profile of a false response, after another create", func(s *simulation) {
			s.runs[0].created.UUID = numberedUUID(4)
			s.runs[0].lose("acts, false older")
			s.runs[0].posts[0].other = s.find(numberedUUID(4))
			s.runs[0].begun = s.start.Add(time.Second)
		}, []int{2, 3}},
		{"the first create has the young profile of a false response", func(s *simulation) {
			s.runs[0].created.UUID = numberedUUID(4)
			s.runs[0].posts = []simPost{{fate: "acts, false older", other: s.find(numberedUUID(4))}}
		}, []int{2 * unavoidable, 3 * unavoidable}},
		{"a duplicate belongs to another resource", func(s *simulation) {
			s.runs[0].lose("acts, lost", "acts, ok")
			s.runs[0].created.Duplicates = []string{numberedUUID(1)}
		}, []int{2}},
		{"a duplicate existed before", func(s *simulation) {
			s.runs[0].lose("acts, lost", "acts, ok")
			s.runs[0].created.Duplicates = []string{numberedUUID(3)}
		}, []int{2}},
		{"more duplicates than lost responses", func(s *simulation) {
			s.runs[0].lose("acts, lost", "acts, ok")
			for range 2 {
				s.runs[0].created.Duplicates = append(s.runs[0].created.Duplicates, numberedUUID(s.create(s.runs[0].op.Fields, 0, s.start).number))
			}
		}, []int{5}},
		{"a profile is in no state", func(s *simulation) {
			s.create(s.runs[0].op.Fields, 0, s.start)
			s.runs[0].lose("acts, lost")
		}, []int{3}},
		{"a warning names a profile", func(s *simulation) {
			s.create(s.runs[0].op.Fields, 0, s.start)
			s.runs[0].lose("acts, lost", "acts, ok")
			s.runs[0].created.Resends = 1
		}, nil},
		{"a profile came twice", func(s *simulation) {
			s.store(&simProfile{maker: 0, repeated: true, versions: s.find(numberedUUID(0)).versions})
		}, []int{3 * unavoidable}},
		{"a profile came twice, and a list showed it", func(s *simulation) {
			p := s.store(&simProfile{maker: 0, repeated: true, versions: s.find(numberedUUID(0)).versions})
			s.runs[0].shown = map[int]bool{p.number: true}
			s.runs[0].lose("acts, lost")
		}, []int{3}},
		{"a candidate is named", func(s *simulation) {
			s.Lags = []time.Duration{time.Second}
			s.runs[0].lose("acts, lost")
			s.runs[0].end(ambiguous(numberedUUID(0)))
		}, nil},
		{"a success without a profile", func(s *simulation) {
			s.runs[0].created.UUID = numberedUUID(9)
		}, []int{4, 3}},
		{"a success with other values", func(s *simulation) {
			s.runs[0].op.Fields.Weight = 2
		}, []int{4}},
		{"nothing was created, but something was", func(s *simulation) {
			s.runs[0].end(rejected)
		}, []int{4, 3}},
		{"an update that was not carried out", func(s *simulation) {
			s.judgeUse(s.runs[0], "update", s.find(numberedUUID(0)), s.start, nil)
		}, []int{4}},
		{"a create that could be recovered", func(s *simulation) {
			s.runs[0].lose("acts, lost")
			s.runs[0].end(ambiguous())
			s.runs[0].process.begun = s.start.Add(time.Second) // the other process has ended
		}, []int{6}},
		{"a create that was resent although a list showed its profile", func(s *simulation) {
			s.create(s.runs[0].op.Fields, 0, s.start)
			s.runs[0].lose("acts, lost", "acts, ok")
			s.runs[0].created.Resends = 1
			s.runs[0].process.begun = s.start.Add(time.Second) // the other process has ended
		}, []int{6}},
		{"an ambiguous error after a clear response", func(s *simulation) {
			s.runs[0].end(ambiguous())
		}, []int{6}},
		{"a profile that exists is not found", func(s *simulation) {
			s.judgeUse(s.runs[0], "get", s.find(numberedUUID(0)), s.start, notFound)
		}, []int{7}},
		{"a profile that exists is deleted", func(s *simulation) {
			s.judgeUse(s.runs[0], "delete", s.find(numberedUUID(0)), s.start, nil)
		}, []int{7}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := judgedCase()
				test.arrange(s)
				time.Sleep(time.Minute)
				want := make(map[int]bool)
				for _, rule := range test.want {
					want[rule] = true
				}
				for _, v := range s.judge() {
					rule := v.rule
					if v.unavoidable {
						rule *= unavoidable
					}
					if _, expected := want[rule]; !expected {
						t.Errorf("%s (unavoidable %v): %s", simRules[v.rule], v.unavoidable, v.text)
					}
					want[rule] = false
				}
				for rule, missing := range want {
					if missing {
						t.Errorf("no violation of rule %d", rule)
					}
				}
			})
		})
	}
}

// The random cases reach every way in which a create can end.
func TestSimulation_RandomCases_ReachEveryEnd(t *testing.T) {
	t.Parallel()
	ends := make(map[string]int)
	for seed := range 20 {
		for _, scenario := range simScenarios {
			s := runCase(t, rapid.Custom(scenario.drawCase).Example(seed))
			for _, run := range s.creates() {
				ends[run.ending()]++
			}
		}
	}
	for _, want := range []string{"clear response", "recovered", "resent", "duplicates", "candidates", "no candidates", "clear error", "stored differently"} {
		if ends[want] == 0 {
			t.Errorf("no create ended with %q: %v", want, ends)
		}
	}
}

// ending classifies the end of a create.
func (r *simRun) ending() string {
	ambiguous, isAmbiguous := r.ambiguousError()
	switch {
	case isAmbiguous && len(ambiguous.Candidates) > 0:
		return "candidates"
	case isAmbiguous:
		return "no candidates"
	case r.err != nil && r.created.UUID != "":
		return "stored differently"
	case r.err != nil:
		return "clear error"
	case len(r.created.Duplicates) > 0:
		return "duplicates"
	case r.created.Resends > 0:
		return "resent"
	case r.created.Ambiguous != nil:
		return "recovered"
	default:
		return "clear response"
	}
}
