# By the exact name. It is an error if none or several have it.
data "opentact_outbound_voice_profile" "call_center" {
  name = "Call center"
}

# By the UUID.
data "opentact_outbound_voice_profile" "by_id" {
  id = "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02"
}

output "call_center_channels" {
  value = data.opentact_outbound_voice_profile.call_center.channel_limit
}
