# These tests need neither the emulator nor credentials:
#
#   terraform init
#   terraform test -filter=tests/mocked.tftest.hcl

mock_provider "opentact" {
  # Without these defaults, Terraform generates values that break the rules of the
  # provider: an id that is not a UUID, a callback_url2 that is not a URL, a
  # filemat that is not wav or mp3, and a tech_prefix of 0.

  mock_resource "opentact_messaging_profile" {
    defaults = {
      id            = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
      callback_url2 = "https://sms-fallback.example.com/inbound"
      created_on    = "2026-01-01T00:00:00Z"
      modified_on   = "2026-01-01T00:00:00Z"
    }
  }

  mock_resource "opentact_outbound_voice_profile" {
    defaults = {
      id          = "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02"
      filemat     = "wav"
      tech_prefix = 204080
      created_on  = "2026-01-01T00:00:00Z"
      modified_on = "2026-01-01T00:00:00Z"
    }
  }
}

variables {
  team    = "Support"
  webhook = "https://user:secret@sms.example.com/inbound"
}

run "outputs_both_ids" {
  assert {
    condition     = output.messaging_profile_id == "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
    error_message = "messaging_profile_id must be the id of the messaging profile."
  }

  assert {
    condition     = output.outbound_voice_profile_id == "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02"
    error_message = "outbound_voice_profile_id must be the id of the outbound voice profile."
  }

  assert {
    condition     = contains(["wav", "mp3"], opentact_outbound_voice_profile.this.filemat)
    error_message = "filemat must be wav or mp3."
  }
}

run "rejects_a_limit_above_500" {
  command = plan

  variables {
    daily_spend_limit = 5000
  }

  expect_failures = [var.daily_spend_limit]
}
