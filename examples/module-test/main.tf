# A small module that creates the profiles of one team. The tests in tests/ need
# no account: one file uses the emulator, the other uses mocks.

terraform {
  required_version = ">= 1.7" # for the mocks in tests/

  required_providers {
    opentact = {
      source = "opentact/opentact"
    }
  }
}

variable "team" {
  description = "The name of the team. The names of its profiles begin with it."
  type        = string
}

variable "webhook" {
  description = "The URL that receives the messages to the team. It may contain credentials."
  type        = string
  sensitive   = true
}

variable "daily_spend_limit" {
  description = "The maximum cost of the calls of the team in one day."
  type        = number
  default     = 50

  validation {
    condition     = var.daily_spend_limit <= 500
    error_message = "daily_spend_limit must be at most 500. Ask the finance department to raise it."
  }
}

resource "opentact_messaging_profile" "this" {
  name          = "${var.team} messages"
  callback_url  = var.webhook
  sticky_sender = true
}

resource "opentact_outbound_voice_profile" "this" {
  name              = "${var.team} calls"
  channel_limit     = 10
  daily_spend_limit = var.daily_spend_limit
}

output "messaging_profile_id" {
  description = "The UUID of the profile to assign phone numbers to."
  value       = opentact_messaging_profile.this.id
}

output "outbound_voice_profile_id" {
  description = "The UUID of the profile to assign SIP connections to."
  value       = opentact_outbound_voice_profile.this.id
}
