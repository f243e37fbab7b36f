# Start opentact-emulator, export the two variables that it prints, and run:
#
#   terraform init
#   terraform test

# It takes OPENTACT_BASE_URL and OPENTACT_TOKEN from the environment.
provider "opentact" {}

variables {
  team    = "Support"
  webhook = "https://user:secret@sms.example.com/inbound"
}

run "creates_both_profiles" {
  assert {
    condition     = opentact_messaging_profile.this.name == "Support messages"
    error_message = "The messaging profile is not named after the team."
  }

  assert {
    condition     = opentact_outbound_voice_profile.this.daily_spend_limit == 50
    error_message = "The default limit is not 50."
  }

  # What is left out is for the API to choose. It has chosen something.
  assert {
    condition     = opentact_messaging_profile.this.number_pool_enable != null
    error_message = "The API's choice is not known."
  }
}

run "raises_the_limit_in_place" {
  variables {
    daily_spend_limit = 120.5
  }

  assert {
    condition     = opentact_outbound_voice_profile.this.daily_spend_limit == 120.5
    error_message = "The limit is not the new one."
  }

  # A profile that took the place of the first would not have been modified yet.
  assert {
    condition     = opentact_outbound_voice_profile.this.modified_on != opentact_outbound_voice_profile.this.created_on
    error_message = "The profile was made anew."
  }
}

run "refuses_what_the_module_does_not_allow" {
  command = plan

  variables {
    daily_spend_limit = 5000
  }

  expect_failures = [var.daily_spend_limit]
}
