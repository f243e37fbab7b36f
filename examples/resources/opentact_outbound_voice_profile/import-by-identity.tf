import {
  to = opentact_outbound_voice_profile.call_center
  identity = {
    id = "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02"
  }
}
