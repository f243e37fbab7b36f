# Find a profile by its exact name. The data source fails if no profile or
# several profiles have this name.
data "opentact_outbound_voice_profile" "call_center" {
  name = "Call center"
}

# Find a profile by its UUID.
data "opentact_outbound_voice_profile" "by_id" {
  id = "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02"
}

output "call_center_channels" {
  value = data.opentact_outbound_voice_profile.call_center.channel_limit
}
