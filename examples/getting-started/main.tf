terraform {
  required_providers {
    opentact = {
      source  = "opentact/opentact"
      version = "~> 0.1.0"
    }
  }
}

provider "opentact" {}

resource "opentact_messaging_profile" "support" {
  name          = "Support desk"
  callback_url  = "https://sms.example.com/inbound"
  sticky_sender = true
}

resource "opentact_outbound_voice_profile" "call_center" {
  name              = "Call center"
  channel_limit     = 10
  daily_spend_limit = 250
}

output "ids" {
  value = {
    messaging = opentact_messaging_profile.support.id
    voice     = opentact_outbound_voice_profile.call_center.id
  }
}
