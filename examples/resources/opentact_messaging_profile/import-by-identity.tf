import {
  to = opentact_messaging_profile.support
  identity = {
    id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
  }
}
