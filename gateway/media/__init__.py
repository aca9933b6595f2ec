"""Voice between the telephone and the network: frames, tones, digits and the bridge's clock."""
