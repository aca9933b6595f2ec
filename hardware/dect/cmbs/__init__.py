"""DSP Group's CMBS modules: framing and start-up, as far as public sources tell."""
