"""The firewalls (AWS WAF) in front of the API and of sign-in: their rules, their logs, and who is exempt."""
