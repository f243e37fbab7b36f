// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// exactNumbers maps numbers in a configuration to the JSON that the API receives: the shortest decimal
// form of the nearest float64.
var exactNumbers = map[string]string{
	"0": "0", "0.1": "0.1", "0.005": "0.005", "1e-7": "1e-7", "1e15": "1000000000000000",
	"0.33333333333333333333333333333333333333": "0.3333333333333333", // 1/3 in Terraform
	"9007199254740993":                         "9007199254740992",   // 2^53 + 1 is not a float64
}

// createOfNumbers is a request with one number in all fields of type float64.
const createOfNumbers = `POST /rest/profile/outbound_voice {"channel_limit":%[1]s,"daily_spend_limit":%[1]s,"max_rate":%[1]s,"name":"a"}`

// Numbers in a configuration have 512 bits. Numbers from the API have 53. The plan after a create, a
// refresh or an import is empty.
func TestNumbers_ConfigurationHasMoreDigits_PlanIsEmpty(t *testing.T) {
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

// The API may store daily_spend_limit in 32 bits, but no other number.
func TestNumbers_APIStores32Bits_PlanIsEmpty(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, `{"success":true,"payload":{"uuid":"`+uuid+`","created_on":"c","modified_on":"m","name":"a","tech_prefix":null,`+
			`"channel_limit":0.10000000149011612,"max_rate":null,"record_calls":0,"daily_spend_limit":0.10000000149011612,"filemat":"wav","audio_track_type":0}}`)
	})
	imported, diags := p.Import(t, voiceProfile, uuid)
	acctest.NoDiagnostics(t, diags)
	imported, diags = p.Read(t, voiceProfile, imported)
	acctest.NoDiagnostics(t, diags)
	created := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "daily_spend_limit": "0.1"})
	if got := created.Values()["daily_spend_limit"]; got != 0.1 {
		t.Errorf("0.1 is stored as %v", got)
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

func TestNumbers_OutsideFloat64_AreRejected(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, attribute := range []string{"channel_limit", "max_rate", "daily_spend_limit"} {
		for number, shown := range map[string]string{"1e400": "1e+400", "1e-400": "1e-400"} {
			diags := p.ValidateResource(t, voiceProfile, acctest.Values{"name": "a", attribute: number})
			acctest.WantError(t, diags, attribute, "Invalid Attribute Value: "+attribute+" must be 0 or more, got "+shown+", which a 64-bit floating-point number can't hold.")
		}
	}
}

// Two numbers outside the range of float32 are not the same, although both are infinite or zero as
// float32.
func TestNumbers_OutsideFloat32_PlanChange(t *testing.T) {
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
			t.Errorf("%s → %s: the plan is empty", numbers[0], numbers[1])
		}
	}
}

func TestNumbers_Negative_AreRejected(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, number := range []string{"-1", "-0.5", "-1e-07", "-1e+400"} {
		for _, name := range []string{"channel_limit", "max_rate", "daily_spend_limit"} {
			diags := p.ValidateResource(t, voiceProfile, acctest.Values{"name": "a", name: number})
			acctest.WantError(t, diags, name, fmt.Sprintf("Invalid Attribute Value: %s must be 0 or more, got %s.", name, number))
		}
	}
}

// Terraform compares all digits of a number. A read that changes another attribute keeps them.
func TestNumbers_ReadAfterDrift_KeepDigits(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "max_rate": "0.1", "tech_prefix": 123456})
	if err := env.Change(emulator.OutboundVoiceProfile, state.Values().Text("id"), map[string]any{"tech_prefix": 654321}); err != nil {
		t.Fatal(err)
	}
	before, after := maxRate(t, state), maxRate(t, refresh(t, p, voiceProfile, state))
	if want, _, _ := big.ParseFloat("0.1", 10, 512, big.ToNearestEven); before.Cmp(want) != 0 || after.Cmp(want) != 0 {
		t.Errorf("max_rate is %s after the create, and %s after the read", before.Text('g', 30), after.Text('g', 30))
	}
}

// maxRate returns the attribute max_rate with all its digits.
func maxRate(t *testing.T, state acctest.State) (number *big.Float) {
	t.Helper()
	var values map[string]tftypes.Value
	if err := state.Value.As(&values); err != nil {
		t.Fatal(err)
	}
	if err := values["max_rate"].As(&number); err != nil {
		t.Fatal(err)
	}
	return number
}

// TestAccNumbers uses literals and the result of 1/3. It imports them by command and by block.
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
			t.Errorf("%s changes %v", name, planned)
		}
	}
	if err := byBlock.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if planned := planIn(t, byBlock).planned; len(planned) > 0 {
		t.Errorf("a plan after an import by block changes %v", planned)
	}
	if writes := len(env.Writes(0)); writes != len(want) {
		t.Errorf("there were %d writes", writes)
	}
}
