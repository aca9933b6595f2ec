"""The daemon with cordless handsets: its DECT driver, a simulated module on a pseudo-terminal."""
