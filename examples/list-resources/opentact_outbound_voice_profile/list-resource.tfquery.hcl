list "opentact_outbound_voice_profile" "production" {
  provider         = opentact
  include_resource = true # shows all attributes
  limit            = 1000

  # Without this block everything is listed.
  config {
    name_regex = "^prod-"
  }
}
