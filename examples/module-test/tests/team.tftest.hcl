# These tests need a running emulator. Start opentact-emulator, export the two
# variables that it prints, and run:
#
#   terraform init
#   terraform test -filter=tests/team.tftest.hcl

# The provider reads OPENTACT_BASE_URL and OPENTACT_TOKEN from the environment.
provider "opentact" {}

variables {
  team    = "Support"
  webhook = "https://user:secret@sms.example.com/inbound"
}

run "creates_both_profiles" {
  assert {
    condition     = opentact_messaging_profile.this.name == "Support messages"
    error_message = "The name of the messaging profile must begin with the name of the team."
  }

  assert {
    condition     = opentact_outbound_voice_profile.this.daily_spend_limit == 50
    error_message = "The default of daily_spend_limit must be 50."
  }

  # The module does not set number_pool_enable, so the API chooses a value.
  assert {
    condition     = opentact_messaging_profile.this.number_pool_enable != null
    error_message = "The API must choose a value for number_pool_enable."
  }
}

run "updates_the_limit_in_place" {
  variables {
    daily_spend_limit = 120.5
  }

  assert {
    condition     = opentact_outbound_voice_profile.this.daily_spend_limit == 120.5
    error_message = "daily_spend_limit must have the new value."
  }

  # In a new profile, the two times would be equal.
  assert {
    condition     = opentact_outbound_voice_profile.this.modified_on != opentact_outbound_voice_profile.this.created_on
    error_message = "The profile must be updated, not replaced."
  }
}

run "rejects_a_limit_above_500" {
  command = plan

  variables {
    daily_spend_limit = 5000
  }

  expect_failures = [var.daily_spend_limit]
}
