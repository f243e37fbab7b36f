// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// object is a JSON object.
type object = map[string]any

// stateOf adds the profiles to the API and returns the state that an apply would write. A real
// apply of thousands of objects takes too long.
func stateOf(t *testing.T, env *acctest.Env, objects int) string {
	t.Helper()
	resource := object{"mode": "managed", "type": "terraform_data", "name": "p", "provider": `provider["terraform.io/builtin/terraform"]`}
	instance := baselineInstance
	if env != nil {
		resource["type"], resource["provider"] = "opentact_messaging_profile", `provider["registry.terraform.io/opentact/opentact"]`
		instance = func(i int) object { return profileInstance(t, env, i) }
	}
	instances := make([]object, objects)
	for i := range instances {
		instances[i] = instance(i)
		instances[i]["index_key"], instances[i]["schema_version"] = i, 0
	}
	resource["instances"] = instances
	return string(jsonOf(object{
		"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "00000000-0000-4000-8000-000000000000",
		"outputs": object{}, "resources": []object{resource}, "check_results": nil,
	}))
}

func jsonOf(of object) []byte {
	text, _ := json.Marshal(of) // can't fail for these values
	return text
}

// valuesOf returns the values of one object, as in the configuration.
func valuesOf(i int) object {
	return object{"name": fmt.Sprint("profile ", i), "callback_url": fmt.Sprint("https://sms.example.com/", i), "sticky_sender": true}
}

// profileInstance adds a profile to the API and returns it as in the state of the provider.
func profileInstance(t *testing.T, env *acctest.Env, i int) object {
	t.Helper()
	uuid, err := env.Add(emulator.MessagingProfile, valuesOf(i))
	if err != nil {
		t.Fatal(err)
	}
	attributes, _ := env.Profile(emulator.MessagingProfile, uuid)
	attributes["id"] = uuid
	delete(attributes, "uuid")
	// Private state is JSON, in which Go encodes bytes in base64. That happens twice here.
	private := jsonOf(object{"configured": []byte(`["callback_url","name","sticky_sender"]`)})
	return object{"attributes": attributes, "sensitive_attributes": []any{}, "private": private}
}

func baselineInstance(i int) object {
	input := object{
		"value": valuesOf(i),
		"type":  []any{"object", object{"name": "string", "callback_url": "string", "sticky_sender": "bool"}},
	}
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
	return object{"attributes": object{"id": id, "input": input, "output": input, "triggers_replace": nil}, "sensitive_attributes": []any{}}
}
