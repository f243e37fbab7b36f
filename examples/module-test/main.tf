# A small module: what a team needs to send text messages and to call. Its tests
# in tests/ run against the emulator, so that nobody needs an account for them.

terraform {
  required_version = ">= 1.6" # of terraform test

  required_providers {
    opentact = {
      source = "opentact/opentact"
    }
  }
}

variable "team" {
  description = "The team's name, which its profiles are named after."
  type        = string
}

variable "webhook" {
  description = "Where the team's inbound messages are delivered. It may hold credentials."
  type        = string
  sensitive   = true
}

variable "daily_spend_limit" {
  description = "The most that the team's calls may cost in a day."
  type        = number
  default     = 50

  validation {
    condition     = var.daily_spend_limit <= 500
    error_message = "A team may spend up to 500 a day. Ask the finance department for more."
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
  description = "The UUID to assign phone numbers to."
  value       = opentact_messaging_profile.this.id
}

output "outbound_voice_profile_id" {
  description = "The UUID to assign SIP connections to."
  value       = opentact_outbound_voice_profile.this.id
}
