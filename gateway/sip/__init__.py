"""SIP: accounts and calls as the exchange sees them.  The only door to pjsua2 (design §3.6)."""
