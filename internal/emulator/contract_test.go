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

// loadOnce loads the contract for all tests that only read it: under the race detector that takes a tenth of a second.
var loadOnce = sync.OnceValues(emulator.Contract)

func contract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// operationIDs are the names of the operations, as the vendor's document and CONTRACT.md have them.
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

func TestContractHasTheOperations(t *testing.T) {
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

func fresh(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestContractIsAFreshCopy(t *testing.T) {
	t.Parallel()
	first, second := fresh(t), fresh(t)
	delete(first.Components.Schemas["MessagingProfileCreate"].Value.Properties, "name")
	if second.Components.Schemas["MessagingProfileCreate"].Value.Properties["name"] == nil {
		t.Error("a change to one copy shows in another")
	}
}

// The rules of a field are written once for requests, and answers must not be stricter or laxer than requests.
func TestContractStatesEachFieldOnce(t *testing.T) {
	t.Parallel()
	schemas := contract(t).Components.Schemas
	spelled := map[string]string{"toll_free_weight": "tollfree_weight"}
	for schema := range schemas {
		prefix, ok := strings.CutSuffix(schema, "Create")
		if !ok {
			continue
		}
		create, modify, answer := schemas[prefix+"Create"].Value, schemas[prefix+"Modify"].Value, schemas[prefix].Value
		mustEqual(t, prefix+": fields of create and modify", names(create), names(modify))
		for name, field := range create.Properties {
			mustEqual(t, prefix+"."+name+": schema of modify", field.Ref, modify.Properties[name].Ref)
			answered := answer.Properties[cmp.Or(spelled[name], name)]
			if answered == nil {
				t.Errorf("%s.%s is in no answer", prefix, name)
				continue
			}
			mustEqual(t, prefix+"."+name+": rules of the answer", limits(field.Value), limits(answered.Value))
			if !answered.Value.Nullable && name != "name" {
				t.Errorf("%s.%s: a field that was never set could not be answered", prefix, name)
			}
		}
	}
}

func names(schema *openapi3.Schema) []string {
	return slices.Sorted(maps.Keys(schema.Properties))
}

// limits are the rules of a field apart from whether it may be null.
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

// An answer that lacks any field of its kind must not pass, or the checks of all other tests would be worth little.
func TestContractMissesAFieldInAnAnswer(t *testing.T) {
	t.Parallel()
	doc := contract(t)
	a := newAPI(t, emulator.Options{})
	for kind, schema := range map[emulator.Kind]string{
		emulator.MessagingProfile: "MessagingProfile", emulator.OutboundVoiceProfile: "OutboundVoiceProfile",
	} {
		uuid := a.add(kind, map[string]any{"name": "whole"})
		for member := range a.send(http.MethodGet, item(kind, uuid), "").payload() {
			profile := a.send(http.MethodGet, item(kind, uuid), "").payload()
			delete(profile, member)
			err := doc.Components.Schemas[schema].Value.VisitJSON(profile)
			if passes := err == nil; passes != (member == "leases") {
				t.Errorf("%s without %s: passes is %t", kind, member, passes)
			}
		}
	}
}

// TestEveryAnswerKeepsTheContract asks for everything in every variant. The judging is done by the checker.
func TestEveryAnswerKeepsTheContract(t *testing.T) {
	t.Parallel()
	for _, shape := range []emulator.Shape{emulator.ShapeObject, emulator.ShapeDocument} {
		for _, spelling := range []emulator.FieldNames{
			emulator.FieldNamesDocumented, emulator.FieldNamesAliasIgnore, emulator.FieldNamesAliasReject,
		} {
			t.Run(fmt.Sprintf("shape %d spelling %d", shape, spelling), func(t *testing.T) {
				t.Parallel()
				a := newAPI(t, emulator.Options{Shape: shape, FieldNames: spelling})
				for _, kind := range emulator.Kinds() {
					exercise(a, kind)
				}
				exerciseLogin(a)
				mustEqual(t, "operations and statuses", expectedAnswers(shape), a.seen.all())
			})
		}
	}
}

// exercise makes every operation of a kind succeed and fail in every way it can.
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

func expectedAnswers(shape emulator.Shape) []string {
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
