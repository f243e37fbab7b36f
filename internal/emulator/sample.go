// SPDX-License-Identifier: MPL-2.0

package emulator

// This file holds the objects around a profile in the sample response of the vendor's document: the account, the users
// and the phone-number lease. The values have no meaning. The sample contains passwords and tokens, so these objects do
// too. Their values are easy to recognize, so that tests can search for them in logs and state.

const sampleTime = "2019-08-24T14:15:22Z"

func fakeAccount() map[string]any {
	return map[string]any{
		"created_on": sampleTime, "modified_on": sampleTime, "deleted_on": nil,
		"uuid":  "ac000000-0000-4000-8000-000000000001",
		"name":  "Emulated account",
		"email": "account@emulator.invalid",
		"level": "ServiceAccount", "balance": 0, "class4_id": 0,
		"time_zone": map[string]any{}, "users": []any{}, "admin": map[string]any{},
		"messaging_profile_default": map[string]any{}, "messaging_profiles": []any{}, "addresses": []any{},
	}
}

func fakeUser() map[string]any {
	return map[string]any{ //nolint:gosec // fake credentials, see above
		"created_on": sampleTime, "modified_on": sampleTime, "deleted_on": nil,
		"uuid":         "05e00000-0000-4000-8000-000000000001",
		"email":        "user@emulator.invalid",
		"password":     "emulator-fake-password",
		"token":        "emulator-fake-user-token",
		"phone_number": "+15550100", "first_name": "Emulated", "last_name": "User", "avatar": "",
		"gender": "Agender", "dob": sampleTime, "role": "Admin",
		"gmail_user_id": "", "facebook_user_id": "", "apple_user_id": "", "wechat_user_id": "",
		"account": map[string]any{},
	}
}

// fakeLease returns a phone-number lease without a profile: each place for a profile is an empty object. The lease has
// its own UUID, which differs from the profile's.
func fakeLease() map[string]any {
	return map[string]any{
		"created_on": sampleTime, "modified_on": sampleTime, "expired_on": sampleTime,
		"uuid":      newUUID(),
		"autorenew": true, "class4_product_item_id": 0,
		"tn":                fakeNumber(),
		"tnorder":           fakeOrder(),
		"account":           fakeAccount(),
		"created_by":        fakeUser(),
		"modified_by":       fakeUser(),
		"messaging_profile": map[string]any{},
		"sip_connection":    sipConnection(map[string]any{}),
		"sip_control_app": map[string]any{
			"created_on": sampleTime, "modified_on": sampleTime,
			"uuid": newUUID(), "name": "Emulated application", "is_active": true, "subdomain": "app",
			"tnleases": []any{}, "account": map[string]any{}, "created_by": map[string]any{}, "modified_by": map[string]any{},
			"outbound_voice_profile": map[string]any{},
		},
	}
}

func fakeNumber() map[string]any {
	return map[string]any{
		"tn": 15550100, "class4_did_id": 0, "registered": true, "deleted_on": nil,
		"tnlease": map[string]any{}, "profile": map[string]any{},
	}
}

func fakeOrder() map[string]any {
	return map[string]any{
		"created_on": sampleTime, "modified_on": sampleTime,
		"uuid": newUUID(), "state": "created", "autorenew": true,
		"tns": []any{}, "tnleases": []any{}, "request": map[string]any{}, "price": map[string]any{},
		"account": map[string]any{}, "profile": map[string]any{}, "sip_connection": map[string]any{},
		"sip_control_app": map[string]any{}, "created_by": map[string]any{}, "modified_by": map[string]any{},
	}
}

// sipConnection returns the part of a lease that contains an outbound voice profile. It has its own uuid, name and
// tech_prefix, which a client must not confuse with the profile's.
func sipConnection(voiceProfile map[string]any) map[string]any {
	return map[string]any{
		"created_on": sampleTime, "modified_on": sampleTime,
		"uuid": newUUID(), "name": "Emulated connection", "is_active": true, "tech_prefix": 0,
		"subdomain": "connection", "ip": "192.0.2.1", "port": 5060, "product": map[string]any{},
		"tnleases": []any{}, "sipusers": []any{}, "sip_user_invites": []any{},
		"account": map[string]any{}, "created_by": map[string]any{}, "modified_by": map[string]any{},
		"outbound_voice_profile": voiceProfile,
	}
}
