resource "opentact_outbound_voice_profile" "call_center" {
  name        = "Call center"
  tech_prefix = 204080
  max_rate    = 0.05

  # Set both limits. They bound the cost of toll fraud.
  channel_limit     = 30
  daily_spend_limit = 250

  # Call recording is regulated by law: read the warning in the documentation
  # of this resource first. Ask OpenTact which calls 0, 1 and 2 record.
  # record_calls     = 1
  # filemat          = "mp3"
  # audio_track_type = 1
}
