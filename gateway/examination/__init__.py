"""The examination of a line and its telephone, step by step with a person at the handset."""
