// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Values are the attributes of an object. A nil value and a missing attribute are
// null. Unknown is unknown.
type Values map[string]any

type unknownValue struct{}

// Unknown is a value that Terraform does not know yet.
var Unknown = unknownValue{}

// object converts values to the object type of a schema.
func object(t testing.TB, objectType tftypes.Type, values Values) tftypes.Value {
	t.Helper()
	typ, ok := objectType.(tftypes.Object)
	if !ok {
		t.Fatalf("the type of the schema is %s, want an object", objectType)
	}
	attributes := make(map[string]tftypes.Value, len(typ.AttributeTypes))
	for name, attributeType := range typ.AttributeTypes {
		attributes[name] = convert(values[name], attributeType)
	}
	for name := range values {
		if _, ok := attributes[name]; !ok {
			t.Fatalf("the schema has no attribute %q", name)
		}
	}
	return tftypes.NewValue(typ, attributes)
}

// convert converts a Go value to a Terraform value. A string for a number attribute
// gives a number with the precision of a literal in a configuration.
func convert(value any, typ tftypes.Type) tftypes.Value {
	if value == Unknown {
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	}
	if text, ok := value.(string); ok && typ.Is(tftypes.Number) {
		number, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			return tftypes.NewValue(typ, nil)
		}
		return tftypes.NewValue(typ, number)
	}
	return tftypes.NewValue(typ, value)
}

// goValue converts a Terraform value to a Go value. Numbers become float64, lists
// []any and objects Values.
func goValue(value tftypes.Value) any {
	var (
		text   string
		number *big.Float
		flag   bool
		list   []tftypes.Value
	)
	switch {
	case !value.IsKnown():
		return Unknown
	case value.IsNull():
		return nil
	case value.As(&text) == nil:
		return text
	case value.As(&number) == nil:
		nearest, _ := number.Float64()
		return nearest
	case value.As(&flag) == nil:
		return flag
	case value.As(&list) == nil:
		elements := make([]any, len(list))
		for i, element := range list {
			elements[i] = goValue(element)
		}
		return elements
	default:
		return goValues(value)
	}
}

// decode decodes a value that the provider sent. A missing value is null.
func decode(t testing.TB, schema *tfprotov6.Schema, value *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	if value == nil {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	decoded, err := value.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// dynamic encodes a value for the provider.
func dynamic(t testing.TB, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

// Text returns a string attribute. For all other types it returns "".
func (v Values) Text(name string) string {
	text, _ := v[name].(string)
	return text
}

// List returns the elements of an attribute that is a list of objects.
func (v Values) List(name string) (objects []Values) {
	elements, _ := v[name].([]any)
	for _, element := range elements {
		if object, ok := element.(Values); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// goValues returns the attributes of an object, or nil if it is null.
func goValues(object tftypes.Value) Values {
	var attributes map[string]tftypes.Value
	if object.IsNull() || object.As(&attributes) != nil {
		return nil
	}
	values := make(Values, len(attributes))
	for name, value := range attributes {
		values[name] = goValue(value)
	}
	return values
}
