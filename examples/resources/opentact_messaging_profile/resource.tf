resource "opentact_messaging_profile" "support" {
  name          = "Support desk"
  callback_url  = "https://sms.example.com/inbound"
  callback_url2 = "https://sms-fallback.example.com/inbound"

  number_pool_enable = true
  long_code_weight   = 7
  toll_free_weight   = 2
  skip_unhealthy_tns = true
  sticky_sender      = true
}
