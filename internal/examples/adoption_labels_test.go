// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/unicode/rangetable"
	"pgregory.net/rapid"
)

// Random tests run the same cases each time and write no files, unless flags say
// otherwise.
func init() {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.nofailfile": "true"} {
		_ = flag.Set(name, value)
	}
}

// replace is the function of Terraform: a pattern between slashes is a regular expression.
var replace = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "substr", Type: cty.String}, {Name: "replace", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		pattern := args[1].AsString()
		if len(pattern) > 1 && strings.HasPrefix(pattern, "/") && strings.HasSuffix(pattern, "/") {
			return stdlib.RegexReplace(args[0], cty.StringVal(pattern[1:len(pattern)-1]), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	},
})

// functions are the functions that examples/adopt uses.
var functions = map[string]function.Function{
	"can": tryfunc.CanFunc, "concat": stdlib.ConcatFunc, "join": stdlib.JoinFunc,
	"length": stdlib.LengthFunc, "lower": stdlib.LowerFunc, "merge": stdlib.MergeFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"replace": replace, "substr": stdlib.SubstrFunc, "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "trimsuffix": stdlib.TrimSuffixFunc,
}

// named is a profile with the data that a label comes from.
type named struct{ id, name string }

// adoption evaluates the locals of examples/adopt and its output, without Terraform.
type adoption struct {
	locals []*hclsyntax.Attribute
	output hclsyntax.Expression
}

// parse returns the blocks of a configuration.
func parse(t rapid.TB, text string) hclsyntax.Blocks {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s:\n%s", diags, text)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		t.Fatalf("the body is a %T", file.Body)
	}
	return body.Blocks
}

func newAdoption(t *testing.T) *adoption {
	t.Helper()
	a := new(adoption)
	for _, block := range parse(t, content(t, filepath.Join(root, "adopt", "main.tf"))) {
		switch block.Type {
		case "locals":
			// Each local value uses only the ones above it.
			a.locals = slices.SortedFunc(maps.Values(block.Body.Attributes), func(x, y *hclsyntax.Attribute) int {
				return x.SrcRange.Start.Byte - y.SrcRange.Start.Byte
			})
		case "output":
			a.output = block.Body.Attributes["value"].Expr
		}
	}
	return a
}

// importBlocks returns the import blocks for profiles of both kinds.
func (a *adoption) importBlocks(t rapid.TB, messaging, outboundVoice []named) string {
	t.Helper()
	locals := make(map[string]cty.Value)
	scope := &hcl.EvalContext{Functions: functions, Variables: map[string]cty.Value{
		"data": cty.ObjectVal(map[string]cty.Value{
			"opentact_messaging_profiles":      listed(messaging),
			"opentact_outbound_voice_profiles": listed(outboundVoice),
		}),
		"local": cty.EmptyObjectVal,
	}}
	evaluate := func(expression hclsyntax.Expression) cty.Value {
		value, diags := expression.Value(scope)
		if diags.HasErrors() {
			t.Fatalf("%s, for %q and %q", diags, messaging, outboundVoice)
		}
		return value
	}
	for _, local := range a.locals {
		locals[local.Name] = evaluate(local.Expr)
		scope.Variables["local"] = cty.ObjectVal(locals)
	}
	return evaluate(a.output).AsString()
}

// listed returns the value of a data source that lists profiles.
func listed(profiles []named) cty.Value {
	list := cty.ListValEmpty(cty.Object(map[string]cty.Type{"id": cty.String, "name": cty.String}))
	if len(profiles) > 0 {
		var values []cty.Value
		for _, p := range profiles {
			values = append(values, cty.ObjectVal(map[string]cty.Value{"id": cty.StringVal(p.id), "name": cty.StringVal(p.name)}))
		}
		list = cty.ListVal(values)
	}
	return cty.ObjectVal(map[string]cty.Value{"all": cty.ObjectVal(map[string]cty.Value{"profiles": list})})
}

// parseImports returns the addresses in import blocks by id. Each address has a valid label, and no other block has
// it. The blocks are sorted by address.
func parseImports(t rapid.TB, text string) map[string]string {
	t.Helper()
	addresses := make(map[string]string)
	var order []string
	for _, block := range parse(t, text) {
		id, diags := block.Body.Attributes["id"].Expr.Value(nil)
		if diags.HasErrors() {
			t.Fatalf("%s:\n%s", diags, text)
		}
		address := string(block.Body.Attributes["to"].Expr.Range().SliceBytes([]byte(text)))
		if _, label, _ := strings.Cut(address, "."); !hclsyntax.ValidIdentifier(label) {
			t.Errorf("the label %q is not valid", label)
		}
		addresses[id.AsString()] = address
		order = append(order, address)
	}
	if !slices.IsSorted(order) || len(slices.Compact(order)) != len(addresses) {
		t.Errorf("the addresses are not sorted, or not unique:\n%s", text)
	}
	return addresses
}

// TestAdoptionLabels_Table shows the label for each kind of name.
func TestAdoptionLabels_Table(t *testing.T) {
	t.Parallel()
	a := newAdoption(t)
	for name, want := range map[string]string{
		"Prod Alerts!": "prod_alerts", "prod-alerts": "prod_alerts", "__prod  --  alerts__": "prod_alerts",
		"24/7 support": "profile_24_7_support", "!!!": "profile", "🚀": "profile", " ": "profile", "1️⃣ First": "profile_1_first",
		"🚀 Launch": "launch", "ℹ️ Info": "info", "𝗣𝗿𝗼𝗱 alerts": "alerts", "Ⓜ Metro™": "metro", "a\ufe0f b": "a_b", "a\u2e2fb": "a_b",
		"Straße Überlingen": "straße_überlingen", "ПРОД": "прод", "日本 営業": "日本_営業", "हिन्दी": "हिन्दी", "ภาษาไทย": "ภาษาไทย", "מכירות": "מכירות", "٢٤ ساعة": "profile_٢٤_ساعة",
		"true": "true", "count": "count", "for": "for", "line\nbreak": "line_break", `"${var.x}" %{ if true }`: "var_x_if_true",
	} {
		const id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
		if got := parseImports(t, a.importBlocks(t, []named{{id, name}}, nil))[id]; got != "opentact_messaging_profile."+want {
			t.Errorf("%q becomes %s, want %s", name, got, want)
		}
	}
}

// labelRow matches a row of the table in the guide: names and their labels.
var labelRow = regexp.MustCompile("(?m)^\\| (`.*?`) \\| (`.*?`) \\| .* \\|$")

// TestAdoptionLabels_Guide_HasSameLabels checks the labels in the table of the guide.
func TestAdoptionLabels_Guide_HasSameLabels(t *testing.T) {
	t.Parallel()
	a := newAdoption(t)
	rows := labelRow.FindAllStringSubmatch(pages(t)["guides/adopting-profiles"], -1)
	if len(rows) != 5 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		var profiles []named
		want := make(map[string]string)
		for i, name := range quoted.FindAllStringSubmatch(row[1], -1) {
			label := quoted.FindAllStringSubmatch(row[2], -1)[i][1]
			// A label with two underscores shows how the UUID begins.
			_, id, _ := strings.Cut(label+fmt.Sprintf("-%d", i), "__")
			profiles, want[id] = append(profiles, named{id, name[1]}), "opentact_messaging_profile."+label
		}
		if got := parseImports(t, a.importBlocks(t, profiles, nil)); !maps.Equal(got, want) {
			t.Errorf("%q become %q, want %q", profiles, got, want)
		}
	}
}

// TestAdoptionLabels_SameLabel_EndWithUUID uses profiles whose names become the same label.
func TestAdoptionLabels_SameLabel_EndWithUUID(t *testing.T) {
	t.Parallel()
	a := newAdoption(t)
	first, second := named{"3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "Prod Alerts"}, named{"8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02", "prod-alerts"}
	similar := named{"3f1d7c2e-0000-4e57-9d1c-0a4b8f6e2d31", "PROD ALERTS"}
	lookalike := named{"11111111-2d65-4b19-8a3e-6f5d1b7c9e02", "prod_alerts__3f1d7c2e"}
	for _, row := range []struct {
		messaging, outboundVoice []named
		want                     map[string]string
	}{
		{[]named{first}, []named{second}, map[string]string{ // each type has its own labels
			first.id: "opentact_messaging_profile.prod_alerts", second.id: "opentact_outbound_voice_profile.prod_alerts",
		}},
		{[]named{first, lookalike, second}, nil, map[string]string{
			first.id: "opentact_messaging_profile.prod_alerts__3f1d7c2e", second.id: "opentact_messaging_profile.prod_alerts__8c0e4f7a",
			lookalike.id: "opentact_messaging_profile.prod_alerts_3f1d7c2e",
		}},
		{[]named{first, similar}, nil, map[string]string{
			first.id:   "opentact_messaging_profile.prod_alerts__3f1d7c2e_5b0a_4e57_9d1c_0a4b8f6e2d31",
			similar.id: "opentact_messaging_profile.prod_alerts__3f1d7c2e_0000_4e57_9d1c_0a4b8f6e2d31",
		}},
		{nil, nil, map[string]string{}},
	} {
		if got := parseImports(t, a.importBlocks(t, row.messaging, row.outboundVoice)); !maps.Equal(got, row.want) {
			t.Errorf("%q and %q become %q", row.messaging, row.outboundVoice, got)
		}
	}
}

// unicode9 has the characters of the Unicode version that Terraform uses for labels, except letters that it doesn't accept:
// U+2E2F is syntax, which examples/adopt removes, and U+1CF2 and U+1CF3 were marks.
var unicode9 = rangetable.Assigned("9.0.0")

func isLetterInLabels(r rune) bool {
	return unicode.Is(unicode9, r) && unicode.IsLetter(r) && !slices.Contains([]rune("\u1cf2\u1cf3\u2e2f"), r)
}

// TestAdoptionLabels_Characters checks what the regular expressions of examples/adopt assume: a label may begin with each
// letter in lower case, and continue with each letter, mark and digit.
func TestAdoptionLabels_Characters(t *testing.T) {
	t.Parallel()
	for r := range rune(0x10000) { // the expressions remove all others
		if isLetterInLabels(r) && !hclsyntax.ValidIdentifier(strings.ToLower(string(r))) {
			t.Errorf("a label can't begin with %q", r)
		}
		if unicode.Is(unicode9, r) && unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd) && !hclsyntax.ValidIdentifier("a"+strings.ToLower(string(r))) {
			t.Errorf("a label can't continue with %q", r)
		}
	}
}

// TestAdoptionLabels_RandomNames checks that labels are valid, unique and stable: a new profile changes no label, except
// those that are the same as its own. The names are often similar, and so are the UUIDs.
func TestAdoptionLabels_RandomNames(t *testing.T) {
	t.Parallel()
	a := newAdoption(t)
	names := rapid.SliceOfN(rapid.OneOf(
		rapid.StringMatching(`[abAB1 _-]{1,4}`),
		rapid.StringMatching(`[ab](__|_| )0000000[01](_[0-9])?`),
		rapid.StringMatching(`[ -~\n]{1,20}`),
		rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return unicode.Is(unicode9, r) && (!unicode.IsLetter(r) || isLetterInLabels(r)) })),
	), 1, 9)
	rapid.Check(t, func(t *rapid.T) {
		var profiles []named
		for i, name := range names.Draw(t, "names") {
			profiles = append(profiles, named{fmt.Sprintf("0000000%d-%d", rapid.IntRange(0, 1).Draw(t, "uuid"), i), name})
		}
		alone := make(map[string]string)
		for _, p := range profiles {
			maps.Copy(alone, parseImports(t, a.importBlocks(t, []named{p}, nil)))
		}
		newest := profiles[len(profiles)-1]
		before := parseImports(t, a.importBlocks(t, profiles[:len(profiles)-1], nil))
		after := parseImports(t, a.importBlocks(t, profiles, nil))
		if len(after) != len(profiles) {
			t.Errorf("%d import blocks, want %d", len(after), len(profiles))
		}
		for id, address := range after {
			if own := alone[id]; own != strings.ToLower(own) || strings.Contains(own, "__") || strings.HasSuffix(own, "_") {
				t.Errorf("the profile %s has the address %s", id, own)
			}
			if address != alone[id] && !strings.HasPrefix(address, alone[id]+"__"+id[:8]) {
				t.Errorf("the profile %s has the address %s among others, and %s alone", id, address, alone[id])
			}
			if id != newest.id && alone[id] != alone[newest.id] && address != before[id] {
				t.Errorf("%q changes %s to %s", newest.name, before[id], address)
			}
		}
	})
}
