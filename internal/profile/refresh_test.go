// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// manyProfiles is the state of many profiles, written by another process.
type manyProfiles struct {
	env    *acctest.Env
	typ    string
	kind   emulator.Kind
	ids    []string
	states []acctest.State
}

func newManyProfiles(t *testing.T, typ string, options emulator.Options) *manyProfiles {
	t.Helper()
	m := &manyProfiles{env: acctest.New(t, options), typ: typ, kind: kindsByType[typ]}
	p := m.env.Protocol(t)
	for i := range 30 {
		m.ids = append(m.ids, add(t, m.env, m.kind, map[string]any{"name": fmt.Sprint("n", i)}))
	}
	for _, id := range m.ids {
		imported, diags := p.Import(t, typ, id)
		acctest.NoDiagnostics(t, diags)
		m.states = append(m.states, refresh(t, p, typ, imported))
	}
	return m
}

// refresh reads all profiles in a new process, in parallel, and counts the requests.
func (m *manyProfiles) refresh(t *testing.T) (after []acctest.State, calls map[string]int) {
	t.Helper()
	p, from := m.env.Protocol(t), len(m.env.Requests())
	after = make([]acctest.State, len(m.states))
	var group sync.WaitGroup
	for i, state := range m.states {
		group.Go(func() {
			if _, exists := m.env.Profile(m.kind, state.Values().Text("id")); !exists {
				after[i] = refreshNotFound(t, p, m.typ, state)
				return
			}
			after[i] = refresh(t, p, m.typ, state)
		})
	}
	group.Wait()
	calls = make(map[string]int)
	for _, request := range m.env.Requests()[from:] {
		operation := "get"
		if request.Path == emulator.BasePath+"/profile/"+string(m.kind) {
			operation = "list"
		}
		calls[operation]++
	}
	return after, calls
}

// wantSame expects the same states as before, except for some profiles.
func (m *manyProfiles) wantSame(t *testing.T, after []acctest.State, except ...int) {
	t.Helper()
	changed := make(map[int]bool)
	for _, i := range except {
		changed[i] = true
	}
	for i, state := range after {
		if diff := cmp.Diff(m.states[i].Values(), state.Values()); (diff != "") != changed[i] {
			t.Errorf("profile %d, changed %t: %s", i, changed[i], diff)
		}
	}
}

// A refresh of many profiles needs one list in each response shape, and one GET for each profile that
// changed or doesn't exist.
func TestRefresh_ManyProfiles_OneList(t *testing.T) {
	t.Parallel()
	for typ := range kindsByType {
		for _, options := range []emulator.Options{
			{}, {Shape: emulator.ShapeDocument}, {FieldNames: emulator.FieldNamesAliasIgnore}, {Shape: emulator.ShapeDocument, FieldNames: emulator.FieldNamesAliasReject},
		} {
			t.Run(fmt.Sprintf("%s/shape %d, names %d", typ, options.Shape, options.FieldNames), func(t *testing.T) {
				t.Parallel()
				m := newManyProfiles(t, typ, options)
				after, calls := m.refresh(t)
				m.wantSame(t, after)
				if diff := cmp.Diff(map[string]int{"get": 3, "list": 1}, calls); diff != "" {
					t.Errorf("no changes: %s", diff)
				}
				if err := m.env.Change(m.kind, m.ids[7], map[string]any{"name": "others"}); err != nil {
					t.Fatal(err)
				}
				if err := m.env.Remove(m.kind, m.ids[8]); err != nil {
					t.Fatal(err)
				}
				after, calls = m.refresh(t)
				m.wantSame(t, after, 7, 8)
				if after[7].Values().Text("name") != "others" || !after[8].Value.IsNull() {
					t.Errorf("got %v and %v", after[7].Values(), after[8].Values())
				}
				// The first three reads are GETs, and may include the two profiles. Another list may
				// confirm that one doesn't exist.
				if calls["get"] < 3 || calls["get"] > 5 || calls["list"] > 2 {
					t.Errorf("two changes: %v", calls)
				}
			})
		}
	}
}

// The list lags by an hour, so it shows no profile. The plan after an apply is empty.
func TestRefresh_LaggingList_PlanIsEmpty(t *testing.T) {
	t.Parallel()
	for typ, kind := range kindsByType {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			m := newManyProfiles(t, typ, emulator.Options{})
			m.env.Inject(t, emulator.Rule{
				Method: http.MethodGet, Path: "/profile/" + string(kind),
				Faults: []emulator.Fault{{Action: emulator.ActionLag, For: emulator.Duration(time.Hour)}},
			})
			p := m.env.Protocol(t)
			for i := range 10 {
				m.states[i] = p.Converge(t, typ, m.states[i], acctest.Values{"name": fmt.Sprint("changed ", i)})
			}
			m.states = append(m.states, p.Converge(t, typ, acctest.State{}, acctest.Values{"name": "new"}))
			after, _ := m.refresh(t)
			m.wantSame(t, after)
			for i, state := range after {
				wantNoChange(t, m.env.Protocol(t), typ, state, acctest.Values{"name": m.states[i].Values().Text("name")})
			}
		})
	}
}

func TestRefresh_ListForbidden_ReadsEachProfile(t *testing.T) {
	t.Parallel()
	m := newManyProfiles(t, messagingProfile, emulator.Options{})
	m.env.Inject(t, emulator.Rule{
		Method: http.MethodGet, Path: "/profile/messaging",
		Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
	})
	after, calls := m.refresh(t)
	m.wantSame(t, after)
	if diff := cmp.Diff(map[string]int{"get": 30, "list": 1}, calls); diff != "" {
		t.Error(diff)
	}
}

func TestDataSources_ShareListWithResources(t *testing.T) {
	t.Parallel()
	m := newManyProfiles(t, messagingProfile, emulator.Options{})
	p, from := m.env.Protocol(t), len(m.env.Requests())
	var group sync.WaitGroup
	for i, id := range m.ids {
		group.Go(func() {
			for _, by := range []acctest.Values{{"name": fmt.Sprint("n", i)}, {"id": id}} {
				got, diags := p.ReadDataSource(t, messagingProfile, by)
				acctest.NoDiagnostics(t, diags)
				if got.Text("id") != id || got.Text("name") != fmt.Sprint("n", i) {
					t.Errorf("by %v: got %v", by, got)
				}
			}
			all, diags := p.ReadDataSource(t, messagingProfile+"s", nil)
			acctest.NoDiagnostics(t, diags)
			if n := len(all.List("profiles")); n != len(m.ids) {
				t.Errorf("got %d profiles", n)
			}
			refresh(t, p, messagingProfile, m.states[i])
		})
	}
	group.Wait()
	if calls := len(m.env.Requests()) - from; calls > 4 {
		t.Errorf("%d calls", calls)
	}
	// The data source finds a profile that was created after the list.
	p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "new"})
	if got, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "new"}); len(diags) > 0 || got.Text("id") == "" {
		t.Errorf("the new profile is %v: %s", got, acctest.Describe(diags))
	}
}

// The provider logs only at the level that Terraform shows.
func TestAccLogs_FollowLevel(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]bool{"DEBUG": true, "ERROR": false} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "n"})
			env.Inject(t, emulator.Rule{
				Method: http.MethodGet, Path: "/profile/messaging",
				Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
			})
			w := acctest.NewWorkspace(t, env.Files(fmt.Sprintf("data \"opentact_messaging_profile\" \"p\" {\n  count = 5\n  id = %q\n}\n", id)))
			log := filepath.Join(t.TempDir(), "log")
			for _, err := range []error{w.SetLogProvider(level), w.SetLogPath(log)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := w.Plan(t.Context()); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			for part, want := range map[string]bool{
				"OpenTact API request": want, "Can't use the list of messaging profiles: reading profiles one by one": want, "[TRACE]": false,
			} {
				if strings.Contains(string(text), part) != want {
					t.Errorf("%q is logged: %t; the log is %s", part, !want, text)
				}
			}
		})
	}
}
