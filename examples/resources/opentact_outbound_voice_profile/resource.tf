resource "opentact_outbound_voice_profile" "call_center" {
  name        = "Call center"
  tech_prefix = 204080

  channel_limit     = 30
  max_rate          = 0.05
  daily_spend_limit = 250

  record_calls     = 1
  filemat          = "mp3"
  audio_track_type = 1
}
