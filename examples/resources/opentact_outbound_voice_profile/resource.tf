resource "opentact_outbound_voice_profile" "call_center" {
  name        = "Call center"
  tech_prefix = 204080
  max_rate    = 0.05

  # Set both limits. They limit the cost of calls that attackers make.
  channel_limit     = 30
  daily_spend_limit = 250

  # Laws regulate call recording: read the warning in the documentation of this
  # resource first. Ask OpenTact what the values 0, 1 and 2 of record_calls mean.
  # record_calls     = 1
  # filemat          = "mp3"
  # audio_track_type = 1
}
