// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// loadOnce loads the contract once for all tests that only read it. Under the race detector, loading takes 0.1 s.
var loadOnce = sync.OnceValues(emulator.Contract)

func contract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// operationIDs returns the names of the operations in the vendor's document and in CONTRACT.md.
func operationIDs() []string {
	return []string{
		"CreateMessagingProfile", "CreateOutboundVoiceProfile",
		"GetMessagingProfileByUUID", "GetOutboundVoiceProfileByUUID",
		"ListMessagingProfiles", "ListOutboundVoiceProfiles",
		"Login",
		"ModifyMessagingProfile", "ModifyOutboundVoiceProfile",
		"RemoveMessagingProfileByUUID", "RemoveOutboundVoiceProfileByUUID",
	}
}

func TestContract_Operations(t *testing.T) {
	t.Parallel()
	var got []string
	for _, item := range contract(t).Paths.Map() {
		for _, operation := range item.Operations() {
			got = append(got, operation.OperationID)
		}
	}
	slices.Sort(got)
	mustEqual(t, "operations", operationIDs(), got)
}

// TestContract_Security checks what each operation needs: a token or an API key, or the credentials of a login.
func TestContract_Security(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	schemes := make(map[string]string)
	for name, scheme := range doc.Components.SecuritySchemes {
		schemes[name] = strings.Join([]string{scheme.Value.Type, scheme.Value.Scheme, scheme.Value.In, scheme.Value.Name}, " ")
	}
	mustEqual(t, "schemes", map[string]string{
		"X-Auth-Token": "apiKey  header X-Auth-Token", "APIKey": "http bearer  ", "Credentials": "http basic  ",
	}, schemes)
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			want := openapi3.SecurityRequirements{{"X-Auth-Token": {}}, {"APIKey": {}}}
			if operation.OperationID == "Login" {
				want = openapi3.SecurityRequirements{{"Credentials": {}}}
			}
			got := operation.Security
			if got == nil {
				got = &doc.Security
			}
			mustEqual(t, method+" "+path, want, *got)
		}
	}
}

func newContract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestContract_ReturnsNewCopy(t *testing.T) {
	t.Parallel()
	first, second := newContract(t), newContract(t)
	delete(first.Components.Schemas["MessagingProfileCreate"].Value.Properties, "name")
	if second.Components.Schemas["MessagingProfileCreate"].Value.Properties["name"] == nil {
		t.Error("a change to one copy changed another")
	}
}

// Create and modify use the same schema for a field, and the rules in responses equal the rules in requests.
func TestContract_FieldRules_EqualInRequestsAndResponses(t *testing.T) {
	t.Parallel()
	schemas := contract(t).Components.Schemas
	aliases := map[string]string{"toll_free_weight": "tollfree_weight"}
	for schema := range schemas {
		prefix, ok := strings.CutSuffix(schema, "Create")
		if !ok {
			continue
		}
		create, modify, response := schemas[prefix+"Create"].Value, schemas[prefix+"Modify"].Value, schemas[prefix].Value
		mustEqual(t, prefix+": fields of create and modify", names(create), names(modify))
		for name, field := range create.Properties {
			mustEqual(t, prefix+"."+name+": schema of modify", field.Ref, modify.Properties[name].Ref)
			inResponse := response.Properties[cmp.Or(aliases[name], name)]
			if inResponse == nil {
				t.Errorf("%s.%s is not in responses", prefix, name)
				continue
			}
			mustEqual(t, prefix+"."+name+": rules in responses", limits(field.Value), limits(inResponse.Value))
			if !inResponse.Value.Nullable && name != "name" {
				t.Errorf("%s.%s can't be null in responses", prefix, name)
			}
		}
	}
}

func names(schema *openapi3.Schema) []string {
	return slices.Sorted(maps.Keys(schema.Properties))
}

// limits returns the rules of a field, except nullable.
func limits(s *openapi3.Schema) string {
	enum := slices.DeleteFunc(slices.Clone(s.Enum), func(v any) bool { return v == nil })
	text := fmt.Sprint(s.Type.Slice(), s.Format, s.MinLength, enum)
	if s.MaxLength != nil {
		text += fmt.Sprint(" max length ", *s.MaxLength)
	}
	if s.Min != nil {
		text += fmt.Sprint(" min ", *s.Min)
	}
	if s.Max != nil {
		text += fmt.Sprint(" max ", *s.Max)
	}
	return text
}

// Other tests rely on the checker, so the schemas must reject a response without one of its fields.
func TestContract_ResponseWithoutField_IsInvalid(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	a := newAPI(t, emulator.Options{})
	for kind, schema := range map[emulator.Kind]string{
		emulator.MessagingProfile: "MessagingProfile", emulator.OutboundVoiceProfile: "OutboundVoiceProfile",
	} {
		uuid := a.add(kind, map[string]any{"name": "whole"})
		for field := range a.send(http.MethodGet, item(kind, uuid), "").payload() {
			profile := a.send(http.MethodGet, item(kind, uuid), "").payload()
			delete(profile, field)
			err := doc.Components.Schemas[schema].Value.VisitJSON(profile)
			if valid := err == nil; valid != (field == "leases") {
				t.Errorf("%s without %s: valid is %t", kind, field, valid)
			}
		}
	}
}

// The test sends all operations in all variants. The checker checks the responses.
func TestResponses_MatchContract(t *testing.T) {
	t.Parallel()
	for _, shape := range []emulator.Shape{emulator.ShapeObject, emulator.ShapeDocument} {
		for _, names := range []emulator.FieldNames{
			emulator.FieldNamesDocumented, emulator.FieldNamesAliasIgnore, emulator.FieldNamesAliasReject,
		} {
			t.Run(fmt.Sprintf("shape %d, field names %d", shape, names), func(t *testing.T) {
				t.Parallel()
				a := newAPI(t, emulator.Options{Shape: shape, FieldNames: names})
				for _, kind := range emulator.Kinds() {
					exercise(a, kind)
				}
				exerciseLogin(a)
				mustEqual(t, "operations and statuses", expectedStatuses(shape), a.checker.operations())
			})
		}
	}
}

// exercise makes each operation of a kind return each of its statuses.
func exercise(a *api, kind emulator.Kind) {
	a.t.Helper()
	a.send(http.MethodPost, collection(kind), `{"name":"created"}`)
	uuid := a.add(kind, map[string]any{"name": "added"})
	inUse := a.add(kind, map[string]any{"name": "in use"})
	a.Protect(kind, inUse, "The profile is in use")
	a.send(http.MethodDelete, item(kind, inUse), "")
	a.send(http.MethodGet, collection(kind), "")
	a.send(http.MethodPost, collection(kind), `{"name":"","unknown":true}`)
	a.sendWith(http.MethodPost, "/rest"+collection(kind), `{"name":"x"}`, http.Header{})
	a.sendWith(http.MethodGet, "/rest"+collection(kind), "", http.Header{})
	tooLarge := strings.Repeat(" ", 1<<20+1)
	a.send(http.MethodPost, collection(kind), tooLarge)
	a.send(http.MethodGet, collection(kind), tooLarge)
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		a.sendWith(method, "/rest"+item(kind, uuid), `{}`, http.Header{})
		a.send(method, item(kind, uuid), tooLarge)
		a.send(method, item(kind, "NOT-A-UUID"), `{}`)
		a.send(method, item(kind, unknownUUID), `{}`)
		a.send(method, item(kind, uuid), `{}`)
	}
	a.send(http.MethodPut, item(kind, uuid), `{}`)
	a.send(http.MethodGet, "/profile/nothing", "")
}

func exerciseLogin(a *api) {
	a.t.Helper()
	for _, body := range []string{"", strings.Repeat(" ", 1<<20+1)} {
		a.login(emulator.DefaultEmail, emulator.DefaultPassword, body)
		a.login(emulator.DefaultEmail, "wrong", body)
	}
	a.send(http.MethodPost, "/auth", "")
}

func expectedStatuses(shape emulator.Shape) []string {
	var all []string
	for _, operation := range operationIDs() {
		statuses := []int{http.StatusOK, http.StatusUnauthorized, http.StatusRequestEntityTooLarge}
		switch {
		case strings.HasPrefix(operation, "List"), operation == "Login":
		case strings.HasPrefix(operation, "Create"):
			statuses = append(statuses, http.StatusBadRequest)
			if shape == emulator.ShapeObject {
				statuses[0] = http.StatusCreated
			}
		default:
			statuses = append(statuses, http.StatusBadRequest, http.StatusNotFound)
		}
		for _, status := range statuses {
			all = append(all, operation+" "+http.StatusText(status))
		}
	}
	slices.Sort(all)
	return all
}
