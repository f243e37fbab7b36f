// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// exactNumbers are easily taken for others. The API is to receive the shortest
// decimal of the nearest double.
var exactNumbers = map[string]string{
	"0": "0", "0.1": "0.1", "0.005": "0.005", "1e-7": "1e-7", "1e15": "1000000000000000",
	"0.33333333333333333333333333333333333333": "0.3333333333333333", // as Terraform has 1/3
	"9007199254740993":                         "9007199254740992",   // 2^53 + 1 is no double
}

// createOfNumbers is the request that sends one number in every place there is.
const createOfNumbers = `POST /rest/profile/outbound_voice {"channel_limit":%[1]s,"daily_spend_limit":%[1]s,"max_rate":%[1]s,"name":"a"}`

// Numbers of a configuration have 512 bits, those of the API 53. They are no
// difference after a create, a refresh or an import, and are sent as the shortest
// decimal of the nearest double.
func TestNumbersAreExact(t *testing.T) {
	t.Parallel()
	for number, sent := range exactNumbers {
		env := acctest.New(t, emulator.Options{})
		p := env.Protocol(t)
		config := acctest.Values{"name": "a", "channel_limit": number, "max_rate": number, "daily_spend_limit": number}
		created := p.Converge(t, voiceProfile, acctest.State{}, config)
		id := created.Values().Text("id")
		states := map[string]acctest.State{"created": created, "refreshed": refresh(t, p, voiceProfile, created)}
		imported, diags := p.Import(t, voiceProfile, id)
		acctest.NoDiagnostics(t, diags)
		states["imported"] = refresh(t, p, voiceProfile, imported)
		imported, diags = p.ImportByIdentity(t, voiceProfile, acctest.Values{"id": id})
		acctest.NoDiagnostics(t, diags)
		states["imported by identity"] = refresh(t, p, voiceProfile, imported)
		for after, state := range states {
			planned, diags := p.Plan(t, voiceProfile, state, config)
			acctest.NoDiagnostics(t, diags)
			if !planned.Value.Equal(state.Value) {
				t.Errorf("%s, %s: planned %v for %v", number, after, planned.Values(), state.Values())
			}
		}
		if diff := cmp.Diff([]string{fmt.Sprintf(createOfNumbers, sent)}, env.Writes(0)); diff != "" {
			t.Errorf("%s: %s", number, diff)
		}
	}
}

// The API may keep 32 bits of daily_spend_limit, and of no other number.
func TestNumbersKeptIn32BitsAreNoDifference(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, `{"success":true,"payload":{"uuid":"`+uuid+`","created_on":"c","modified_on":"m","name":"a","tech_prefix":null,`+
			`"channel_limit":0.10000000149011612,"max_rate":null,"record_calls":0,"daily_spend_limit":0.10000000149011612,"filemat":"wav","audio_track_type":0}}`)
	})
	imported, diags := p.Import(t, voiceProfile, uuid)
	acctest.NoDiagnostics(t, diags)
	imported, diags = p.Read(t, voiceProfile, imported)
	acctest.NoDiagnostics(t, diags)
	created := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "daily_spend_limit": "0.1"})
	if got := created.Values()["daily_spend_limit"]; got != 0.1 {
		t.Errorf("0.1 is kept as %v", got)
	}
	for attribute, same := range map[string]bool{"daily_spend_limit": true, "channel_limit": false} {
		for _, state := range []acctest.State{imported, created} {
			planned, diags := p.Plan(t, voiceProfile, state, acctest.Values{"name": "a", attribute: "0.1"})
			acctest.NoDiagnostics(t, diags)
			if planned.Value.Equal(state.Value) != same {
				t.Errorf("%s: planned %v for %v", attribute, planned.Values(), state.Values())
			}
		}
	}
}

// What 64 bits cannot hold is the configuration's fault, and not the provider's.
func TestNumbersBeyond64Bits(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, attribute := range []string{"channel_limit", "max_rate", "daily_spend_limit"} {
		for number, shown := range map[string]string{"1e400": "1e+400", "-1e400": "-1e+400", "1e-400": "1e-400"} {
			diags := p.ValidateResource(t, voiceProfile, acctest.Values{"name": "a", attribute: number})
			acctest.WantError(t, diags, attribute, "Attribute "+attribute, "64 bits of floating point can hold", "it is "+shown+".")
		}
	}
}

// What 32 bits cannot hold is not one value: it is infinite, or zero, but no more
// the same than other numbers.
func TestNumbersBeyond32Bits(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for _, numbers := range [][2]string{{"1e39", "2e39"}, {"0", "1e-46"}, {"1e-46", "2e-46"}, {"1e-46", "0"}} {
		config := acctest.Values{"name": "a", "daily_spend_limit": numbers[0]}
		state := p.Converge(t, voiceProfile, acctest.State{}, config)
		config["daily_spend_limit"] = numbers[1]
		planned, diags := p.Plan(t, voiceProfile, state, config)
		acctest.NoDiagnostics(t, diags)
		if planned.Value.Equal(state.Value) {
			t.Errorf("%s → %s plans nothing", numbers[0], numbers[1])
		}
	}
}

// A negative number is refused as it was written, however near to zero.
func TestNegativeNumbers(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, number := range []string{"-1", "-0.5", "-1e-07"} {
		for _, name := range []string{"channel_limit", "max_rate", "daily_spend_limit"} {
			diags := p.ValidateResource(t, voiceProfile, acctest.Values{"name": "a", name: number})
			want := fmt.Sprintf("Attribute %s: the value must be 0 or more: it is %s.", name, number)
			if len(diags) != 1 || diags[0].Detail != want {
				t.Errorf("want %q, got %s", want, acctest.Describe(diags))
			}
		}
	}
}

// TestAccNumbers has Terraform read the numbers, as literals and as the result of
// 1/3, and import them by command and by block.
func TestAccNumbers(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	resources, imports, want := "", "", []string{}
	literals := slices.Sorted(maps.Keys(exactNumbers))
	for i, number := range literals {
		value := acctest.Expr(strings.Replace(number, "0.33333333333333333333333333333333333333", "1 / 3", 1))
		resources += acctest.Block(voiceProfile, fmt.Sprintf("n%d", i), acctest.Values{"name": "a", "channel_limit": value, "max_rate": value, "daily_spend_limit": value})
		want = append(want, fmt.Sprintf(createOfNumbers, exactNumbers[number]))
	}
	config := env.Files(resources)
	first := acctest.NewWorkspace(t, config)
	if err := first.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	states, sent := statesIn(t, first), env.Writes(0)
	slices.Sort(want)
	slices.Sort(sent)
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Error(diff)
	}
	byCommand := acctest.NewWorkspace(t, config)
	for address, state := range states {
		if err := byCommand.Import(t.Context(), address, state.Text("id")); err != nil {
			t.Fatal(err)
		}
		imports += acctest.ImportBlock(address, state.Text("id"))
	}
	byBlock := acctest.NewWorkspace(t, config)
	byBlock.Write(t, map[string]string{"imports.tf": imports})
	for name, w := range map[string]*acctest.Workspace{"a second plan": first, "after an import by command": byCommand, "an import by block": byBlock} {
		if planned := planIn(t, w).planned; len(planned) > 0 {
			t.Errorf("%s is to change %v", name, planned)
		}
	}
	if err := byBlock.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if planned := planIn(t, byBlock).planned; len(planned) > 0 {
		t.Errorf("after an import by block there is to change %v", planned)
	}
	if writes := len(env.Writes(0)); writes != len(want) {
		t.Errorf("there were %d writes", writes)
	}
}
